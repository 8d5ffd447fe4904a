/**
 * Boot of a C program on a host. It runs once, before the search begins, or in every way in which it can fail, for the
 * scenarios that ask for it. Events of boot are kept, and emitted again when the explorer starts.
 */
import type { BootEvent } from "../../helpers/index.js";
import { KernelEvent, MemoryLoss, MemoryMisuse } from "../../kernel/index.js";
import { BlockedError, isMark, OperationKind, type Program, run } from "../../machine/index.js";
import type { ServedHost } from "../interpret/activation.js";
import { Execution } from "../interpret/interpreter.js";
import type { CMemory } from "../interpret/memory.js";
import { PageContents, WordsObject } from "../interpret/objects.js";
import { type MemoryObject, Pointer, UNDEFINED, type Value } from "../interpret/values.js";
import { ASKED_FOR_DYNAMIC_PAMT } from "../intrinsics/facts.js";
import { CError, SwitchedOffError } from "../ir/errors.js";
import type { IrFunction } from "../ir/module.js";
import type { BootPaths } from "../slice/index.js";

/** A function to call at boot, with the names of variables whose addresses it gets. */
export interface BootFunction {
  readonly function: string;
  readonly arguments: readonly string[];
}

/** The events of a boot: what went wrong, and what failed. */
const TOLD: ReadonlySet<number> = new Set([
  KernelEvent.AllocationFailed,
  KernelEvent.MemoryMisused,
  KernelEvent.PageMisused,
  KernelEvent.CounterOutOfRange,
]);
/** Ways of failing that are gone through: the metadata that a kernel reads field by field are some hundred. */
const PATHS_MAX = 4000;
/** The function that says whether there is Dynamic PAMT, and the variable that it is asked about. */
const PREDICATE = "tdx_supports_dynamic_pamt";
const SYSINFO = "tdx_sysinfo";

/** Something was misused: nothing goes on after it. */
class Misused extends Error {}

export class Boot {
  /** Places that may fail which are still to come before the one that does; -1: none does. */
  private untilFailure = -1;
  private hasFailed = false;
  private told: BootEvent[] = [];

  /** @param allocated memory other than pages that is had, with the site of each */
  constructor(
    private readonly host: ServedHost,
    private readonly allocated: Map<WordsObject, number>,
    private readonly functions: readonly BootFunction[],
    private readonly paths: BootPaths | undefined,
  ) {}

  /** Whether what could fail now does. */
  fails(): boolean {
    if (this.untilFailure < 0) return false;
    this.hasFailed = this.untilFailure-- === 0;
    return this.hasFailed;
  }

  /** Boots. @returns what was misused, if anything was. @throws CError when it fails */
  once(): readonly BootEvent[] {
    this.begin(-1);
    try {
      for (const each of this.functions) {
        const failed = this.call(each);
        const { place, returns } = this.functionOf(each.function);
        // Who asks for an address may well be told that there is none.
        if (failed === 0 || returns.kind === "ptr") continue;
        throw new CError(`${this.host.program.where(place)}: ${each.function}() fails at boot with ${failed}`);
      }
    } catch (error) {
      if (!(error instanceof Misused)) throw error;
      return this.told;
    }
    return [];
  }

  /**
   * Goes through boot once for each place that may fail, and once with none failing; where it succeeds, once for each
   * function that undoes it. @returns what was told, of each
   */
  all(use: () => Program): (readonly BootEvent[])[] {
    const found = new Map<string, readonly BootEvent[]>();
    const undo = this.paths?.undo ?? [];
    for (let index = -1; index < PATHS_MAX; index++) {
      let succeeds = this.alone(index, use, undo[0]);
      if (index >= 0 && !this.hasFailed) return [...found.values()];
      found.set(JSON.stringify(this.told), this.told);
      for (const each of undo.slice(1)) {
        if (!succeeds) break;
        succeeds = this.alone(index, use, each);
        found.set(JSON.stringify(this.told), this.told);
      }
    }
    throw new CError(`boot can fail in more than ${PATHS_MAX} places: choose scenarios other than init-failure`);
  }

