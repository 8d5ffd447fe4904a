/**
 * One call of a C function, as far as values go: numbers and places of pages, comparisons, and where pointers lead.
 */
import {
  ExecutionContext,
  isBlockFrame,
  type Kernel,
  KernelEvent,
  MemoryMisuse,
  NULL_PAGE,
  PAGE_SIZE,
  type Page,
  PTRS_PER_PMD,
} from "../../kernel/index.js";
import { at, event } from "../../machine/index.js";
import { CError } from "../ir/errors.js";
import { type HeapKind, HeapObject } from "./heap.js";
import { type HeapNames, isHeapObject } from "./heap-names.js";
import { expectAllocated, moved } from "./heap-steps.js";
import { HeldLocks } from "./held-locks.js";
import type { Evaluation, Host } from "./host.js";
import { isFormer, KnownPages, placeOf } from "./known-pages.js";
import type { CMemory } from "./memory.js";
import { goneMisuse, isGone, PAGE_STRUCT_SIZE, PageContents, PrivateObject, WordsObject } from "./objects.js";
import { expectAccess } from "./possession.js";
import type { CProgram } from "./program.js";
import { stackVariableIn } from "./stack-steps.js";
import { type StackKind, StackVariable } from "./stacks.js";
import { areDifferentStructs, areHandles, mayBeSameContents } from "./structs.js";
import { SwitchedOff } from "./switched-off.js";
import {
  binary,
  compare,
  describeValue,
  FrameNumber,
  isUnset,
  type MemoryObject,
  Pointer,
  type Value,
} from "./values.js";

/** A function that runs beside all calls, see `deferred.ts`. */
export interface Running {
  /** Number of its entry. */
  readonly entry: number;
  readonly context: ExecutionContext;
}

export abstract class Call {
  readonly kernel: Kernel;
  readonly memory: CMemory;
  protected readonly program: CProgram;
  /** Variables of the call, by number. */
  protected readonly variables: PrivateObject[] = [];
  /** Words that no other CPU looks at in which the call has put the address of one of its variables, and which. */
  protected readonly keptAt = new Map<number, PrivateObject>();
  /** It has put the address of a variable where others may look, although nobody was known to. */
  hasLent = false;
  /** Slots of variables of the call that others may know. */
  readonly onStack = new Set<WordsObject>();
  readonly held = new HeldLocks();
  readonly off = new SwitchedOff();
  /** It reads what a sequence count protects, and how many sequence counts it writes under. */
  readsSequence = false;
  writesSequences = 0;
  /** RCU read sections that it is in, one inside the other, the number of the outermost, and where that begins. */
  rcuDepth = 0;
  rcuSection = -1;
  rcuSite = 0;
  /** Name of the outermost function. */
  name = "";
  /** Stores and atomics so far that others can notice. */
  protected changes = 0;
  readonly pages = new KnownPages();
  /** It has got a page from the allocator. */
  hasAllocated = false;

  constructor(
    readonly host: Host,
    readonly allocatePage = host.allocatePage,
    /** What it is, where it runs beside the calls. */
    readonly running: Running | null = null,
  ) {
    this.kernel = host.kernel;
    this.memory = host.memory;
    this.program = host.program;
  }

  get context(): ExecutionContext {
    return this.running?.context ?? ExecutionContext.Task;
  }

  /** Why it may not sleep, as `KernelEvent.MaySleep` tells it; 0: it may. */
  get whySleepless(): number {
    if (this.off.isAtomic) return 1;
    return this.rcuDepth > 0 ? 2 : 0;
  }

  /** A variable of a function that runs. */
  stackVariable(kind: StackKind): StackVariable {
    const object = new StackVariable(kind, this.variables.length);
    this.variables.push(object);
    return object;
  }

  get isBooting(): boolean {
    return this.host.isBooting;
  }

  /** Memory of the heap that only the call knows yet. */
  heapObject(kind: HeapKind): HeapObject {
    const object = new HeapObject(kind, this.variables.length);
    this.variables.push(object);
    return object;
  }

  /** Replaces values that the call knows. */
  rewrite(change: (value: Value) => Value): void {
    for (const variable of this.variables) variable.rewrite(change);
    for (const locals of this.localValues()) {
      for (const [index, value] of locals.entries()) locals[index] = change(value);
    }
  }

