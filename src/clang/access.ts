/** The machine's operations for accesses of C to memory. Each is one step. */
import { Access, type WordOperation, wordOperation } from "../machine/index.js";
import type { Cell } from "./cells.js";
import { CError } from "./errors.js";
import type { Memory } from "./memory.js";
import { integer, UNDEFINED, type Value } from "./values.js";

/** How an access is marked in the source. */
export type Marked = "plain" | "once";

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

/** The part of a cell's value that `size` bytes at `offset` are. */
export function partOf(value: Value, cell: Cell, offset: number, size: number, where: string): Value {
  if (cell.offset === offset && cell.size === size) return value;
  if (value === UNDEFINED) return UNDEFINED;
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new CError(`${where}: a part of an address is used as a number; this is not understood`);
  }
  return integer(BigInt(value) >> BigInt(8 * (offset - cell.offset)), 8 * size);
}

/** Operations that read and write a cell in one step, by what they do. */
export class CellOperations {
  private readonly known = new Map<string, WordOperation>();

  constructor(private readonly memory: Memory) {}

  /** Stores a part of a cell; the argument is the part, encoded as a cell of its own. */
  storePart(cell: Cell, offset: number, size: number, marked: Marked): WordOperation {
    const { name, access } = storeOperation(marked);
    const shift = BigInt(8 * (offset - cell.offset));
    const mask = ((1n << BigInt(8 * size)) - 1n) << shift;
    return this.named(`part ${marked} ${cell.size} ${size} ${shift}`, () => {
      const next = (word: number, argument: number): number => {
        const part = this.number(argument, size, name);
        const value = (this.number(word, cell.size, name) & ~mask) | ((part << shift) & mask);
        return this.memory.encode(integer(value, 8 * cell.size), cell.size, name);
      };
      return wordOperation({ name, next, result: () => 0, access });
    });
  }

  /** An arithmetic operation on a whole cell; the result is what it held. */
  fetch(name: string, size: number, compute: (old: bigint, operand: bigint) => bigint): WordOperation {
    return this.named(`fetch ${name} ${size}`, () => {
      const next = (word: number, argument: number): number => {
        const value = compute(this.number(word, size, name), this.number(argument, size, name));
        return this.memory.encode(integer(value, 8 * size), size, name);
      };
      return wordOperation({ name, next, result: (word) => word });
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

  private number(word: number, size: number, name: string): bigint {
    const value = this.memory.decode(word, size);
    if (typeof value === "number" || typeof value === "bigint") return BigInt.asUintN(8 * size, BigInt(value));
    throw new CError(`${name} on something that is not a number: not understood`);
  }
}
