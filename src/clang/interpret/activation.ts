/**
 * One call of a C function, as far as memory and values go. The interpreter and the services of the kernel share it.
 */
import {
  type Gfp,
  type Kernel,
  KernelEvent,
  MemoryMisuse,
  NULL_PAGE,
  PAGE_SIZE,
  type Page,
  PTRS_PER_PMD,
  writePage,
} from "../../kernel/index.js";
import { at, event, type Operation, on, type Program } from "../../machine/index.js";
import { CError, neverInitialised } from "../ir/errors.js";
import type { Marking } from "../ir/module.js";
import { accessedSize, memberOf, resolved, type Type } from "../ir/types.js";
import {
  asBits,
  asBytes,
  type CellOperations,
  isFetched,
  loadOperation,
  type Marked,
  markedAs,
  offsetBy,
  partOf,
  storeOperation,
} from "./access.js";
import { type Bits, isBits, withBits } from "./bits.js";
import { isCellSize, pieces } from "./cells.js";
import type { Globals } from "./globals.js";
import { KnownPages, placeOf } from "./known-pages.js";
import { type CMemory, KeptAddress } from "./memory.js";
import { goneMisuse, isGone, PAGE_STRUCT_SIZE, PageContents, PrivateObject, WordsObject } from "./objects.js";
import { settleParts } from "./parts.js";
import { expectAccess } from "./possession.js";
import type { CProgram } from "./program.js";
import { sited } from "./sited.js";
import { areDifferentStructs, areHandles, isOfThisCpu } from "./structs.js";
import {
  Aggregate,
  binary,
  compare,
  describeValue,
  FrameNumber,
  isUnset,
  type MemoryObject,
  Pointer,
  UNDEFINED,
  type Value,
} from "./values.js";

/** A part of a call. */
export type Evaluation<R = Value> = Generator<Operation, R, number>;

/** Does what a function of the kernel's does for the calling C, in steps or at once. */
export type Intrinsic = (activation: Activation, args: readonly Value[], site: number) => Evaluation | Value;

/** An event that an access stands for, in the eyes of the subject. */
export interface AccessEvent {
  readonly code: number;
  readonly detail: number;
  readonly extra: number;
}

/** The same of an access that nothing goes on after, and why. */
export interface Misuse extends AccessEvent {
  readonly text: string;
}

/** A page for a call that has allocated so many before. */
export type AllocatePage = (gfp: Gfp, before: number) => Program<Page>;

/**
 * What all calls of a program on one host share. All that is known of what the C is about comes in here: the interpreter
 * itself knows of pages, words and locks.
 */
export interface Host {
  readonly kernel: Kernel;
  readonly program: CProgram;
  readonly memory: CMemory;
  readonly globals: Globals;
  readonly atomics: CellOperations;
  /** The function that does what C's function of this name does, if the checker has one. */
  readonly intrinsics: (name: string) => Intrinsic | undefined;
  /** Nothing is explored yet. */
  readonly isBooting: boolean;
  /** What intrinsics have noted for the subject, in words of theirs. */
  readonly facts: Set<string>;
  /** How calls get pages, but for those that have a way of their own. */
  readonly allocatePage: AllocatePage;
  /** What a lock or atomic variable at an offset of shared memory means. */
  meaningOf(object: MemoryObject, offset: number): AccessEvent | undefined;
  /** What an access outside of an object means, where that is more than an access out of bounds. */
  meaningOutside(object: MemoryObject, offset: number): Misuse | undefined;
  /** Memory other than pages. @throws CError once boot is over */
  allocate(size: number, zeroed: boolean, where: string, site: number): WordsObject;
  /** Memory other than pages that was allocated, with the site of each. */
  readonly allocated: ReadonlyMap<WordsObject, number>;
  /** Whether what could fail now does: where boot fails is explored, once for each place that can. */
  fails(): boolean;
}

/** Bits of an integer or address of the type, 0 of any other. */
export function bitsOf(type: Type): number {
  const is = resolved(type);
  if (is.kind === "int") return is.bits;
  return is.kind === "ptr" ? 64 : 0;
}

export class Activation {
  readonly kernel: Kernel;
  readonly memory: CMemory;
  protected readonly program: CProgram;
  /** Variables of the call, by number. */
  protected readonly variables: PrivateObject[] = [];
  /** Words in which the call itself has put the address of one of its variables, and which. */
  private readonly keptAt = new Map<number, PrivateObject>();
  /** Locks that the call holds, by address. */
  readonly held = new Set<number>();
  /** How often softirqs, interrupts or preemption were switched off, less how often on. */
  atomicDepth = 0;
  readonly pages = new KnownPages();
  /** Pages allocated so far. */
  allocations = 0;