  /** Local values of the functions that run. */
  protected *localValues(): Iterable<Value[]> {}

  /**
   * All that the call knows but for the local values of its functions, as text that is equal when and only when that is.
   *
   * @param idle variables whose contents do not matter, as long as they are numbers
   * @param names says what memory of the heap is called that only the call knows; it has named what local values lead to
   */
  protected state(idle: ReadonlySet<MemoryObject>, names: HeapNames): string {
    // Heads of loops ask for it at every turn.
    const keyOf = (value: Value): string => names.keyOf(value);
    const contents: string[] = [];
    const kept: string[] = [];
    const heap: HeapObject[] = [];
    for (const each of this.variables) {
      const onStack = each instanceof StackVariable;
      if (onStack && each.movedTo !== null && !each.isGone) {
        kept.push(`${each.serial} at ${each.movedTo.key} ${this.onStack.has(each.movedTo)}`);
      }
      if (each.ended || (idle.has(each) && each.holdsNumbers)) continue;
      if (isHeapObject(each)) heap.push(each);
      else contents.push(`${each.serial} ${onStack ? each.kind.name : each.name} ${each.size}=${each.state(keyOf)}`);
    }
    if (heap.length > 0) contents.push(...names.contents(heap));
    if (this.keptAt.size > 0) {
      kept.unshift(...[...this.keptAt].map(([address, { serial }]) => `${address}=${serial}`).sort());
    }
    const locks = this.held.state();
    const rcu = this.rcuDepth === 0 ? "" : `${this.rcuDepth} ${this.rcuSection} ${this.rcuSite}`;
    const sequences = `${this.readsSequence} ${this.writesSequences}`;
    const own = `${this.off.state()}; ${rcu}; ${sequences}; ${this.hasAllocated} ${this.hasLent}`;
    return `${contents.join(" ")}; ${kept.join()}; ${locks}; ${own}; ${this.pages.state(this.memory.needs.sharedPages)}`;
  }

  /** `file:line` of a site. */
  where(site: number): string {
    return this.program.where(site) || "the harness";
  }

  /** @throws CError at a site */
  fail(site: number, what: string): never {
    throw new CError(`${this.where(site)}: ${what}`);
  }

  /** What a value that the present instruction misuses comes from, as a number of `CMemory.blamed`; 0: nobody knows. */
  abstract originOf(value: Value): number;

  /** Whether an address that the present instruction misuses is that of an element or member behind NULL. */
  abstract isOffNull(value: Value): boolean;

  /** Reports a misuse of memory; nothing goes on after it. @param about what was misused, see `originOf` */
  *misuse(what: MemoryMisuse, site: number, text: string, about = 0): Evaluation<never> {
    // Others may keep it from that by what they do to its variables.
    if (this.hasLent) this.memory.needs.shareStacks();
    yield at(event(KernelEvent.MemoryMisused, what, about), site);
    return this.fail(site, text);
  }

  /** The number behind a page frame that something depends on: the page gets its place. */
  *concrete(value: FrameNumber): Evaluation<bigint> {
    const pfn = yield* this.placeOf(value.page);
    return BigInt.asUintN(64, (BigInt(pfn) << BigInt(value.shift)) + value.add);
  }

  /** Number of a page; one that has no place yet gets it now. */
  *placeOf(page: Page): Evaluation<number> {
    let pfn = this.pages.settledPlace(page);
    if (pfn === undefined) {
      if (isFormer(page)) throw new CError(`${this.name}() asks where a page lay that was freed earlier: not modelled`);
      pfn = yield* placeOf(this.kernel, page);
      this.pages.place(page, pfn);
    }
    return pfn;
  }

  /** The page with this number, or with this handle: by the name that the call has for it now. */
  numbered(pfn: number): Page {
    return this.pages.publishedAs(pfn) ?? this.pages.numbered(pfn);
  }

  /** The `struct page` of the page with this number. */
  structOfNumber(pfn: number): WordsObject {
    const page = this.pages.numbered(pfn);
    const isOwn = page < 0 ? pfn % PTRS_PER_PMD !== 0 : this.pages.isKnown(pfn);
    return isOwn ? this.memory.structs.of(page) : this.memory.structs.ofNumber(pfn);
  }

