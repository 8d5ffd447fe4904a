/**
 * Functions of C on a modelled host, without helpers, callers and requirements: what litmus tests and random programs run
 * on. The interpreter is the one that checks use.
 */

import { FIRST_GIB, hostMemory, PLATFORM, privateWords } from "../../../src/check/host.js";
import { type CheckOptions, scenarioByName } from "../../../src/check/index.js";
import { compile } from "../../../src/clang/compile/compile.js";
import { CellOperations } from "../../../src/clang/interpret/access.js";
import type { ServedHost } from "../../../src/clang/interpret/activation.js";
import { bitsFrom, isBits, withBits } from "../../../src/clang/interpret/bits.js";
import { Globals } from "../../../src/clang/interpret/globals.js";
import { Execution } from "../../../src/clang/interpret/interpreter.js";
import { type CellTable, CMemory, KeptAddress } from "../../../src/clang/interpret/memory.js";
import { WordsObject } from "../../../src/clang/interpret/objects.js";
import { CProgram } from "../../../src/clang/interpret/program.js";
import { pageIn } from "../../../src/clang/interpret/publication.js";
import { isUnset, Pointer, type Value } from "../../../src/clang/interpret/values.js";
import { WordNames } from "../../../src/clang/interpret/word-names.js";
import { intrinsics } from "../../../src/clang/intrinsics/table.js";
import { CError } from "../../../src/clang/ir/errors.js";
import { parseModule } from "../../../src/clang/ir/parser.js";
import { memberOf, resolved, sizeOf, type Type } from "../../../src/clang/ir/types.js";
import {
  allocPage,
  type Gfp,
  Kernel,
  KernelEvent,
  PageUse,
  type PlacementName,
  PTRS_PER_PMD,
  placementNamed,
  readSystemInfo,
} from "../../../src/kernel/index.js";
import { AddressSpace, type Program, run, Sharing, Words, write } from "../../../src/machine/index.js";
import { boot, simpleHost, TdxModule } from "../../../src/module/index.js";
import { headers } from "./headers.js";

const BOUNDS: CheckOptions["bounds"] = {
  cpus: 2,
  rounds: 1,
  regions: 1,
  placement: "first-fit",
  allocFailures: 0,
  use: "none",
};

/** What stands for a result that was never set. */
const UNSET = -0x0bad_cafe;

/** Compiles C over the checker's headers. @throws CError with the first thing that clang has against it */
export async function compiledC(text: string, optimise = 0): Promise<CProgram> {
  const ir = await compile({ name: "test.c", text, includes: [headers], optimise });
  const lines = text.split("\n");
  return new CProgram(
    parseModule(ir),
    (file) => file === "test.c",
    (_file, line) => lines[line - 1],
  );
}

/** A program of which only some variables are there: of a file that has many programs, those of one. */
export function withGlobals(program: CProgram, isOf: (name: string) => boolean): CProgram {
  const globals = new Map([...program.module.globals].filter(([name, { constant }]) => constant || isOf(name)));
  return new CProgram(
    { ...program.module, globals },
    () => true,
    () => undefined,
  );
}

/** Nothing goes on behind a misuse of memory. */
class Misused extends Error {}

/** A scalar of a variable. */
interface Leaf {
  readonly offset: number;
  readonly size: number;
}

export interface HostOptions {
  /** Memory may be allocated, as at boot: nothing is explored. */
  readonly boots?: boolean;
  readonly placement?: PlacementName;
  /** Functions that run before anything is explored. */
  readonly boot?: readonly string[];
}

export class CHost {
  readonly kernel: Kernel;
  readonly space = new AddressSpace(true);
  /** Word of each CPU's own in which a function leaves what it returns. */
  readonly result: number;
  readonly isPrivate: (address: number) => boolean;
  private readonly host: ServedHost;
  /** Variables that all CPUs share, by name, with their scalars. */
  private readonly variables: readonly {
    readonly name: string;
    readonly object: WordsObject;
    readonly leaves: Leaf[];
  }[];

