/**
 * The memory of a C program on a modelled host. Globals and pages are words of the machine, and values lie in words of
 * 32 bits.
 *
 * Small integers are kept as they are. Any other value, such as an address, gets a number, and the word holds that
 * number. It is a hash of what the value describes, so it does not depend on what was kept before.
 */

import { isBlockFrame, type Kernel, MAX_ERRNO, type Page } from "../../kernel/index.js";
import { Interned, StepsChanged } from "../../machine/index.js";
import { CError } from "../ir/errors.js";
import { type Blamed, type InWords, keyOfBlamed } from "./blamed.js";
import { type Bytes, Cells } from "./cells.js";
import { Deferred } from "./deferred.js";
import { Heap, HeapKinds, HeapObject } from "./heap.js";
import { ProgramNeeds } from "./needs.js";
import { Background, PAGE_STRUCT_SIZE, PageContents, PrivateObject, WordsObject } from "./objects.js";
import { type PageRange, PageStructs } from "./page-structs.js";
import { Rcu } from "./rcu.js";
import { StackKinds, Stacks } from "./stacks.js";
import {
  Aggregate,
  describeValue,
  FrameNumber,
  FunctionAddress,
  isUnset,
  type MemoryObject,
  PartlySet,
  Pointer,
  UNDEFINED,
  type Value,
} from "./values.js";
import type { WordNames } from "./word-names.js";

/** In a cell of 8 bytes, words at or above this are numbers of values; below its negative there are none. */
const FIRST_NUMBER = 2 ** 30;
const NUMBERS = 2 ** 30;
/**
 * In a cell of up to 4 bytes, words from here on downwards may stand for values that are no such number, or for another
 * number, see `mark`.
 */
const FIRST_MARK = -0x7ead_beef;
const MARKS = 2 ** 24;
const LAST_MARK = FIRST_MARK - MARKS + 1;
/** Words that values which were set in part take at most. */
const MARKS_MAX = 2 ** 16;

/** Bytes of an address. */
const ADDRESS_SIZE = 8;
/** Bytes of a variable, or of memory allocated at once. */
export const LARGEST = 2 ** 28;

/** The address of a variable of a call, as kept outside it. */
export class KeptAddress {
  constructor(
    readonly serial: number,
    readonly offset: number,
  ) {}
}

/** What was learned of a program; outlives an exploration that has to begin again. */
export class CellTable {
  readonly needs: ProgramNeeds;
  readonly heap = new HeapKinds();
  readonly stack = new StackKinds();
  private readonly learned = new Map<string, Cells>();

  /** @param asksForNumbers the program asks for numbers of CPUs */
  constructor(asksForNumbers: boolean) {
    this.needs = new ProgramNeeds(asksForNumbers);
  }

  /**
   * The cells of the object with this name, as far as they are known now. They are the asker's own: what is learned
   * elsewhere does not change his steps, so that whatever he found can be walked again.
   */
  cells(name: string): Cells {
    let learned = this.learned.get(name);
    if (learned === undefined) {
      learned = new Cells();
      this.learned.set(name, learned);
    }
    return new Cells(() => {
      throw new StepsChanged(`cells of ${name} have changed`);
    }, learned);
  }
}

export class CMemory {
  private readonly kept = new Interned<Value | KeptAddress>(NUMBERS);
  /** Non-integer values kept in cells of at most 4 bytes, by encoded word. */
  private readonly marks = new Interned<Value>(MARKS);
  private readonly known = new Map<string, Cells>();
  private readonly contents = new Map<Page, PageContents>();
  private readonly ended: PrivateObject[] = [];
  /** What misuses of memory were about, by number. */
  private readonly blamed = new Interned<Blamed>(NUMBERS);
  readonly structs: PageStructs;
  readonly heap: Heap;
  readonly stacks: Stacks;
  readonly rcu: Rcu;
  readonly deferred: Deferred;
  /** Memory that each CPU has for itself, structures of pages aside. */
  readonly ownObjects: WordsObject[] = [];
  /** Objects in memory that CPUs share, by their first word. */
  private readonly byBase = new Map<number, WordsObject>();
  /** Of objects with these cells, those of which bytes without a cell are not all 0. */
  private readonly withBackground = new Map<Cells, WordsObject[]>();
  /** Nothing is explored yet: memory may be changed without a step. */
  private isBooting = true;
  /** Words that nothing was put into at boot. */
  private readonly unsetWords = new Set<number>();