  /** One way through boot, after which all is as before. @returns whether it succeeded */
  private alone(index: number, use: () => Program, undo: string | undefined): boolean {
    const { words } = this.host.kernel;
    const before = words.mark();
    this.begin(index);
    try {
      return this.path(use, undo);
    } catch (error) {
      if (!(error instanceof Misused)) throw error;
      // A kernel may well stop when it has no memory to boot with.
      const last = this.told.at(-1);
      if (this.hasFailed && last?.code === KernelEvent.MemoryMisused && last.detail === MemoryMisuse.Bug)
        this.told.pop();
      return false;
    } finally {
      words.rewind(before);
    }
  }

  private begin(untilFailure: number): void {
    this.allocated.clear();
    this.untilFailure = untilFailure;
    this.hasFailed = false;
    this.told = [];
  }

  /** Boots, and where that succeeds uses what is there and undoes it. @returns whether it succeeded */
  private path(use: () => Program, undo: string | undefined): boolean {
    const { top } = this.paths ?? {};
    const functions = top === undefined ? this.functions : [{ function: top, arguments: [] }];
    for (const each of functions) {
      const before = new Set(this.allocated.keys());
      const pages = this.host.kernel.livePages;
      if (this.call(each) === 0) continue;
      const left = this.host.kernel.livePages - pages;
      const had = new Set(this.allocated.keys());
      const kept = this.keptBy(functions, top !== undefined);
      // What functions before it have had is for its caller to give back, who is not known.
      const isOurs = (object: WordsObject) => had.has(object) && !before.has(object) && !kept.has(object);
      this.tellLost(MemoryLoss.InitFailed, isOurs, left - pagesAmong(kept), each);
      return false;
    }
    this.untilFailure = -1;
    // It says that all is well although something failed: then it is.
    if (this.hasFailed) this.run(use());
    if (undo === undefined) return true;
    const undoing = { function: undo, arguments: [] };
    this.call(undoing);
    const reachable = this.reachable();
    this.tellLost(MemoryLoss.Undone, (object) => !reachable.has(object), 0, undoing);
    return true;
  }

  /**
   * What boot that has failed keeps for another time: a variable leads to it, and still does when boot is tried again.
   *
   * @param isWhole no caller is left out that may give back what variables lead to
   */
  private keptBy(functions: readonly BootFunction[], isWhole: boolean): ReadonlySet<MemoryObject> {
    const reachable = this.reachable();
    if (!isWhole) return reachable;
    const told = this.told.length;
    try {
      for (const each of functions) if (this.call(each) !== 0) break;
    } catch (error) {
      // It may well be that it is not meant to be tried again.
      if (!(error instanceof Misused)) throw error;
      this.told.length = told;
      return reachable;
    }
    const later = this.reachable();
    return new Set([...reachable].filter((object) => later.has(object)));
  }

  /** Reports memory, and so many pages, that were neither given back nor can be. */
  private tellLost(loss: MemoryLoss, isOurs: (object: WordsObject) => boolean, pages: number, by: BootFunction): void {
    for (const [object, site] of this.allocated) {
      if (!object.freed && isOurs(object))
        this.told.push({ code: KernelEvent.MemoryLost, detail: loss, extra: 0, site });
    }
    const { place } = this.functionOf(by.function);
    if (pages > 0) this.told.push({ code: KernelEvent.MemoryLost, detail: loss, extra: pages, site: place });
  }

  /** Memory that a variable leads to. */
  private reachable(): ReadonlySet<MemoryObject> {
    const { globals, memory } = this.host;
    const found = new Set<MemoryObject>(globals.all());
    for (const object of found) {
      if (!(object instanceof WordsObject) || object.freed) continue;
      for (const target of pointersIn(memory, object)) found.add(target);
      if (object.description !== null) found.add(object.description);
    }
    return found;
  }

  private functionOf(name: string): IrFunction {
    const found = this.host.program.function(name);
    if (found !== undefined) return found;
    throw new CError(`${name}() is to run at boot, but its body is not known: give it with --shim or --harness`);
  }

  private call({ function: name, arguments: variables }: BootFunction): number {
    this.functionOf(name);
    const args = variables.map((variable): Value => {
      const object = this.host.globals.object(variable);
      if (object === undefined) throw new CError(`there is no variable ${variable} to boot with`);
      return new Pointer(object, 0);
    });
    return this.run(this.toEnd(name, args), `${name}() at boot`);
  }

