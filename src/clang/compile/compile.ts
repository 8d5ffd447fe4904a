/**
 * Compiles C to LLVM IR, with clang as WebAssembly. It needs no package of the system, and nothing runs that could
 * reach further than the files it is given.
 */
import type { Tree } from "@yowasp/clang";
import { printable } from "../../text/index.js";
import { CError } from "../ir/errors.js";
import { type Diagnostic, diagnosticsOf } from "./diagnostics.js";

/** Headers and sources by path, `/` between folders. */
export type Files = ReadonlyMap<string, string>;

/** Runs clang on files of a folder. @returns what it wrote to stdout, if it did well, and what it said */
export type Clang = (
  args: readonly string[],
  files: Tree,
) => Promise<{ readonly output: string | undefined; readonly messages: string }>;

export interface CompileRequest {
  /** Name that the user knows the source by; only for messages. */
  readonly name: string;
  readonly text: string;
  /** Headers, searched in this order. */
  readonly includes: readonly Files[];
  /** How far clang optimises: 0 keeps every access of the source (default). */
  readonly optimise?: number;
  /** Absent: clang as WebAssembly. */
  readonly clang?: Clang | undefined;
}

/** Errors after which clang stops looking. */
const ERRORS_MAX = 200;

/** Flags of the kernel that change what C means, and what the checker needs. */
const FLAGS = [
  "--target=x86_64-linux-gnu",
  "-std=gnu11",
  "-ffreestanding",
  "-nostdinc",
  "-fno-strict-aliasing",
  "-fwrapv",
  "-funsigned-char",
  "-fno-delete-null-pointer-checks",
  "-fno-discard-value-names",
  "-fno-vectorize",
  "-fno-slp-vectorize",
  "-fno-builtin",
  "-ftrivial-auto-var-init=uninitialized",
  "-fno-stack-protector",
  "-fno-caret-diagnostics",
  "-fno-color-diagnostics",
  `-ferror-limit=${ERRORS_MAX}`,
  "-w",
  // Clang takes comparisons of comparisons for errors, which other compilers of a kernel do not.
  "-Wno-parentheses",
  "-g",
  "-S",
  "-emit-llvm",
  "-D__KERNEL__",
];

const SOURCE = "source.c";
/** File that messages of clang name for calls at boot. */
export const BOOT = "boot";
/** The header with what files under test use and do not define. */
const DEFAULTS = "dpamt/tdx-defaults.h";
/** What clang running out of stack means. */
const TOO_DEEP = "too deeply nested for the compiler; give C as a kernel would have it";
/** Characters that are kept of what clang writes. */
const OUTPUT_MAX = 64 * 2 ** 20;

function treeOf(files: Files): Tree {
  const root: Tree = Object.create(null) as Tree;
  for (const [path, text] of files) {
    const parts = path.split("/");
    const name = parts.pop() as string;
    let folder = root;
    for (const part of parts) {
      const inner = (folder[part] ?? Object.create(null)) as Tree;
      folder[part] = inner;
      folder = inner;
    }
    folder[name] = text;
  }
  return root;
}

/** How a file name is written in a `#line` directive. */
function quoted(name: string): string {
  return `"${printable(name).replace(/["\\]/g, "\\$&")}"`;
}

/**
 * Compiles a source.
 *
 * @returns LLVM IR as text
 * @throws Refused with all that clang has against it; CError when it does not get that far
 */
export async function compile(request: CompileRequest): Promise<string> {
  const { name, text, includes, optimise = 0, clang } = request;
  const folders = includes.map((_, index) => `include${index}`);
  const files: Tree = { [SOURCE]: `#line 1 ${quoted(name)}\n${text}` };
  for (const [index, folder] of folders.entries()) files[folder] = treeOf(includes[index] as Files);
  const level = optimise === 0 ? ["-O1", "-Xclang", "-disable-llvm-passes"] : [`-O${optimise}`];
  const args = [...FLAGS, ...level, ...folders.map((folder) => `-I${folder}`), SOURCE, "-o", "-"];
  const { output, messages } = await (clang ?? webAssembly)(args, files);
  if (output !== undefined) return output;
  const errors = diagnosticsOf(messages);
  const reason = withoutPlace(messages, errors, name);
  throw reason === undefined ? new Refused(misfitOf(errors, name), errors) : new CError(reason);
}

/** Clang does not take the text: what it has against it. */
export class Refused extends CError {
  constructor(
    message: string,
    readonly errors: readonly Diagnostic[],
  ) {
    super(message);
  }
}

type Compiler = typeof import("@yowasp/clang");
let loading: Promise<Compiler> | undefined;

function load(): Promise<Compiler> {
  loading ??= import("@yowasp/clang").then(async (compiler) => {
    await compiler.runLLVM(undefined, {}, { fetchProgress: () => {} });
    return compiler;
  });
  return loading;
}

/** What is used of the package that has clang. */
export type ClangPackage = Pick<typeof import("@yowasp/clang"), "runLLVM" | "Exit">;

/** clang as WebAssembly, of a package that is loaded when it is needed; started once, it stays warm. */
export function clangOf(loaded: () => Promise<ClangPackage>): Clang {
  return async (args, files) => {
    const { runLLVM, Exit } = await loaded();
    // Written to a file it would take a minute: there each write copies what was written before.
    const out = new Collector();
    const err = new Collector();
    const options = { stdout: out.take, stderr: err.take, fetchProgress: () => {} };
    try {
      await runLLVM(["clang", ...args], files, options);
      return { output: out.text, messages: err.text };
    } catch (error) {
      if (error instanceof Exit) return { output: undefined, messages: err.text };
      // It ran out of stack: what it compiled is nested too deeply.
      if (!(error instanceof RangeError) && (error as Error).name !== "RuntimeError") throw error;
      return { output: undefined, messages: `${SOURCE}:1:1: error: ${TOO_DEEP}` };
    }
  };
}

const webAssembly = clangOf(load);

/** Text that comes in pieces. */
class Collector {
  text = "";
  private readonly decoder = new TextDecoder();

  readonly take = (bytes: Uint8Array | null): void => {
    if (bytes === null) return;
    if (this.text.length < OUTPUT_MAX) this.text += this.decoder.decode(bytes, { stream: true });
  };
}

/** Why clang failed with nothing to say of any place, or undefined if it said something. */
function withoutPlace(messages: string, errors: readonly Diagnostic[], name: string): string | undefined {
  if (messages.includes(TOO_DEEP)) return `${name}: ${TOO_DEEP}`;
  if (errors.length === 0) return `${name}: clang gave up without saying why`;
  const [first] = errors;
  return first?.file === "" && errors.every(({ file }) => file === "") ? `${name}: ${first.text}` : undefined;
}

/** What clang has against what the checker adds to the user's file. */
function misfitOf(errors: readonly Diagnostic[], name: string): string {
  const [{ file, line, text } = { file: "", line: 0, text: "it does not compile" }] = errors;
  const what = `${file}:${line}: ${text}`;
  if (file === DEFAULTS) {
    return `${name} does not fit what dpamt adds to it (${what}): define that function there, or give it with --shim`;
  }
  if (file === BOOT) {
    return `${name} does not fit the calls that dpamt makes at boot (${what}): make them in a function marked __init of --harness`;
  }
  const header = file.replace(/^include\d+\//, "");
  return `${name} does not fit the header <${header}> of dpamt (${what}): define that under another name, or give the header with --shim`;
}