  constructor(
    readonly host: Host,
    readonly allocatePage = host.allocatePage,
  ) {
    this.kernel = host.kernel;
    this.memory = host.memory;
    this.program = host.program;
  }

  /** A variable of the calling function's caller, e.g. to pass its address. */
  variable(name: string, size: number): PrivateObject {
    const object = new PrivateObject(name, size, this.variables.length);
    this.variables.push(object);
    return object;
  }

  /** All that the call knows but for the local values of its functions, as text that is equal when and only when that is. */
  protected state(): string {
    const { memory, pages } = this;
    const variables = this.variables.filter(({ ended }) => !ended);
    const contents = variables.map((each) => `${each.serial}=${each.state((value) => memory.keyOf(value))}`);
    const kept = [...this.keptAt].map(([address, { serial }]) => `${address}=${serial}`).sort();
    const locks = [...this.held].sort((one, other) => one - other);
    return `${contents.join(" ")}; ${kept}; ${locks}; ${this.atomicDepth}; ${this.allocations}; ${pages.state()}`;
  }

  /** `file:line` of a site. */
  where(site: number): string {
    return this.program.where(site) || "the harness";
  }

  /** @throws CError at a site */
  fail(site: number, what: string): never {
    throw new CError(`${this.where(site)}: ${what}`);
  }

