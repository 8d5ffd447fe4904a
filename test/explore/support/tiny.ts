/**
 * Tiny programs over a few words and locks: what the cross-check of the explorer is made of.
 *
 * A program is a list of instructions with one register, `acc`. Control goes forwards only, so every
 * program ends. The same list is run by the explorer (as a `Program`) and by the brute force of
 * `brute-force.ts`, which shares no code with it.
 */
import fc from "fast-check";
import {
  readLock,
  readUnlock,
  SPIN_LOCK,
  SPIN_UNLOCK,
  spinLock,
  spinUnlock,
  writeLock,
  writeUnlock,
} from "../../../src/kernel/index.js";
import {
  ADD_RETURN,
  become,
  call,
  choose,
  event,
  fill,
  gather,
  LockEffect,
  on,
  type Program,
  read,
  WRITE,
  wordOperation,
  write,
} from "../../../src/machine/index.js";

/** Words that hold data, and the locks: two spinlocks that may be tried, one reader/writer lock. */
export const DATA_WORDS = 3;
export const SPIN_LOCKS = 2;
export const RW_LOCK = SPIN_LOCKS;

/** Addresses on the machine. */
export const DATA = 1;
const LOCKS = 10;
export const RESULTS = 20;

export type Instruction =
  | { readonly op: "read"; readonly word: number }
  | { readonly op: "write"; readonly word: number; readonly value: number }
  /** Writes the register. */
  | { readonly op: "store"; readonly word: number }
  /** Adds, in one step; the register takes the sum. */
  | { readonly op: "add"; readonly word: number; readonly value: number }
  | { readonly op: "fill"; readonly value: number }
  /** The register takes the OR of all data words, read in one step. */
  | { readonly op: "gather" }
  | { readonly op: "acquire"; readonly lock: number; readonly shared: boolean }
  | { readonly op: "release"; readonly lock: number; readonly shared: boolean }
  /** Tries a spinlock; the register is 0 if it was free. */
  | { readonly op: "try"; readonly lock: number }
  /** Reads, or writes 0 to, the word of a spinlock as if it were data. */
  | { readonly op: "peek"; readonly lock: number }
  | { readonly op: "clear"; readonly lock: number }
  | { readonly op: "choose"; readonly alternatives: number }
  /** Tells what is in the register. */
  | { readonly op: "tell" }
  /** Skips `count` instructions unless the register is `value`. */
  | { readonly op: "when"; readonly value: number; readonly count: number }
  /** Runs `body` as a call, beginning with the register; the register takes what it returns. */
  | { readonly op: "call"; readonly body: readonly Instruction[] }
  /** Goes on as another program that knows the register alone. */
  | { readonly op: "become" };

export type Code = readonly Instruction[];

const SPIN_TRYLOCK = wordOperation({
  name: "spin_trylock",
  next: () => 1,
  result: (word) => (word === 0 ? 0 : 1),
  lock: LockEffect.AcquireExclusive,
});

/** Where the explorer keeps a lock. */
export function lockAddress(lock: number): number {
  return LOCKS + lock;
}

function* step(instruction: Instruction, acc: number): Program {
  switch (instruction.op) {
    case "read":
      return yield read(DATA + instruction.word);
    case "write":
      yield write(DATA + instruction.word, instruction.value);
      return acc;
    case "store":
      yield write(DATA + instruction.word, acc);
      return acc;
    case "add":
      return yield on(ADD_RETURN, DATA + instruction.word, instruction.value);
    case "fill":
      yield fill(WRITE, DATA, DATA_WORDS, instruction.value);
      return acc;
    case "gather":
      return yield gather(DATA, DATA_WORDS);
    case "acquire": {
      const at = lockAddress(instruction.lock);
      if (instruction.lock !== RW_LOCK) yield spinLock(at);
      else yield instruction.shared ? readLock(at) : writeLock(at);
      return acc;
    }
    case "release": {
      const at = lockAddress(instruction.lock);
      if (instruction.lock !== RW_LOCK) yield spinUnlock(at);
      else yield instruction.shared ? readUnlock(at) : writeUnlock(at);
      return acc;
    }
    case "try":
      return yield on(SPIN_TRYLOCK, lockAddress(instruction.lock));
    case "peek":
      return yield read(lockAddress(instruction.lock));
    case "clear":
      yield write(lockAddress(instruction.lock), 0);
      return acc;
    case "choose":
      return yield choose("alternative", instruction.alternatives);
    default:
      throw new Error(`${instruction.op} is not one step`);
  }
}

/**
 * The program that the explorer runs, from instruction `from` on.
 *
 * @param name tells programs apart that differ in code or in how they finish
 */