  constructor(
    readonly kernel: Kernel,
    private readonly table: CellTable,
    pages: PageRange,
    readonly names: WordNames,
  ) {
    this.structs = new PageStructs(kernel, table.needs, this.cells("struct page"), pages, (base, object) =>
      this.based(base, object),
    );
    const based = (base: number, object: WordsObject) => this.based(base, object);
    this.rcu = new Rcu(kernel);
    this.deferred = new Deferred(kernel, this.rcu, table.needs.deferred);
    this.heap = new Heap(kernel, table.heap, this.rcu, (name) => this.cells(name), based, names);
    this.stacks = new Stacks(kernel, table.stack, (name) => this.cells(name), based, names);
  }

  /** What the program has shown to need of its host. */
  get needs(): ProgramNeeds {
    return this.table.needs;
  }

  /** The cells of all objects of this kind. */
  private cells(name: string): Cells {
    let cells = this.known.get(name);
    if (cells === undefined) {
      cells = this.table.cells(name);
      this.known.set(name, cells);
    }
    return cells;
  }

  /** What was a variable of a call that has ended, the one with this number. */
  endedVariable(serial: number): PrivateObject {
    let object = this.ended[serial];
    if (object === undefined) {
      object = new PrivateObject("a variable of a call that has ended", 0, -1, false, false, `ended ${serial}`);
      object.ended = true;
      this.ended[serial] = object;
    }
    return object;
  }

  /**
   * Reserves memory that all CPUs share, all 0.
   *
   * @param kind objects of one kind have the same cells
   * @throws CError for more than there is room for
   */
  shared(name: string, size: number, kind = name): WordsObject {
    if (size > LARGEST) throw new CError(`${name}: ${size} bytes are more than the model has room for`);
    const { space } = this.kernel;
    let object: WordsObject | undefined;
    const base = space.reserve(size, (at) => this.nameOf(object, at));
    object = this.based(base, new WordsObject(name, size, base, this.cells(kind), false));
    return object;
  }

  /** Reserves memory that all CPUs share of which nothing was ever set. @throws CError as `shared` does */
  unset(name: string, size: number, kind = name): WordsObject {
    const object = this.shared(name, size, kind);
    this.giveBackground(object, new Background());
    for (const cell of object.cells.knownIn(size)) this.writeBackground(object, cell);
    return object;
  }

  /** At boot, sets a range of shared memory to a byte: cells that are known of it are the caller's affair. */
  fillBackground(object: WordsObject, offset: number, size: number, byte: number): void {
    if (object.background === null && byte === 0) return;
    if (object.background === null) this.giveBackground(object, new Background(0));
    object.background?.fill(offset, size, byte);
  }

  /** From here on memory is changed by steps alone. */
  endBoot(): void {
    this.isBooting = false;
    for (const [cells, objects] of this.withBackground) {
      for (const object of objects) {
        for (const cell of cells.knownIn(object.size)) {
          const address = object.word(cell.offset);
          if (this.isUnsetWord(this.kernel.words.read(address), cell.size)) this.unsetWords.add(address);
        }
      }
    }
  }

  /** Whether a word stands for what was never set, or only in part. */
  isUnsetWord(word: number, size = 4): boolean {
    const value = this.decode(word, size);
    return !(value instanceof KeptAddress) && isUnset(value);
  }

  /** Whether a word was not set when boot ended, or when its memory was allocated. */
  wasUnset(address: number): boolean {
    return this.unsetWords.has(address) || this.heap.mayBeUnset(address) || this.stacks.has(address);
  }

  private giveBackground(object: WordsObject, background: Background): void {
    object.background = background;
    const { cells } = object;
    const objects = this.withBackground.get(cells);
    if (objects !== undefined) {
      objects.push(object);
      return;
    }
    const all = [object];
    this.withBackground.set(cells, all);
    cells.onLearned = (cell) => {
      const holders = all.filter(({ size }) => cell.offset + cell.size <= size);
      if (holders.length === 0) return;
      // What a word holds before its first step is fixed before anything is explored.
      if (!this.isBooting) cells.restart();
      for (const each of holders) this.writeBackground(each, cell);
    };
  }