  /** Where a pointer points among the structures of all pages, or their contents, which lie one after the other. */
  private *pageAddress({ object, offset }: Pointer): Evaluation<bigint> {
    const pfn = yield* this.placeOf((object as WordsObject | PageContents).page as Page);
    return BigInt(pfn * (object instanceof PageContents ? PAGE_SIZE : PAGE_STRUCT_SIZE) + offset);
  }

  /** A value that a service needs as a number. */
  *number(value: Value, site: number): Evaluation<bigint> {
    if (typeof value === "number" || typeof value === "bigint") return BigInt(value);
    if (value instanceof FrameNumber) return yield* this.concrete(value);
    if (isUnset(value)) {
      const text = "a value that was never set is handed on";
      return yield* this.misuse(MemoryMisuse.UnsetOperand, site, text, this.originOf(value));
    }
    return this.fail(site, `${describeValue(value)} is used as a number: not understood`);
  }

  /** A value that decides where to go on. */
  *decided(value: Value, site: number): Evaluation<number | bigint> {
    if (typeof value === "number" || typeof value === "bigint") return value;
    if (isUnset(value)) {
      const text = "a value that was never set decides a branch";
      return yield* this.misuse(MemoryMisuse.UnsetDecides, site, text, this.originOf(value));
    }
    if (value instanceof FrameNumber) return yield* this.concrete(value);
    return this.fail(site, `${describeValue(value)} decides a branch: not understood`);
  }

  *arithmetic(name: string, left: Value, right: Value, bits: number, site: number): Evaluation {
    if (name === "sub" && areDifferentStructs(left, right)) {
      const difference = (yield* this.pageAddress(left as Pointer)) - (yield* this.pageAddress(right as Pointer));
      return BigInt.asUintN(64, difference);
    }
    const done = binary(name, left, right, bits);
    if (typeof done !== "string") return done;
    if (done === "concrete") {
      const a = left instanceof FrameNumber ? yield* this.concrete(left) : left;
      const b = right instanceof FrameNumber ? yield* this.concrete(right) : right;
      return yield* this.arithmetic(name, a, b, bits, site);
    }
    if (done === "zero") return this.fail(site, "a division by 0");
    return this.fail(
      site,
      `${name} of ${describeValue(left)} and ${describeValue(right)}: what addresses are as numbers is not modelled`,
    );
  }

  *comparison(predicate: string, left: Value, right: Value, bits: number, site: number): Evaluation {
    if (isOnStack(left) && stackVariableIn(right) !== undefined) {
      return yield* this.comparison(predicate, left, yield* this.known(right, site), bits, site);
    }
    if (isOnStack(right) && stackVariableIn(left) !== undefined) {
      return yield* this.comparison(predicate, yield* this.known(left, site), right, bits, site);
    }
    const areStructs = areDifferentStructs(left, right) && !areHandles(left as Pointer, right as Pointer);
    if (areStructs || mayBeSameContents(left, right)) {
      const a = yield* this.pageAddress(left as Pointer);
      return yield* this.comparison(predicate, a, yield* this.pageAddress(right as Pointer), bits, site);
    }
    const done = compare(predicate, left, right, bits);
    if (typeof done !== "string") return done;
    if (done === "concrete") {
      const a = left instanceof FrameNumber ? yield* this.concrete(left) : left;
      const b = right instanceof FrameNumber ? yield* this.concrete(right) : right;
      return yield* this.comparison(predicate, a, b, bits, site);
    }
    return this.fail(
      site,
      `${describeValue(left)} and ${describeValue(right)} are compared: how addresses are ordered is not modelled`,
    );
  }