  /**
   * @param table what earlier hosts of the program have learned of its memory
   */
  constructor(
    program: CProgram,
    table: CellTable,
    { boots = false, placement: name = "adversarial", boot: first = [] }: HostOptions = {},
  ) {
    const words = new Words();
    const { space } = this;
    const tdx = new TdxModule(words, space, PLATFORM, { keepLeftovers: false, hasDynamicPamt: true });
    boot(tdx, simpleHost(FIRST_GIB, 1, true));
    const scenario = scenarioByName("main");
    if (scenario === undefined) throw new Error("there is no scenario main");
    const { numberedCpus } = table.needs;
    const options = { lateChoice: true, unorderedPairs: true, sharedFrames: numberedCpus };
    const placement = placementNamed(name, options);
    const info = readSystemInfo(words, tdx, true);
    const host = hostMemory(scenario, BOUNDS);
    this.kernel = new Kernel(words, space, tdx, info, host, { placement, numberedCpus });
    const { kernel } = this;
    const pages = { first: tdx.pamt.pfnOf(0), count: tdx.pamt.pages };
    const memory = new CMemory(kernel, table, pages, new WordNames(program));
    const globals = new Globals(program, memory);
    this.result = kernel.reservePrivate(1, () => "result");
    this.isPrivate = privateWords(kernel, tdx.pamt);
    const allocated = new Map<WordsObject, number>();
    const served = {
      kernel,
      program,
      memory,
      globals,
      atomics: new CellOperations(memory),
      intrinsics,
      meant: () => undefined,
      isBooting: true,
      facts: new Set<string>(),
      allocatePage: (gfp: Gfp) => allocPage(kernel, gfp, PageUse.Pair),
      meaningOf: () => undefined,
      meaningOutside: () => undefined,
      allocated,
      fails: () => false,
      allocate: (size: number, zeroed: boolean, where: string, site: number) => {
        const name = `memory of ${where}`;
        const object = zeroed ? memory.shared(name, size) : memory.unset(name, size);
        allocated.set(object, site);
        memory.heap.watch(object);
        return object;
      },
    };
    this.host = served;
    for (const each of first) run(words, this.call(each));
    served.isBooting = boots;
    if (!boots) memory.endBoot();
    // What was written so far is how words begin.
    words.forget();
    this.variables = [...program.module.globals.values()].flatMap(({ name, type }) => {
      const object = globals.object(name);
      if (!(object instanceof WordsObject) || object.owned) return [];
      return [{ name, object, leaves: leavesOf(type, 0) }];
    });
  }

  /** Each CPU knows its number, by a word of its own. */
  get numberedCpus(): boolean {
    return this.kernel.options.numberedCpus === true;
  }

  isCommuting(address: number): boolean {
    return this.space.rangeOf(address)?.sharing === Sharing.Commuting;
  }

  /** Words that say what is allocated: what happens to them belongs to the step before, which others see whole. */
  isHeapBookkeeping(address: number): boolean {
    if (!this.isCommuting(address)) return false;
    return /(?:allocated|is there)$|^slots used|RCU will free/.test(this.space.describe(address));
  }