  private writeBackground(object: WordsObject, cell: Bytes): void {
    if (object.background === null) return;
    const word = this.encode(object.background.valueOf(cell), cell.size, object.name);
    this.kernel.words.write(object.word(cell.offset), word);
  }

  /** Reserves memory that each CPU has for itself, all 0. */
  own(name: string, size: number): WordsObject {
    if (size > LARGEST) throw new CError(`${name}: ${size} bytes are more than the model has room for`);
    let object: WordsObject | undefined;
    const base = this.kernel.reservePrivate(size, (at) => this.nameOf(object, at));
    object = new WordsObject(name, size, base, this.cells(name), true);
    this.ownObjects.push(object);
    return object;
  }

  private nameOf(object: WordsObject | undefined, offset: number): string {
    if (object === undefined) return `+${offset}`;
    return object.describe?.(offset) ?? this.names.word(object, offset);
  }

  private based(base: number, object: WordsObject): WordsObject {
    this.byBase.set(base, object);
    return object;
  }

  /** All memory that outlives calls, but slots of the heap. */
  *lasting(): Iterable<WordsObject> {
    for (const object of this.byBase.values()) if (!this.heap.has(object) && !object.isOnStack) yield object;
    yield* this.ownObjects;
    yield* this.structs.all();
  }

  /** A number for what a misuse of memory is about, above 0. */
  about(blamed: Blamed): number {
    return 1 + this.blamed.numberOf(keyOfBlamed(blamed), () => blamed);
  }

  /** The same for memory as a whole; 0 where it has no name. */
  aboutMemory(object: MemoryObject): number {
    if (object instanceof WordsObject) return object.page === undefined ? this.about({ kind: "memory", object }) : 0;
    if (!(object instanceof HeapObject)) return 0;
    const { site: place, name } = object.kind;
    return this.about({ kind: "allocation", place, name });
  }

  /** What a misuse of memory is about, in C's words, by its number. */
  misused(about: number): InWords | undefined {
    const blamed = this.blamed.get(about - 1);
    switch (blamed?.kind) {
      case "word":
        return { of: this.kernel.space.describe(blamed.object.word(blamed.offset)) };
      case "memory":
        return { of: this.names.memory(blamed.object) };
      case "allocation":
        return { of: this.names.allocated(blamed.place, blamed.name) };
      case "variable":
        return {
          ...(blamed.name === "" ? {} : { of: blamed.name }),
          ...(blamed.from === "" ? {} : { from: blamed.from }),
        };
      default:
        return undefined;
    }
  }

  /** What a word of shared memory stands for, where that is something else than the number. */
  wordText(address: number, word: number): string | undefined {
    const base = this.kernel.space.baseOf(address);
    const object = base === undefined ? undefined : this.byBase.get(base);
    if (base === undefined || object === undefined) return undefined;
    const size = object.cells.sizeAt(address - base);
    if (size === undefined) return undefined;
    const value = this.decode(word, size);
    if (isUnset(value as Value)) return "unset";
    if (typeof value === "bigint") {
      const number = BigInt.asIntN(64, value);
      if (size === ADDRESS_SIZE && this.names.isPointer(object, address - base)) return pointerText(number);
      const isSmall = number < BigInt(FIRST_NUMBER) && number >= -BigInt(FIRST_NUMBER);
      return isSmall ? undefined : `${number < 0n ? number : describeValue(number)}`;
    }
    if (value instanceof KeptAddress) return "the address of a variable of a call";
    if (!(value instanceof Pointer)) return typeof value === "number" ? undefined : describeValue(value);
    const { object: target, offset } = value;
    if (!(target instanceof WordsObject) || offset < 0 || offset >= target.size) return describeValue(value);
    if (target.page !== undefined) return `&${this.kernel.space.describe(target.word(offset))}`;
    return this.names.address(target, offset, this.names.targetAt(object, address - base));
  }

  /** The contents of a page. */
  pageContents(page: Page): PageContents {
    let object = this.contents.get(page);
    if (object === undefined) {
      object = new PageContents(page);
      this.contents.set(page, object);
    }
    return object;
  }