  /** Follows a pointer: the object and the offset in it, with room for `size` bytes. */
  *follow(given: Value, size: number, site: number): Evaluation<Pointer> {
    const pointer = moved(given);
    if (pointer instanceof Pointer) {
      const { object, offset } = pointer;
      if (object instanceof HeapObject && object.freed) {
        const text = "memory is used after it was freed";
        return yield* this.misuse(MemoryMisuse.Freed, site, text, this.memory.aboutMemory(object));
      }
      if (object instanceof PrivateObject && object.ended) {
        return yield* this.misuse(MemoryMisuse.Ended, site, "a variable is used after its scope has ended");
      }
      if (this.running !== null && object instanceof WordsObject && object.owned && object.page === undefined) {
        this.fail(site, "a function that runs later uses what each CPU has for itself: not modelled");
      }
      if (object instanceof WordsObject && isGone(object, offset, size)) {
        return yield* this.misuse(...goneMisuse(object, site), this.memory.aboutMemory(object));
      }
      const inside = offset >= 0 && offset + size <= object.size;
      const found = inside ? pointer : yield* this.outside(object, offset, size, site);
      if (found.object instanceof WordsObject && found.object.state !== 0) {
        // Its own variables are there. But what others do to them may come before.
        if (this.onStack.has(found.object)) yield at(event(KernelEvent.MemoryReached), site);
        else yield* expectAllocated(this, found.object, site);
      }
      yield* expectAccess(this, found.object, site);
      return found;
    }
    const about = this.originOf(pointer);
    if (isUnset(pointer)) {
      return yield* this.misuse(MemoryMisuse.UnsetAddress, site, "an address that was never set is used", about);
    }
    if (typeof pointer === "bigint" && (pointer < BigInt(PAGE_SIZE) || this.isOffNull(pointer))) {
      return yield* this.misuse(MemoryMisuse.NullAddress, site, "a null pointer is followed", about);
    }
    return yield* this.misuse(MemoryMisuse.NoAddress, site, `${describeValue(pointer)} is used as an address`);
  }

  /** The same address, made known to others where it leads to memory that only the call knows. */
  abstract known(pointer: Value, site: number): Evaluation<Value>;

  private *outside(object: Pointer["object"], offset: number, size: number, site: number): Evaluation<Pointer> {
    if (object instanceof WordsObject && object.page !== undefined && object.page !== NULL_PAGE) {
      // Structures of pages lie one after the other.
      const pages = Math.floor(offset / PAGE_STRUCT_SIZE);
      const pfn = (yield* this.placeOf(object.page)) + pages;
      if (pfn <= 0) {
        return yield* this.misuse(MemoryMisuse.NoAddress, site, "an address before the structure of the first page");
      }
      return new Pointer(this.structOfNumber(pfn), offset - pages * PAGE_STRUCT_SIZE);
    }
    const contents = object instanceof PageContents ? this.nextContents(object.page, offset, size) : undefined;
    if (contents !== undefined) return contents;
    const misuse = this.host.meaningOutside(object, offset);
    if (misuse !== undefined) {
      yield at(event(misuse.code, misuse.detail, misuse.extra), site);
      return this.fail(site, misuse.text);
    }
    return yield* this.misuse(
      MemoryMisuse.OutOfBounds,
      site,
      `an access to ${object.name}+${offset}, ${size} bytes, is outside of its ${object.size} bytes`,
      this.memory.aboutMemory(object),
    );
  }

  /** Contents of pages of blocks lie one behind the other. */
  private nextContents(page: Page, offset: number, size: number): Pointer | undefined {
    if (page <= 0) return undefined;
    const pfn = page + Math.floor(offset / PAGE_SIZE);
    const within = offset - (pfn - page) * PAGE_SIZE;
    if (within + size > PAGE_SIZE || !isBlockFrame(this.kernel, page) || !isBlockFrame(this.kernel, pfn))
      return undefined;
    return new Pointer(this.memory.pageContents(this.numbered(pfn)), within);
  }

  /** The word of the machine behind a pointer to shared memory of `size` bytes. */
  *word(pointer: Value, size: number, site: number): Evaluation<number> {
    // Atomic variables and locks are there for others.
    const { object, offset } = yield* this.follow(yield* this.known(pointer, site), size, site);
    if (!(object instanceof WordsObject))
      return this.fail(site, `a lock or atomic variable in ${object.name}: not understood`);
    if (object.page !== undefined && object.owned) {
      this.fail(site, "a lock or atomic variable in a struct page: whoever has the page is taken to have it alone");
    }
    const cell = object.cells.at(offset, size);
    if (cell === null || cell.size !== size)
      return this.fail(site, "a lock or atomic variable that is also accessed otherwise: not understood");
    const meaning = this.host.meaningOf(object, offset);
    if (meaning !== undefined) yield at(event(meaning.code, meaning.detail, meaning.extra), site);
    return object.word(offset);
  }
}

/** A variable that others may know. It may have been what is another variable of a later call, at the same address. */
function isOnStack(value: Value): boolean {
  return value instanceof Pointer && value.object instanceof WordsObject && value.object.isOnStack;
}
