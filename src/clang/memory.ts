/**
 * The memory of a C program on a modelled host: its globals and pages as words of the machine, and how values
 * are kept in words of 32 bits.
 *
 * Small integers are kept as they are. Whatever does not fit, such as an address, is given a number when it is
 * first kept, and the word holds that.
 */
import type { Kernel, Page } from "../kernel/index.js";
import { Discipline, StepsChanged } from "../machine/index.js";
import { Cells } from "./cells.js";
import { CError } from "./errors.js";
import { PAGE_STRUCT_SIZE, PageContents, PrivateObject, WordsObject } from "./objects.js";
import {
  describeValue,
  FrameNumber,
  FunctionAddress,
  type MemoryObject,
  Pointer,
  UNDEFINED,
  type Value,
} from "./values.js";

/** Words at or above this are numbers of values; below its negative there are none. */
const FIRST_NUMBER = 2 ** 30;
/** In a cell of up to 4 bytes: never set. */
const UNSET = -0x7ead_beef;

/** The address of a variable of a call, as kept outside it. */
export class KeptAddress {
  constructor(
    readonly serial: number,
    readonly offset: number,
  ) {}
}

/** What was learned of the cells of a program; outlives an exploration that has to begin again. */
export type CellTable = Map<string, Cells>;

export class Memory {
  private readonly numbers = new Map<string, number>();
  private readonly kept: (Value | KeptAddress)[] = [];
  private readonly objects = new Map<MemoryObject, number>();
  private readonly structs = new Map<Page, WordsObject>();
  private readonly contents = new Map<Page, PageContents>();
  private readonly handleStructs: number;

  constructor(
    readonly kernel: Kernel,
    private readonly table: CellTable,
  ) {
    const slots = kernel.handleSlots;
    this.handleStructs = kernel.reservePrivate(
      slots * PAGE_STRUCT_SIZE,
      (at) => `struct page of handle ${Math.floor(at / PAGE_STRUCT_SIZE)}`,
    );
  }

  /** The cells of the object with this name, as far as they are known. */
  cells(name: string): Cells {
    let cells = this.table.get(name);
    if (cells === undefined) {
      cells = new Cells(() => {
        throw new StepsChanged(`cells of ${name} have changed`);
      });
      this.table.set(name, cells);
    }
    return cells;
  }

  /** Reserves memory that all CPUs share, all 0. */
  shared(name: string, size: number): WordsObject {
    const { space } = this.kernel;
    let object: WordsObject | undefined;
    const base = space.reserve(Math.max(1, size), (at) => object?.describe?.(at) ?? this.nameAt(name, size, at));
    object = new WordsObject(name, size, base, this.cells(name), false);
    return object;
  }

  /** Reserves memory that each CPU has for itself, all 0. */
  own(name: string, size: number): WordsObject {
    const base = this.kernel.reservePrivate(size, (at) => `${name}+${at}`);
    return new WordsObject(name, size, base, this.cells(name), true);
  }

  private nameAt(name: string, size: number, offset: number): string {
    return size <= 8 && offset === 0 ? name : `${name}+${offset}`;
  }

  /** The `struct page` of a page. */
  pageStruct(page: Page): WordsObject {
    let object = this.structs.get(page);
    if (object === undefined) {
      object = new WordsObject(
        "struct page",
        PAGE_STRUCT_SIZE,
        this.structBase(page),
        this.cells("struct page"),
        true,
        page,
      );
      this.structs.set(page, object);
    }
    return object;
  }

  private structBase(page: Page): number {
    if (page < 0) return this.handleStructs + (-1 - page) * PAGE_STRUCT_SIZE;
    if (this.kernel.cpuFrames().includes(page)) {
      return this.kernel.reservePrivate(
        PAGE_STRUCT_SIZE,
        (at) => `struct page of 0x${(page * 4096).toString(16)}+${at}`,
      );
    }
    // Whoever has the page has its structure: R7 watches over that.
    return this.kernel.space.reserve(
      PAGE_STRUCT_SIZE,
      (at) => `struct page of 0x${(page * 4096).toString(16)}+${at}`,
      Discipline.Commuting,
    );
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

  /** How a cell of `size` bytes keeps `value`. @param at where, for errors */
  encode(value: Value, size: number, at: string): number {
    if (size <= 4) {
      if (typeof value === "number") return value | 0;
      if (value === UNDEFINED) return UNSET;
      throw new CError(`${at}: ${describeValue(value)} does not fit into ${size} bytes`);
    }
    if (typeof value === "number") return value;
    if (typeof value === "bigint") {
      const signed = BigInt.asIntN(64, value);
      if (signed < BigInt(FIRST_NUMBER) && signed >= -BigInt(FIRST_NUMBER)) return Number(signed);
    }
    const key = this.keyOf(value, at);
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.kept.length;
      const { object, offset } = value instanceof Pointer ? value : { object: null, offset: 0 };
      const isPrivate = object instanceof PrivateObject && object.serial >= 0;
      this.kept.push(isPrivate ? new KeptAddress(object.serial, offset) : value);
      this.numbers.set(key, number);
    }
    return FIRST_NUMBER + number;
  }

  /** The value that a cell of `size` bytes keeps as `word`. */
  decode(word: number, size: number): Value | KeptAddress {
    if (size <= 4) return word === UNSET ? UNDEFINED : size === 4 ? word : (word << (32 - 8 * size)) >> (32 - 8 * size);
    if (word < FIRST_NUMBER) return BigInt.asUintN(64, BigInt(word));
    return this.kept[word - FIRST_NUMBER] as Value | KeptAddress;
  }

  private keyOf(value: Value, at: string): string {
    if (typeof value === "bigint" || typeof value === "number") return `i${value}`;
    if (value instanceof FunctionAddress) return `f${value.name}`;
    if (value instanceof FrameNumber) return `n${value.page} ${value.shift} ${value.add}`;
    if (value === UNDEFINED) return "u";
    if (value instanceof Pointer) {
      const { object, offset } = value;
      if (object instanceof PrivateObject && object.serial >= 0) return `s${object.serial} ${offset}`;
      return `p${this.numberOf(object)} ${offset}`;
    }
    throw new CError(`${at}: a structure is kept whole where a scalar is expected`);
  }

  private numberOf(object: MemoryObject): number {
    let number = this.objects.get(object);
    if (number === undefined) {
      number = this.objects.size;
      this.objects.set(object, number);
    }
    return number;
  }
}
