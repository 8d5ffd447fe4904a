/**
 * One call of a C function, as far as memory goes. The interpreter and the services of the kernel share it.
 */
import { forgetPage, MemoryMisuse, writePage } from "../../kernel/index.js";
import { at, on } from "../../machine/index.js";
import { neverInitialised } from "../ir/errors.js";
import type { Marking } from "../ir/module.js";
import { accessedSize, memberOf, resolved, type Type } from "../ir/types.js";
import {
  asBits,
  asBytes,
  isFetched,
  loadOperation,
  type Marked,
  markedAs,
  offsetBy,
  partOf,
  storeOperation,
} from "./access.js";
import { type Bits, isBits, withBits } from "./bits.js";
import { Call, type Running } from "./call.js";
import { isCellSize, pieces } from "./cells.js";
import { moved, privateHeapIn } from "./heap-steps.js";
import { type AllocatePage, bitsOf, type Evaluation, type Host } from "./host.js";
import { KeptAddress } from "./memory.js";
import { PageContents, PrivateObject, WordsObject } from "./objects.js";
import { settleParts } from "./parts.js";
import { pageIn, published } from "./publication.js";
import { sited } from "./sited.js";
import { endOnStack, stackVariableIn } from "./stack-steps.js";
import { StackVariable } from "./stacks.js";
import { Aggregate, describeValue, isUnset, Pointer, UNDEFINED, type Value } from "./values.js";

/** Does what a function of the kernel's does for the calling C, in steps or at once. */
export type Intrinsic = (activation: Activation, args: readonly Value[], site: number) => Evaluation | Value;

/** A host, with what the checker itself does for C. */
export interface ServedHost extends Host {
  /** The function that does what C's function of this name does, if the checker has one. */
  readonly intrinsics: (name: string) => Intrinsic | undefined;
  /** The function that may have been meant by a name that is none. */
  readonly meant: (name: string) => string | undefined;
}

export class Activation extends Call {
  /** How functions of headers lead from a line of the user's to where the call stands: places of instructions, as text. */
  get way(): string {
    return "";
  }

  /** What is misused is what lies at an address, as `originOf` says it. */
  aboutWord(pointer: Value): number {
    if (!(pointer instanceof Pointer) || !(pointer.object instanceof WordsObject)) return 0;
    return this.memory.about({ kind: "word", object: pointer.object, offset: pointer.offset });
  }

  override originOf(_value: Value): number {
    return 0;
  }

  override isOffNull(_value: Value): boolean {
    return false;
  }