  /** What a word is called in which CPUs race: in memory of the heap its slot makes no difference. */
  raceText(address: number): string {
    return this.space.describe(address).replace(/ #\d+/, "");
  }

  /** A call of a function, as a value. */
  *value(name: string): Program<Value> {
    return yield* new Execution(this.host).call(name, []);
  }

  /** A call of a function that returns an int, which stays in the CPU's word for it. */
  *call(name: string): Program {
    const value = yield* this.value(name);
    if (typeof value !== "number" && !isUnset(value)) throw new CError(`${name}() returns no int`);
    yield write(this.result, typeof value === "number" ? value : UNSET);
    return 0;
  }

  /** What a call comes to that nobody else disturbs, as text: its value and events that count, up to a misuse. */
  textOfCall(name: string, counts: (event: string) => boolean = () => true): string {
    const { memory } = this.host;
    let value = "";
    const events: string[] = [];
    const program = (function* (host: CHost) {
      value = memory.keyOf(yield* host.value(name));
      return 0;
    })(this);
    const environment = {
      choose: (_label: string, _alternatives: number, from: number) => from,
      event: (code: number, detail: number) => {
        const text = `${KernelEvent[code]} ${detail}`;
        if (counts(text)) events.push(text);
        if (code === KernelEvent.MemoryMisused) throw new Misused();
      },
    };
    try {
      run(this.kernel.words, program, environment);
    } catch (error) {
      if (!(error instanceof Misused)) throw error;
    }
    return [value, ...events].join(", ");
  }

  /** What the variables hold, and memory of the heap, as text. @param read contents of a word */
  contents(read: (address: number) => number): string {
    const { allocated, memory: all } = this.host;
    const slots = new SlotNames(all.heap, allocated);
    const variables = this.variables.map(
      ({ name, object, leaves }) => `${name}=${leaves.map((leaf) => this.text(object, leaf, read, slots)).join()}`,
    );
    const memory: string[] = [];
    // Grows meanwhile.
    for (const slot of slots.named()) {
      if (slot.state !== 0 && read(slot.state) === 0) memory.push("freed");
      else
        memory.push(
          slot.cells
            .knownIn(slot.size)
            .map((cell) => this.text(slot, cell, read, slots))
            .join(),
        );
    }
    const lost = all.heap.all().filter((slot) => read(slot.state) !== 0 && !slots.has(slot));
    return [...variables, ...memory.map((text, index) => `#${index}=${text}`), `lost=${lost.length}`].join(" ");
  }

  private text(
    object: WordsObject,
    { offset, size }: Leaf,
    read: (address: number) => number,
    slots: SlotNames,
  ): string {
    const { memory } = this.host;
    const cells = object.cells.knownIn(object.size);
    const exact = cells.find((cell) => cell.offset === offset && cell.size === size);
    const valueAt = (cell: Leaf) => memory.decode(read(object.word(cell.offset)), cell.size);
    if (exact !== undefined) return slots.keyOf(valueAt(exact), memory);
    let whole: Value = size > 4 ? 0n : 0;
    for (let at = 0; at < size; at++) {
      const cell = cells.find((each) => each.offset <= offset + at && offset + at < each.offset + each.size);
      if (cell === undefined) continue;
      const held = valueAt(cell);
      if (held instanceof KeptAddress || !isBits(held) || !isBits(whole)) return "part of an address";
      const byte = bitsFrom(held, 8 * cell.size, 8 * (offset + at - cell.offset), 8);
      whole = withBits(whole, 8 * size, 8 * at, byte, 8);
    }
    return memory.keyOf(whole);
  }
}

/**
 * What memory of the heap and pages are called at the end: in the order in which something is found that leads to them. Which
 * slot memory lies in makes no difference, nor which frame of a region a page has.
 */
class SlotNames {
  private readonly found = new Set<WordsObject>();
  private readonly pages = new Set<number>();

  /** @param atBoot memory that was allocated at boot */
  constructor(
    private readonly heap: CMemory["heap"],
    private readonly atBoot: ReadonlyMap<WordsObject, number>,
  ) {}

  named(): Iterable<WordsObject> {
    return this.found;
  }

  has(slot: WordsObject): boolean {
    return this.found.has(slot);
  }

  /** A value as text. */
  keyOf(value: Value | KeptAddress, memory: CMemory): string {
    if (value instanceof KeptAddress) return `variable+${value.offset}`;
    if (!(value instanceof Pointer)) return memory.keyOf(value);
    const page = pageIn(value) ?? 0;
    if (page > 0) {
      this.pages.add(page);
      const kind = value.object instanceof WordsObject ? "struct" : "contents";
      const region = Math.floor(page / PTRS_PER_PMD);
      return `${kind} of page ${[...this.pages].indexOf(page)} in ${region}+${value.offset}`;
    }
    const object = value.object as WordsObject;
    if (!this.heap.has(object) && !this.atBoot.has(object) && !object.isOnStack) return memory.keyOf(value);
    this.found.add(object);
    return `#${[...this.found].indexOf(object)}+${value.offset}`;
  }
}

/** The scalars of a type that lies at an offset. */
function leavesOf(type: Type, at: number): Leaf[] {
  const is = resolved(type);
  if (is.kind === "array") {
    return Array.from({ length: is.count }, (_, index) => memberOf(is, index)).flatMap((each) =>
      leavesOf(each.type, at + each.offset),
    );
  }
  if (is.kind === "struct") {
    return is.fields.flatMap((_, index) => {
      const member = memberOf(is, index);
      return leavesOf(member.type, at + member.offset);
    });
  }
  return sizeOf(is) === 0 ? [] : [{ offset: at, size: sizeOf(is) }];
}
