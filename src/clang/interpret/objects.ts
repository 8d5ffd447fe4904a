/** Objects in memory: private ones of a call, shared ones in words of the machine, pages. */
import { MemoryMisuse, PAGE_SIZE, type Page } from "../../kernel/index.js";
import { type Bits, bitsFrom, integer, isBits, withBits } from "./bits.js";
import type { Bytes, Cells } from "./cells.js";
import { Aggregate, ALIGNMENT, type MemoryObject, UNDEFINED, type Value } from "./values.js";

interface Scalar {
  readonly size: number;
  readonly value: Value;
}

/**
 * Memory that only one call can see: its variables, and constants of the program. Lives in the
 * interpreter, so that accesses to it are no steps.
 */
export class PrivateObject implements MemoryObject {
  readonly alignment: number = ALIGNMENT;
  /** The scalar that is all of it, the usual case; as long as there are no `pieces`. */
  private whole: Value | undefined = undefined;
  /** What it holds otherwise, by offset. */
  private pieces: Map<number, Scalar> | null = null;
  /** The function that it belongs to has returned, or its scope has ended, or it lies in a slot. */
  ended = false;
  /** The slot that it lies in since others may know it. */
  movedTo: WordsObject | null = null;

  /**
   * @param serial number among the private objects of its call, -1 for constants
   * @param zeroed what was never written reads as 0
   */
  constructor(
    readonly name: string,
    readonly size: number,
    readonly serial: number,
    readonly zeroed = false,
    readonly constant = false,
    readonly key = serial < 0 ? `constant ${name}` : `variable ${serial}`,
  ) {}

  /** From here on it lies in a slot. */
  move(to: WordsObject): void {
    this.movedTo = to;
    this.ended = true;
  }

  private get scalars(): Map<number, Scalar> {
    if (this.pieces === null) {
      this.pieces = new Map();
      if (this.whole !== undefined) this.pieces.set(0, { size: this.size, value: this.whole });
    }
    return this.pieces;
  }

  /** Reads `size` bytes. What was not set, or is only a part of an address, is unset in the result. */
  read(offset: number, size: number): Value {
    const exact = this.exact(offset, size);
    if (exact !== undefined) return exact;
    let value: Bits = UNDEFINED;
    for (let at = 0; at < size; at++) value = withBits(value, 8 * size, 8 * at, this.byte(offset + at), 8);
    return value;
  }

  write(offset: number, size: number, value: Value): void {
    for (let at = offset - 15; at < offset + size; at++) {
      const old = this.scalars.get(at);
      if (old === undefined || at + old.size <= offset) continue;
      if (at === offset && old.size === size) break;
      this.split(at, old);
    }
    for (let at = offset; at < offset + size; at++) this.scalars.delete(at);
    this.scalars.set(offset, { size, value });
  }

  /** What lies at `offset` if that is one scalar of `size` bytes, the usual case. */
  exact(offset: number, size: number): Value | undefined {
    if (this.pieces === null) return offset === 0 && size === this.size ? this.whole : undefined;
    const scalar = this.pieces.get(offset);
    return scalar?.size === size ? scalar.value : undefined;
  }

  /** Writes where `exact` knows a scalar, or nothing has been written at all. @returns whether it has */
  replace(offset: number, size: number, value: Value): boolean {
    if (this.pieces === null && offset === 0 && size === this.size) {
      this.whole = value;
      return true;
    }
    const { scalars } = this;
    if (scalars.size > 0 && scalars.get(offset)?.size !== size) return false;
    scalars.set(offset, { size, value });
    return true;
  }

  /** Forgets all contents. */
  clear(): void {
    this.whole = undefined;
    this.pieces = null;
  }

  /** Replaces what it holds. */
  rewrite(change: (value: Value) => Value): void {
    if (this.whole !== undefined) this.whole = change(this.whole);
    for (const [offset, { size, value }] of this.pieces ?? []) this.pieces?.set(offset, { size, value: change(value) });
  }

