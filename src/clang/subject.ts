/** From a file of C to something that can be explored. */
import { compile, type Files } from "./compile.js";
import type { CSubject } from "./design.js";
import { bind, type Entry } from "./harness.js";
import { parseModule } from "./ir/parser.js";
import { CProgram } from "./program.js";

export interface CSource {
  /** Name of the file, as the user gave it. */
  readonly name: string;
  readonly text: string;
  /** The headers that come with the checker. */
  readonly headers: Files;
  /** Headers of the user's own, searched first. */
  readonly shims?: readonly Files[];
  /** Functions for entries that are not called as usual. */
  readonly entries?: ReadonlyMap<Entry, string>;
  readonly optimise?: number;
  /** Functions that run at boot; absent: those that the source marks `__init`. */
  readonly boot?: CSubject["boot"];
  /** Text of a line of a file other than `name`, for counterexamples. */
  readonly lineOf?: (file: string, line: number) => string | undefined;
}

const INIT_SECTION = ".init.text";
/** Functions marked `__init` that undo what others of them do. */
const UNDOES = /(?:^|_)(?:free|exit|cleanup|teardown|destroy|undo)(?:_|$)/;

/** Compiles a source and binds its functions. @throws CError when it cannot be checked */
export async function loadC(source: CSource): Promise<CSubject> {
  const { name, text, headers, shims = [], entries = new Map(), optimise } = source;
  const ir = await compile({ name, text, includes: [...shims, headers], ...(optimise === undefined ? {} : { optimise }) });
  const module = parseModule(ir);
  const lines = text.split("\n");
  const isOwn = (file: string): boolean => !/^include\d+\//.test(file);
  const lineOf = (file: string, line: number): string | undefined =>
    file === name ? lines[line - 1] : source.lineOf?.(file, line);
  const program = new CProgram(module, isOwn, lineOf);
  const marked = [...module.functions.values()].filter(
    (each) => each.section === INIT_SECTION && each.parameters.length === 0 && !UNDOES.test(each.name),
  );
  const boot = source.boot ?? marked.map((each) => ({ function: each.name, arguments: [] }));
  return { name, program, bindings: bind(program, entries, name), boot };
}