  /** How `size` bytes, a cell or a part of one, keep `value`. @param at where, for errors */
  encode(value: Value, size: number, at: string): number {
    if (size <= 4) {
      if (typeof value === "number" && (value > FIRST_MARK || value < LAST_MARK)) return signed(value, size);
      if (typeof value === "number" || isUnset(value)) return this.mark(value, at);
      throw new CError(`${at}: ${describeValue(value)} does not fit into ${size} bytes`);
    }
    if (typeof value !== "number" && typeof value !== "bigint") return this.keep(value, at);
    const number = BigInt.asIntN(64, BigInt(value));
    if (number < BigInt(FIRST_NUMBER) && number >= -BigInt(FIRST_NUMBER)) return Number(number);
    return this.keep(BigInt.asUintN(64, number), at);
  }

  /** Word that stands for a value in a cell of 8 bytes. */
  private keep(given: Value, at: string): number {
    const value = given instanceof Pointer ? this.settled(given) : given;
    if (value instanceof Aggregate) throw new CError(`${at}: a structure is kept whole where a scalar is expected`);
    const number = this.kept.numberOf(this.keyOf(value), () => {
      const { object, offset } = value instanceof Pointer ? value : { object: null, offset: 0 };
      const isPrivate = object instanceof PrivateObject && object.serial >= 0;
      return isPrivate ? new KeptAddress(object.serial, offset) : value;
    });
    return FIRST_NUMBER + number;
  }

  /** An address among the structures of a block's pages as one in the structure of its own page: there is one way to keep it. */
  private settled(pointer: Pointer): Pointer {
    const { object, offset } = pointer;
    if (!(object instanceof WordsObject) || object.page === undefined || object.page <= 0) return pointer;
    if ((offset >= 0 && offset < PAGE_STRUCT_SIZE) || !isBlockFrame(this.kernel, object.page)) return pointer;
    const pages = Math.floor(offset / PAGE_STRUCT_SIZE);
    return new Pointer(this.structs.shared(object.page + pages), offset - pages * PAGE_STRUCT_SIZE);
  }

  /**
   * Word that stands for a value in a cell of up to 4 bytes: for a number itself, unless that word is taken; for what
   * was never set, or only in part, a word that is no other number's.
   */
  private mark(value: Value, at: string): number {
    if (this.marks.size === MARKS_MAX) throw new CError(`${at}: too many different values that were set in part`);
    const wanted = typeof value === "number" ? FIRST_MARK - value : undefined;
    return FIRST_MARK - this.marks.numberOf(this.keyOf(value), () => value, wanted);
  }

  /** The value that a cell of `size` bytes keeps as `word`. */
  decode(word: number, size: number): Value | KeptAddress {
    if (size <= 4) {
      if (word <= FIRST_MARK && word >= LAST_MARK) return this.marks.get(FIRST_MARK - word) ?? word;
      return signed(word, size);
    }
    if (word < FIRST_NUMBER) return BigInt.asUintN(64, BigInt(word));
    return this.kept.get(word - FIRST_NUMBER) as Value | KeptAddress;
  }

  /** Text that is equal for equal values alone. */
  keyOf(value: Value): string {
    if (typeof value === "bigint" || typeof value === "number") return `i${value}`;
    if (value instanceof FunctionAddress) return `f${value.name}`;
    if (value instanceof FrameNumber) return `n${value.page} ${value.shift} ${value.add}`;
    if (value === UNDEFINED) return "u";
    if (value instanceof PartlySet) return `b${value.bits} ${value.known}`;
    if (value instanceof Aggregate) {
      return `{${value.members.map((member) => this.keyOf(member)).join(",")}|${this.keyOf(value.rest)}}`;
    }
    const { object, offset } = value as Pointer;
    if (object instanceof PrivateObject && object.serial >= 0) return `s${object.serial} ${offset}`;
    return `p${object.key} ${offset}`;
  }
}

/** What is no address where there is one in C. */
function pointerText(number: bigint): string {
  if (number === 0n) return "NULL";
  return number < 0n && number >= -BigInt(MAX_ERRNO) ? `ERR_PTR(${number})` : describeValue(BigInt.asUintN(64, number));
}

/** A number of `size` bytes as a signed one. */
function signed(number: number, size: number): number {
  const unused = 32 - 8 * size;
  return (number << unused) >> unused;
}