  /** Sets all bytes of a range. */
  fill(offset: number, size: number, byte: number): void {
    for (let at = offset - 15; at < offset + size; at++) {
      const old = this.scalars.get(at);
      if (old !== undefined && at + old.size > offset) this.split(at, old);
    }
    for (let at = offset; at < offset + size; at++) this.scalars.delete(at);
    let at = offset;
    while (at < offset + size) {
      const width = at % 8 === 0 && at + 8 <= offset + size ? 8 : 1;
      const bits = width === 8 ? BigInt(byte) * 0x0101010101010101n : BigInt(byte);
      this.scalars.set(at, { size: width, value: integer(bits, 8 * width) });
      at += width;
    }
  }

  /** What is written in a range, as offsets into it. Parts of scalars at its ends are left out. */
  contents(offset: number, size: number): { readonly offset: number; readonly size: number; readonly value: Value }[] {
    const found: { offset: number; size: number; value: Value }[] = [];
    let at = offset;
    while (at < offset + size) {
      const scalar = this.scalars.get(at);
      if (scalar !== undefined && at + scalar.size <= offset + size) {
        found.push({ offset: at - offset, size: scalar.size, value: scalar.value });
        at += scalar.size;
        continue;
      }
      found.push({ offset: at - offset, size: 1, value: this.byte(at) });
      at++;
    }
    return found;
  }

  /** The first address, or number of a page, of which some bytes but not all lie in a range. */
  cut(offset: number, size: number): (Bytes & Scalar) | undefined {
    if (this.scalars.get(offset)?.size === size) return undefined;
    for (let at = offset - 15; at < offset + size; at++) {
      const scalar = this.scalars.get(at);
      if (scalar === undefined || isBits(scalar.value) || at + scalar.size <= offset) continue;
      if (at < offset || at + scalar.size > offset + size || size < scalar.size) return { ...scalar, offset: at };
    }
    return undefined;
  }

  /** Where something has been written, as it was written. */
  written(): Bytes[] {
    return [...this.scalars].map(([offset, { size }]) => ({ offset, size }));
  }

  /** Whether nothing was set. */
  get isUnset(): boolean {
    return this.pieces === null && this.whole === undefined;
  }

  /** Whether it holds nothing but numbers, or nothing at all. */
  get holdsNumbers(): boolean {
    const values = this.pieces === null ? [this.whole] : [...this.pieces.values()].map(({ value }) => value);
    return values.every((value) => value === undefined || typeof value === "number" || typeof value === "bigint");
  }

  /** Contents as text, each value as `keyOf` says. */
  state(keyOf: (value: Value) => string): string {
    if (this.pieces === null) return this.whole === undefined ? "" : `0+${this.size}:${keyOf(this.whole)}`;
    const scalars = [...this.pieces].sort(([one], [other]) => one - other);
    return scalars.map(([offset, { size, value }]) => `${offset}+${size}:${keyOf(value)}`).join(",");
  }

  private byte(at: number): Bits {
    for (let from = at; from > at - 16; from--) {
      const scalar = this.scalars.get(from);
      if (scalar !== undefined && from + scalar.size > at) return byteOf(scalar, at - from);
    }
    return this.zeroed ? 0 : UNDEFINED;
  }

  /** Replaces a scalar by its bytes. */
  private split(at: number, scalar: Scalar): void {
    this.scalars.delete(at);
    for (let index = 0; index < scalar.size; index++) {
      this.scalars.set(at + index, { size: 1, value: byteOf(scalar, index) });
    }
  }
}

function byteOf({ size, value }: Scalar, index: number): Bits {
  return isBits(value) ? bitsFrom(value, 8 * size, 8 * index, 8) : UNDEFINED;
}

/** Where memory comes from, as far as its names ask. */
export interface MemoryOrigin {
  /** A variable, by its node of the debug information. */
  readonly variable?: number;
  /** The function that it is a variable of; absent: it is one of all. */
  readonly function?: string;
  /** Place where it was allocated. */
  readonly place?: number;
  /** Which of several of one variable or place it is, from 1; absent: there is one. */
  readonly number?: number;
}