  constructor(
    override readonly host: ServedHost,
    allocatePage?: AllocatePage,
    running: Running | null = null,
  ) {
    super(host, allocatePage, running);
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
    const word = yield at(on(loadOperation(this.marked(marked)), address), site);
    const value = this.decoded(word, cell.size, address);
    if (object.owned) this.seeAlone(value);
    return partOf(value, cell, offset, size, this.where(site));
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

  /**
   * A value as a cell of `object` keeps it. Where all CPUs look, what it leads to becomes known to all. Memory of the heap
   * outlives the call wherever its address is put.
   */
  private *encoded(object: WordsObject, value: Value, size: number, site: number): Evaluation<number> {
    const isKept = object.owned && privateHeapIn(value) === undefined && !this.isShown(object, value);
    const kept = isKept ? value : yield* published(this, value, site);
    return this.memory.encode(kept, size, this.where(site));
  }

  /** Whether a variable of the call becomes known where others may come to look. */
  private isShown(object: WordsObject, value: Value): boolean {
    if (!this.memory.needs.sharedStacks || stackVariableIn(value) === undefined) return false;
    return !this.kernel.isCpuPrivate(object.word(0));
  }

  /** How an access counts. What a sequence count protects is read and written at the same time, and that is no data race. */
  private marked(marked: Marked): Marked {
    return this.readsSequence || this.writesSequences > 0 ? "once" : marked;
  }

  /** Memory that the CPU has for itself leads to a page: no other CPU has handed that to the call. */
  private seeAlone(value: Value): void {
    const page = pageIn(value);
    if (page !== undefined && page > 0) this.pages.seeAlone(page);
  }

  override *known(pointer: Value, site: number): Evaluation<Value> {
    if (stackVariableIn(pointer) !== undefined) this.memory.needs.shareStacks();
    else if (privateHeapIn(pointer) === undefined) return pointer;
    return yield* published(this, pointer, site);
  }

  /** Gives up the handles of pages that the call has made known. Those that it was handed stay its caller's. */
  protected *forgetPublished(): Evaluation<void> {
    for (const page of this.pages.published()) yield* forgetPage(this.kernel, page);
  }

  /** The scope of a variable begins or ends that others may know. */
  *scope(slot: WordsObject, ends: boolean, site: number): Evaluation {
    if (this.onStack.has(slot)) yield* endOnStack(this, slot, site);
    const variable = this.variables.findLast(({ movedTo }) => movedTo === slot);
    if (ends || !(variable instanceof StackVariable)) return 0;
    variable.begin();
    this.rewrite((value) =>
      value instanceof Pointer && value.object === slot ? new Pointer(variable, value.offset) : value,
    );
    return 0;
  }

  /** Variables end that others may know: those from a number on. */
  protected *endVariables(first: number, site: number): Evaluation<void> {
    for (const { movedTo } of this.variables.slice(first)) {
      if (movedTo !== null && this.onStack.has(movedTo)) yield* endOnStack(this, movedTo, site);
    }
  }

  /** The value that the cell at `address` keeps. The address of a variable that this call has not put there is that of an earlier call's. */
  decoded(word: number, size: number, address = 0): Value {
    const value = this.memory.decode(word, size);
    if (!(value instanceof KeptAddress)) return value;
    const { serial, offset } = value;
    const variable = this.keptAt.has(address) ? this.variables[serial] : undefined;
    if (variable !== undefined) return moved(new Pointer(variable, offset));
    // Where any CPU may have put it, its slot alone tells whose it is.
    if (!this.kernel.isCpuPrivate(address)) this.memory.needs.shareStacks();
    return new Pointer(this.memory.endedVariable(serial), offset);
  }

  /** Takes note that `value` is put into the cell at `address`. Where others put theirs too, it is nobody's in particular. */
  private noteKept(object: WordsObject, address: number, value: Value): void {
    if (object.owned && value instanceof Pointer && value.object instanceof PrivateObject) {
      this.keptAt.set(address, value.object);
    } else this.keptAt.delete(address);
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
      if (!this.host.isBooting && value instanceof Pointer && this.isHeap(value)) {
        this.fail(site, `${describeValue(value)} is kept in the contents of a page: not modelled`);
      }
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
    const encoded = yield* this.encoded(object, value, size, site);
    const how = this.marked(marked);
    const operation = cell.size === size ? storeOperation(how) : this.host.atomics.storePart(cell, offset, size, how);
    yield at(on(operation, word, encoded), site);
    this.changes++;
    this.noteKept(object, word, value);
  }

  /** Whether a value leads to memory of the heap, of boot too. */
  private isHeap(value: Pointer): boolean {
    const { object } = value;
    if (privateHeapIn(value) !== undefined || this.memory.heap.has(object)) return true;
    return object instanceof WordsObject && this.host.allocated.has(object);
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
    const encoded = yield* this.encoded(object, value, size, site);
    const before = yield at(on(operation, word, encoded), site);
    if (this.running !== null && operation.next(before, encoded) !== before) this.changes++;
    const old = this.decoded(before, size, word);
    this.noteKept(object, word, value);
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
    // Words keep it as another call's too.
    if (stackVariableIn(expected) !== undefined) this.memory.needs.shareStacks();
    const encoded = yield* this.encoded(object, value, size, site);
    const wanted = yield* this.encoded(object, expected, size, site);
    const operation = this.host.atomics.compareExchange(wanted);
    const before = yield at(on(operation, word, encoded), site);
    if (before === wanted) this.changes++;
    const old = this.decoded(before, size, word);
    if (isUnset(old)) yield* this.decided(old, site);
    return old;
  }
}