  /** Reports a misuse of memory; nothing goes on after it. */
  *misuse(what: MemoryMisuse, site: number, text: string): Evaluation<never> {
    yield at(event(KernelEvent.MemoryMisused, what), site);
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
      pfn = yield* placeOf(this.kernel, page);
      this.pages.place(page, pfn);
    }
    return pfn;
  }

  /** The `struct page` of the page with this number. */
  structOfNumber(pfn: number): WordsObject {
    const page = this.pages.numbered(pfn);
    const isOwn = page < 0 ? pfn % PTRS_PER_PMD !== 0 : this.pages.isKnown(pfn);
    return isOwn ? this.memory.pageStruct(page) : this.memory.structOfNumber(pfn);
  }

  /** Where a pointer points among the structures of all pages, which lie one after the other. */
  private *structAddress({ object, offset }: Pointer): Evaluation<bigint> {
    const pfn = yield* this.placeOf((object as WordsObject).page as Page);
    return BigInt(pfn * PAGE_STRUCT_SIZE + offset);
  }

  /** A value that a service needs as a number. */
  *number(value: Value, site: number): Evaluation<bigint> {
    if (typeof value === "number" || typeof value === "bigint") return BigInt(value);
    if (value instanceof FrameNumber) return yield* this.concrete(value);
    if (isUnset(value)) {
      return yield* this.misuse(MemoryMisuse.UnsetOperand, site, "a value that was never set is handed on");
    }
    return this.fail(site, `${describeValue(value)} is used as a number: not understood`);
  }

  /** A value that decides where to go on. */
  *decided(value: Value, site: number): Evaluation<number | bigint> {
    if (typeof value === "number" || typeof value === "bigint") return value;
    if (isUnset(value))
      return yield* this.misuse(MemoryMisuse.UnsetDecides, site, "a value that was never set decides a branch");
    if (value instanceof FrameNumber) return yield* this.concrete(value);
    return this.fail(site, `${describeValue(value)} decides a branch: not understood`);
  }

  *arithmetic(name: string, left: Value, right: Value, bits: number, site: number): Evaluation {
    if (name === "sub" && areDifferentStructs(left, right)) {
      const difference = (yield* this.structAddress(left as Pointer)) - (yield* this.structAddress(right as Pointer));
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
    if (areDifferentStructs(left, right) && !areHandles(left as Pointer, right as Pointer)) {
      const a = yield* this.structAddress(left as Pointer);
      return yield* this.comparison(predicate, a, yield* this.structAddress(right as Pointer), bits, site);
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
  *follow(pointer: Value, size: number, site: number): Evaluation<Pointer> {
    if (pointer instanceof Pointer) {
      const { object, offset } = pointer;
      if (object instanceof PrivateObject && object.ended) {
        return yield* this.misuse(MemoryMisuse.Ended, site, "a variable is used after its scope has ended");
      }
      if (object instanceof WordsObject && isGone(object, offset, size)) {
        return yield* this.misuse(...goneMisuse(object, site));
      }
      const inside = offset >= 0 && offset + size <= object.size;
      const found = inside ? pointer : yield* this.outside(object, offset, size, site);
      yield* expectAccess(this, found.object, site);
      return found;
    }
    if (isUnset(pointer)) {
      return yield* this.misuse(MemoryMisuse.UnsetAddress, site, "an address that was never set is used");
    }
    if (typeof pointer === "bigint" && pointer < BigInt(PAGE_SIZE)) {
      return yield* this.misuse(MemoryMisuse.NullAddress, site, "a null pointer is followed");
    }
    return yield* this.misuse(MemoryMisuse.NoAddress, site, `${describeValue(pointer)} is used as an address`);
  }

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
    const misuse = this.host.meaningOutside(object, offset);
    if (misuse !== undefined) {
      yield at(event(misuse.code, misuse.detail, misuse.extra), site);
      return this.fail(site, misuse.text);
    }
    return yield* this.misuse(
      MemoryMisuse.OutOfBounds,
      site,
      `an access to ${object.name}+${offset}, ${size} bytes, is outside of its ${object.size} bytes`,
    );
  }

  /** The word of the machine behind a pointer to shared memory of `size` bytes. */
  *word(pointer: Value, size: number, site: number): Evaluation<number> {
    const { object, offset } = yield* this.follow(pointer, size, site);
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

  /** Loads a scalar or, member by member, an aggregate. */
  *load(pointer: Value, type: Type, marked: Marked, site: number): Evaluation {
    const is = resolved(type);
    if (is.kind === "struct" || is.kind === "array") {
      const members: Value[] = [];
      const count = is.kind === "array" ? is.count : is.fields.length;
      for (let index = 0; index < count; index++) {
        const member = memberOf(is, index);
        members.push(yield* this.load(offsetBy(pointer, member.offset), member.type, marked, site));
      }
      return new Aggregate(members);
    }
    const size = accessedSize(type);
    const { object, offset } = yield* this.follow(pointer, size, site);
    if (object instanceof PrivateObject) {
      yield* settleParts(this, object, offset, size, site);
      return asBits(object.read(offset, size), size, bitsOf(type));
    }
    if (!(object instanceof WordsObject)) return UNDEFINED;
    const value = yield* this.loadWord(object, offset, size, marked, site);
    if (object.lacksBoot && value === 0n && is.kind === "ptr") {
      this.fail(site, neverInitialised(object.name));
    }
    return asBits(value, size, bitsOf(type));
  }

  *loadWord(object: WordsObject, offset: number, size: number, marked: Marked, site: number): Evaluation {
    if (!isCellSize(size)) return yield* this.loadPieces(object, offset, size, marked, site);
    const cell = object.cells.at(offset, size);
    if (cell === null) return this.fail(site, `an access of ${size} bytes that are not aligned: not understood`);
    const address = object.word(cell.offset);
    const word = yield at(on(loadOperation(marked), address), site);
    return partOf(this.decoded(word, cell.size, address), cell, offset, size, this.where(site));
  }

  /** Loads a scalar of which no cell holds all. */
  private *loadPieces(object: WordsObject, offset: number, size: number, marked: Marked, site: number): Evaluation {
    let value: Bits = UNDEFINED;
    for (const piece of pieces({ offset, size })) {
      const part = yield* this.loadWord(object, piece.offset, piece.size, marked, site);
      if (!isBits(part)) return this.fail(site, `${describeValue(part)} is a part of a number: not understood`);
      value = withBits(value, 8 * size, 8 * (piece.offset - offset), part, 8 * piece.size);
    }
    return value;
  }

  /** A value as a cell of `object` keeps it. What means another thing on each CPU cannot go where all of them look. */
  private encoded(object: WordsObject, value: Value, size: number, site: number): number {
    if (!object.owned && isOfThisCpu(value, this.kernel)) {
      this.fail(site, `${describeValue(value)} is put where other CPUs can see it: this is not modelled`);
    }
    return this.memory.encode(value, size, this.where(site));
  }

  /** The value that the cell at `address` keeps. The address of a variable that this call has not put there is that of an earlier call's. */
  decoded(word: number, size: number, address = 0): Value {
    const value = this.memory.decode(word, size);
    if (!(value instanceof KeptAddress)) return value;
    const variable = this.keptAt.has(address) ? this.variables[value.serial] : undefined;
    return new Pointer(variable ?? this.memory.endedVariable(value.serial), value.offset);
  }

  /** Takes note that `value` is put into the cell at `address`. */
  private noteKept(address: number, value: Value): void {
    if (value instanceof Pointer && value.object instanceof PrivateObject) this.keptAt.set(address, value.object);
    else this.keptAt.delete(address);
  }

  *store(pointer: Value, value: Value, type: Type, marking: Marking, site: number): Evaluation {
    const is = resolved(type);
    if (is.kind === "struct" || is.kind === "array") {
      const count = is.kind === "array" ? is.count : is.fields.length;
      for (let index = 0; index < count; index++) {
        const member = memberOf(is, index);
        const part = value instanceof Aggregate ? value.member(index) : UNDEFINED;
        yield* this.store(offsetBy(pointer, member.offset), part, member.type, marking, site);
      }
      return 0;
    }
    const size = accessedSize(type);
    if (marking.ordering === "seq_cst") {
      yield* this.readModifyWrite("xchg", pointer, value, bitsOf(type), site);
      return 0;
    }
    yield* this.storeScalar(pointer, size, asBytes(value, bitsOf(type), size), markedAs(marking), site);
    return 0;
  }

  *storeScalar(pointer: Value, size: number, value: Value, marked: Marked, site: number): Evaluation<void> {
    const { object, offset } = yield* this.follow(pointer, size, site);
    if (object instanceof PrivateObject) {
      if (object.constant) return yield* this.misuse(MemoryMisuse.Constant, site, "a constant is written");
      yield* settleParts(this, object, offset, size);
      object.write(offset, size, value);
      return;
    }
    if (object instanceof PageContents) {
      yield* sited(writePage(this.kernel, object.page), site);
      return;
    }
    if (!(object instanceof WordsObject)) return;
    if (!isCellSize(size)) {
      for (const piece of pieces({ offset, size })) {
        const part = partOf(value, { offset, size }, piece.offset, piece.size, this.where(site));
        yield* this.storeScalar(new Pointer(object, piece.offset), piece.size, part, marked, site);
      }
      return;
    }
    const cell = object.cells.at(offset, size);
    if (cell === null) this.fail(site, `an access of ${size} bytes that are not aligned: not understood`);
    const word = object.word(cell.offset);
    const encoded = this.encoded(object, value, size, site);
    const operation =
      cell.size === size ? storeOperation(marked) : this.host.atomics.storePart(cell, offset, size, marked);
    yield at(on(operation, word, encoded), site);
    this.noteKept(word, value);
  }

  /** A read and a write in one step. @returns the value before */
  *readModifyWrite(name: string, pointer: Value, value: Value, bits: number, site: number): Evaluation {
    const size = bits / 8;
    const { object, offset } = yield* this.follow(pointer, size, site);
    if (object instanceof PrivateObject) {
      const old = object.read(offset, size);
      object.write(offset, size, name === "xchg" ? value : yield* this.arithmetic(name, old, value, bits, site));
      return old;
    }
    if (!(object instanceof WordsObject)) return this.fail(site, `an atomic access to ${object.name}: not understood`);
    const word = yield* this.word(pointer, size, site);
    const { atomics } = this.host;
    if (name !== "xchg" && !isFetched(name)) return this.fail(site, `an atomic ${name} is not understood`);
    const operation = isFetched(name) ? atomics.fetch(name, size) : atomics.exchange();
    const before = yield at(on(operation, word, this.encoded(object, value, size, site)), site);
    const old = this.decoded(before, size, word);
    this.noteKept(word, value);
    return old;
  }

  /** Replaces what is there if that is `expected`. @returns the value before */
  *compareExchange(pointer: Value, expected: Value, value: Value, size: number, site: number): Evaluation {
    if (isUnset(expected)) yield* this.decided(expected, site);
    const { object, offset } = yield* this.follow(pointer, size, site);
    if (
      object instanceof PrivateObject ||
      (object instanceof WordsObject && object.owned && object.page === undefined)
    ) {
      // Nobody else looks at it, and what is equal may be kept in different ways.
      const isPrivate = object instanceof PrivateObject;
      const old = isPrivate ? object.read(offset, size) : yield* this.loadWord(object, offset, size, "once", site);
      const same = yield* this.decided(yield* this.comparison("eq", old, expected, 8 * size, site), site);
      if (same === 1) yield* this.storeScalar(pointer, size, value, "once", site);
      return old;
    }
    if (!(object instanceof WordsObject)) return this.fail(site, `an atomic access to ${object.name}: not understood`);
    const word = yield* this.word(pointer, size, site);
    const operation = this.host.atomics.compareExchange(this.encoded(object, expected, size, site));
    const before = yield at(on(operation, word, this.encoded(object, value, size, site)), site);
    const old = this.decoded(before, size, word);
    if (isUnset(old)) yield* this.decided(old, site);
    return old;
  }
}