/** Memory that outlives a call, in words of the machine: of all CPUs, or of one, or of whoever has a page. */
export class WordsObject implements MemoryObject {
  /** What the words are called once more is known of them, by offset. */
  describe: ((offset: number) => string) | null = null;
  /** What it is to the source. */
  origin: MemoryOrigin | null = null;
  /** What the bytes hold that no cell is known of; null where that is 0. */
  background: Background | null = null;
  /** It was freed at boot. */
  freed = false;
  /** Word that says whether it is allocated; 0: it is freed at boot or never. */
  state = 0;
  /** It is a slot for a variable on the stack of a call. */
  isOnStack = false;
  /** Boot sets it, by what could not be taken along. */
  lacksBoot = false;
  /** What describes it, and is freed with it. */
  description: WordsObject | null = null;
  /** Bytes that have memory behind them, of addresses that were reserved without; null where all have. */
  backed: Bytes[] | null = null;
  alignment = ALIGNMENT;
  /** Of what each CPU has one of: bytes from that of one CPU to that of the next. Where an address is no CPU's, there is nothing. */
  stride: number | null = null;

  /**
   * @param base word of the first byte; that of byte n is n further on
   * @param owned only one CPU at a time looks at it, so that addresses of variables of a call may be put there
   * @param page the page whose `struct page` it is, if it is one
   */
  constructor(
    readonly name: string,
    readonly size: number,
    private readonly base: number,
    readonly cells: Cells,
    readonly owned: boolean,
    readonly page?: Page,
  ) {}

  get key(): string {
    return `words ${this.base}`;
  }

  /** Word of byte `offset`. */
  word(offset: number): number {
    return this.base + offset;
  }
}

/** Whether some bytes of an object are not there: it was freed, or no memory was put behind their addresses. */
export function isGone({ freed, backed, size: whole }: WordsObject, offset: number, size: number): boolean {
  if (freed) return true;
  if (backed === null || offset < 0 || offset + size > whole) return false;
  for (let at = offset; at < offset + size; at++) {
    if (!backed.some((range) => at >= range.offset && at < range.offset + range.size)) return true;
  }
  return false;
}

/** What using them is, at a place in the source, and what there is to say. */
export function goneMisuse({ freed }: WordsObject, site: number): [MemoryMisuse, site: number, text: string] {
  return freed
    ? [MemoryMisuse.Freed, site, "memory is used after it was freed"]
    : [MemoryMisuse.NotBacked, site, "an address is used that no memory was mapped behind"];
}

/** What memory holds before anything is put into it, byte by byte: never set, but for ranges that were set as a whole. */
export class Background {
  private readonly ranges: (Bytes & { readonly byte: number })[] = [];

  /** @param byte what all of it holds at first; absent: it was never set */
  constructor(private readonly byte?: number) {}

  fill(offset: number, size: number, byte: number): void {
    this.ranges.push({ offset, size, byte });
  }

  /** What a scalar holds there. */
  valueOf({ offset, size }: Bytes): Bits {
    let value: Bits = UNDEFINED;
    for (let at = offset; at < offset + size; at++) {
      const range = this.ranges.findLast((each) => at >= each.offset && at < each.offset + each.size);
      const byte = range?.byte ?? this.byte;
      if (byte !== undefined) value = withBits(value, 8 * size, 8 * (at - offset), byte, 8);
    }
    return value;
  }
}

export const PAGE_STRUCT_SIZE = 64;

/** The contents of a page frame, through the direct map. Only whether they are reset is kept. */
export class PageContents implements MemoryObject {
  readonly name = "the contents of a page";
  readonly size = PAGE_SIZE;
  readonly alignment = PAGE_SIZE;

  constructor(readonly page: Page) {}

  get key(): string {
    return `page ${this.page}`;
  }
}

/** An aggregate with one member changed. */
export function withMember(value: Value, path: readonly number[], member: Value): Value {
  const [index, ...rest] = path;
  if (index === undefined) return member;
  const whole = value instanceof Aggregate ? value : new Aggregate([]);
  const members = [...whole.members];
  members[index] = withMember(whole.member(index), rest, member);
  return new Aggregate(members, whole.rest);
}