  private *toEnd(name: string, args: readonly Value[]): Program {
    const value = yield* new Execution(this.host).call(name, args);
    const { returns } = this.functionOf(name);
    // A bool is true where all went well, a number is 0, and an address is neither null nor an error.
    const number = typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : value;
    if (typeof number !== "number") return 0;
    if (returns.kind === "int" && returns.bits === 1) return number === 0 ? -1 : 0;
    if (returns.kind === "ptr") return number <= 0 ? Math.min(number, -1) : 0;
    return number;
  }

  /** What a function returns as a condition: 0 or 1. */
  private *truth(name: string, args: readonly Value[]): Program {
    const value = yield* new Execution(this.host).call(name, args);
    return value === 0 || value === 0n ? 0 : 1;
  }

  /** Runs a program to its end. @throws Misused where it misuses something */
  private run(program: Program, what = "boot"): number {
    try {
      return run(this.host.kernel.words, this.listening(program));
    } catch (error) {
      if (error instanceof BlockedError) throw new CError(`${what} waits for ever: ${error.message}`);
      const last = this.told.at(-1);
      const isMisuse = last !== undefined && last.code !== KernelEvent.AllocationFailed;
      throw error instanceof CError && isMisuse ? new Misused() : error;
    }
  }

  /** Notes what a program tells. */
  private *listening(program: Program): Program {
    let result = 0;
    for (;;) {
      const step = program.next(result);
      if (step.done === true) return step.value;
      const { kind, argument: code, detail, extra, site } = step.value;
      if (kind === OperationKind.Event && TOLD.has(code)) this.told.push({ code, detail, extra, site });
      result = yield step.value;
    }
  }

  /**
   * Whether the program's own word for it is that there is no Dynamic PAMT, whatever the module says.
   * @throws CError that says where, if so
   */
  refuseSwitchedOff(): void {
    const found = this.host.program.function(PREDICATE);
    if (found === undefined || this.constantOf(found) !== 0) return;
    throw new SwitchedOffError(
      `${this.host.program.where(found.place)}: ${PREDICATE}() is always false here, so no helper does anything: ` +
        "the feature is switched off; give the patch that switches it on, too",
    );
  }

  /** What a function returns that looks at nothing; undefined for others. */
  private constantOf({ name, parameters }: IrFunction): number | undefined {
    const program = new Execution(this.host).call(
      name,
      parameters.map(() => UNDEFINED),
    );
    try {
      let step = program.next(0);
      while (step.done !== true && isMark(step.value.kind)) step = program.next(0);
      return step.done === true && typeof step.value === "number" ? step.value : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether the program takes Dynamic PAMT to be there although nobody asked the module. */
  get isUnaware(): boolean {
    const found = this.host.program.function(PREDICATE);
    const info = this.host.globals.object(SYSINFO);
    if (found === undefined || info === undefined || this.host.facts.has(ASKED_FOR_DYNAMIC_PAMT)) return false;
    const args = found.parameters.map(() => new Pointer(info, 0));
    const told = this.told.length;
    try {
      return this.run(this.truth(PREDICATE, args)) !== 0;
    } catch (error) {
      // It is not asked about this variable, or not before boot: whoever asks it is judged by that.
      if (!(error instanceof Misused) && !(error instanceof CError)) throw error;
      this.told.length = told;
      return false;
    }
  }
}

function pointersIn(memory: CMemory, object: WordsObject): MemoryObject[] {
  const found: MemoryObject[] = [];
  for (const cell of object.cells.knownIn(object.size)) {
    if (cell.size !== 8) continue;
    const value = memory.decode(memory.kernel.words.read(object.word(cell.offset)), cell.size);
    if (value instanceof Pointer) found.push(value.object);
  }
  return found;
}

/** Pages whose structures or contents are among some objects. */
function pagesAmong(objects: ReadonlySet<MemoryObject>): number {
  const pages = new Set<number>();
  for (const object of objects) {
    if (object instanceof PageContents || object instanceof WordsObject)
      if (object.page !== undefined) pages.add(object.page);
  }
  return pages.size;
}
