/** The machine's operations for accesses of C to memory. Each is one step. */
import { Access, type WordOperation, wordOperation } from "../../machine/index.js";
import { CError } from "../ir/errors.js";
import type { Marking } from "../ir/module.js";
import { type Bits, bitsFrom, converted, integer, isBits, withBits } from "./bits.js";
import type { Bytes, Cell } from "./cells.js";
import type { CMemory } from "./memory.js";
import { binary, Pointer, type Value } from "./values.js";

/** How an access is marked in the source. */
export type Marked = "plain" | "once";

/** How an access of the IR is marked in the source. */
export function markedAs({ volatile, ordering }: Marking): Marked {
  return volatile || ordering !== "" ? "once" : "plain";
}

const operations = {
  plain: {
    load: wordOperation({
      name: "load",
      next: (word) => word,
      result: (word) => word,
      readOnly: true,
      access: Access.Plain,
    }),
    store: wordOperation({ name: "store", next: (_word, value) => value, result: () => 0, access: Access.Plain }),
  },
  once: {
    load: wordOperation({
      name: "READ_ONCE",
      next: (word) => word,
      result: (word) => word,
      readOnly: true,
      access: Access.Relaxed,
    }),
    store: wordOperation({
      name: "WRITE_ONCE",
      next: (_word, value) => value,
      result: () => 0,
      access: Access.Relaxed,
    }),
  },
} as const;

export function loadOperation(marked: Marked): WordOperation {
  return operations[marked].load;
}

export function storeOperation(marked: Marked): WordOperation {
  return operations[marked].store;
}

/** The part of a value that `size` bytes at `offset` are; the value lies at `whole`. */
export function partOf(value: Value, whole: Bytes, offset: number, size: number, where: string): Value {
  if (whole.offset === offset && whole.size === size) return value;
  if (!isBits(value)) throw new CError(`${where}: a part of an address is used as a number; this is not understood`);
  return bitsFrom(value, 8 * whole.size, 8 * (offset - whole.offset), 8 * size);
}

/** A scalar read from `size` bytes of memory as a value of a type of `bits` bits. */
export function asBits(value: Value, size: number, bits: number): Value {
  if (typeof value === "number" ? bits <= 32 && bits === 8 * size : !isBits(value)) return value;
  return converted(value as Bits, 8 * size, bits, false);
}

/** A value of a type of `bits` bits as it is written to `size` bytes of memory. */
export function asBytes(value: Value, bits: number, size: number): Value {
  return bits === 8 * size || !isBits(value) ? value : converted(value, bits, 8 * size, false);
}

const fetches = ["add", "sub", "and", "or", "xor", "nand"] as const;

/** Arithmetic that is done on memory in one step. */
export type Fetched = (typeof fetches)[number];

export function isFetched(name: string): name is Fetched {
  return (fetches as readonly string[]).includes(name);
}

/** What memory holds after arithmetic on it. */
function fetched(name: Fetched, old: Value, operand: Value, bits: number): Value {
  if (name === "nand") return fetched("xor", fetched("and", old, operand, bits), bits > 32 ? 2n ** 64n - 1n : -1, bits);
  const value = binary(name, old, operand, bits);
  if (typeof value === "string") throw new CError(`${name} on something that is not a number: not understood`);
  return value;
}

/** Operations that read and write a cell in one step, by what they do. */
export class CellOperations {
  private readonly known = new Map<string, WordOperation>();

  constructor(private readonly memory: CMemory) {}

  /** Stores a part of a cell; the argument is the part, encoded as a cell of its own. */
  storePart(cell: Cell, offset: number, size: number, marked: Marked): WordOperation {
    const { name, access } = storeOperation(marked);
    const first = 8 * (offset - cell.offset);
    const kind = `part ${marked} ${cell.size} ${size} ${first}`;
    return this.named(kind, () => {
      const next = (word: number, argument: number): number => {
        const whole = this.bits(word, cell.size, name);
        const value = withBits(whole, 8 * cell.size, first, this.bits(argument, size, name), 8 * size);
        return this.memory.encode(value, cell.size, name);
      };
      return wordOperation({ name, kind, next, result: () => 0, access });
    });
  }

  /** An arithmetic operation on a whole cell; the result is what it held. */
  fetch(name: Fetched, size: number): WordOperation {
    return this.named(`fetch ${name} ${size}`, () => {
      const next = (word: number, argument: number): number => {
        const value = fetched(name, this.bits(word, size, name), this.bits(argument, size, name), 8 * size);
        return this.memory.encode(value, size, name);
      };
      return wordOperation({ name, next, result: (word) => word });
    });
  }

  /** Waits until all bits of a mask are 0 in a cell, and sets them. */
  lockBits(mask: bigint, size: number): WordOperation {
    const name = "bit_spin_lock";
    return this.named(`bits ${mask} ${size}`, () => {
      const all = integer(mask, 8 * size);
      const kind = `${name} ${mask} ${size}`;
      const next = (word: number): number =>
        this.memory.encode(fetched("or", this.bits(word, size, name), all, 8 * size), size, name);
      const ready = (word: number): boolean => {
        const found = fetched("and", this.bits(word, size, name), all, 8 * size);
        return found === 0n || found === 0;
      };
      return wordOperation({ name, kind, next, result: () => 0, ready });
    });
  }

  /** Replaces what a cell holds; the result is what it held. */
  exchange(): WordOperation {
    return this.named("xchg", () =>
      wordOperation({ name: "xchg", next: (_word, value) => value, result: (word) => word }),
    );
  }

  /** Replaces what a cell holds if that is `expected`; the result is what it held. */
  compareExchange(expected: number): WordOperation {
    return this.named(`cmpxchg ${expected}`, () =>
      wordOperation({
        name: "cmpxchg",
        next: (word, value) => (word === expected ? value : word),
        result: (word) => word,
        fails: (word) => word !== expected,
      }),
    );
  }

  private named(key: string, make: () => WordOperation): WordOperation {
    let operation = this.known.get(key);
    if (operation === undefined) {
      operation = make();
      this.known.set(key, operation);
    }
    return operation;
  }

  private bits(word: number, size: number, name: string): Bits {
    const value = this.memory.decode(word, size);
    if (isBits(value)) return value;
    throw new CError(`${name} on something that is not a number: not understood`);
  }
}

/** An address so many bytes further on. */
export function offsetBy(pointer: Value, offset: number): Value {
  if (pointer instanceof Pointer) return new Pointer(pointer.object, pointer.offset + offset);
  return typeof pointer === "bigint" ? pointer + BigInt(offset) : pointer;
}