export function* interpret(
  name: string,
  code: Code,
  acc: number,
  finish: (acc: number) => Program,
  from = 0,
): Program {
  for (let at = from; at < code.length; at++) {
    const instruction = code[at] as Instruction;
    if (instruction.op === "tell") yield event(at, acc);
    else if (instruction.op === "when") at += acc === instruction.value ? 0 : instruction.count;
    else if (instruction.op === "call") {
      const before = acc;
      acc = yield call("call", () => interpret(name, instruction.body, before, returnAcc));
    } else if (instruction.op === "become") {
      const known = acc;
      return yield become(`${name} from ${at} with ${known}`, () => interpret(name, code, known, finish, at + 1));
    } else acc = yield* step(instruction, acc);
  }
  return yield* finish(acc);
}

// biome-ignore lint/correctness/useYield: a program that has nothing to do
export function* returnAcc(acc: number): Program {
  return acc;
}

/** A program that leaves its register in a word. */
export function leaveIn(address: number): (acc: number) => Program {
  return function* (acc) {
    yield write(address, acc);
    return acc;
  };
}

const word = fc.nat({ max: DATA_WORDS - 1 });
const value = fc.nat({ max: 2 });
const anyLock = fc.nat({ max: SPIN_LOCKS });
const spin = fc.nat({ max: SPIN_LOCKS - 1 });

const access: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant("read" as const), word }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("write" as const), word, value }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("store" as const), word }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("add" as const), word, value: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("fill" as const), value }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("gather" as const) }) },
);

const local: fc.Arbitrary<Instruction> = fc.oneof(
  fc.record({ op: fc.constant("tell" as const) }),
  fc.record({ op: fc.constant("choose" as const), alternatives: fc.constant(2) }),
);

const plain: fc.Arbitrary<Code> = fc
  .oneof({ weight: 5, arbitrary: access }, { weight: 1, arbitrary: local })
  .map((one) => [one]);

/** Locks that are taken and given back as they should be, around other instructions. */
function wellBehaved(inner: fc.Arbitrary<Code>): fc.Arbitrary<Code> {
  const body = fc.array(inner, { minLength: 1, maxLength: 2 }).map((parts) => parts.flat());
  return fc.oneof(
    { weight: 4, arbitrary: inner },
    {
      weight: 4,
      arbitrary: fc
        .tuple(anyLock, fc.boolean(), body)
        .map(([lock, shared, code]): Code => [{ op: "acquire", lock, shared }, ...code, { op: "release", lock, shared }]),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(spin, body).map(([lock, code]): Code => {
        const held: Code = [...code, { op: "release", lock, shared: false }];
        return [{ op: "try", lock }, { op: "when", value: 0, count: held.length }, ...held];
      }),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(value, body).map(([value, code]): Code => [{ op: "when", value, count: code.length }, ...code]),
    },
    { weight: 1, arbitrary: body.map((code): Code => [{ op: "call", body: code }]) },
    { weight: 1, arbitrary: body.map((code): Code => [...code, { op: "tell" }]) },
  );
}

/** Programs that keep to the rules of locks, but may deadlock, and race as they please. */
export const lockingCode: fc.Arbitrary<Code> = fc
  .array(wellBehaved(wellBehaved(plain)), { minLength: 1, maxLength: 3 })
  .chain((parts) => {
    const code = parts.flat();
    return fc.boolean().map((becomes): Code => (becomes ? [...(parts[0] as Code), { op: "become" }, ...parts.slice(1).flat()] : code));
  });

/** Programs that also forget to unlock, unlock what they do not hold, and use lock words as data. */
export const carelessCode: fc.Arbitrary<Code> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: wellBehaved(plain) },
      {
        weight: 2,
        arbitrary: fc.record({ op: fc.constant("acquire" as const), lock: spin, shared: fc.constant(false) }).map((one) => [one]),
      },
      {
        weight: 2,
        arbitrary: fc.record({ op: fc.constant("release" as const), lock: spin, shared: fc.constant(false) }).map((one) => [one]),
      },
      { weight: 1, arbitrary: fc.record({ op: fc.constant("peek" as const), lock: spin }).map((one) => [one]) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant("clear" as const), lock: spin }).map((one) => [one]) },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.flat());

/** Steps that other processors can notice, at most. */
export function length(code: Code): number {
  let steps = 0;
  for (const instruction of code) {
    if (instruction.op === "call") steps += length(instruction.body);
    else if (!["tell", "when", "choose", "become"].includes(instruction.op)) steps++;
  }
  return steps;
}

/** Keeps `SPIN_LOCK` and `SPIN_UNLOCK` honest: the brute force below assumes these meanings. */
export const spinMeanings = { lock: SPIN_LOCK, unlock: SPIN_UNLOCK };
