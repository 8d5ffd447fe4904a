/**
 * Tiny programs over a few words and locks: what the cross-check of the explorer is made of.
 *
 * A program is a list of instructions with one register, `acc`. Control goes forwards, but for instructions that wait in
 * a loop. The same list is run by the explorer (as a `Program`) and by the brute force of
 * `brute-force.ts`, which shares no code with it.
 */
import fc from "fast-check";
import { readLock, readUnlock, spinLock, spinUnlock, writeLock, writeUnlock } from "../../../src/kernel/index.js";
import {
  ADD_RETURN,
  become,
  call,
  choose,
  event,
  fill,
  gather,
  join,
  LockEffect,
  loopHead,
  on,
  type Program,
  read,
  WRITE,
  wordOperation,
  write,
} from "../../../src/machine/index.js";
import {
  ACQUIRE_EXCLUSIVE,
  ACQUIRE_SHARED,
  PROMOTE,
  RELEASE_EXCLUSIVE,
  RELEASE_SHARED,
} from "../../../src/module/state/locks.js";

/** Words that hold data. */
export const DATA_WORDS = 3;

/**
 * The locks: two spinlocks that may be tried, a reader/writer lock, and one of the TDX module's, which
 * is only ever tried.
 */
export const SPIN_LOCKS = 2;
export const RW_LOCK = 2;
export const MODULE_LOCK = 3;
export const LOCK_WORDS = 4;

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
  /** Waits until the word is above 0, and takes 1 from it, in one step. */
  | { readonly op: "down"; readonly word: number }
  /** Writes all data words from `from` on, in one step. */
  | { readonly op: "fill"; readonly from: number; readonly value: number }
  /** The register takes the OR of all data words from `from` on, read in one step. */
  | { readonly op: "gather"; readonly from: number }
  | { readonly op: "acquire"; readonly lock: number; readonly shared: boolean }
  | { readonly op: "release"; readonly lock: number; readonly shared: boolean }
  /** Tries a spinlock or the module's lock; the register is 0 if that worked. */
  | { readonly op: "try"; readonly lock: number; readonly shared: boolean }
  /** Tries to turn the only share of the module's lock into an exclusive hold. */
  | { readonly op: "promote" }
  /** Reads, or writes 0 to, the word of a spinlock as if it were data. */
  | { readonly op: "peek"; readonly lock: number }
  | { readonly op: "clear"; readonly lock: number }
  /** Writes 0 to the words of both spinlocks, in one step. */
  | { readonly op: "clear-all" }
  /**
   * Reads the word again and again until it holds `value`; where it `yields`, says so on each turn, and where it
   * `calls`, the read is a call.
   */
  | {
      readonly op: "spin";
      readonly word: number;
      readonly value: number;
      readonly yields: boolean;
      readonly calls: boolean;
    }
  /**
   * Exchanges the word for 1 again and again until it held 0: a lock made by hand, which a write of 0 gives back. One that
   * `looks` reads it first, and exchanges it where that finds 0; a `blind` one then goes on whatever it held.
   */
  | { readonly op: "take"; readonly word: number; readonly looks: boolean; readonly blind: boolean }
  /** Reads the word until it holds `value`, at most `turns` times. */
  | { readonly op: "poll"; readonly word: number; readonly value: number; readonly turns: number }
  | { readonly op: "choose"; readonly alternatives: number }
  /** Tells what is in the register. */
  | { readonly op: "tell" }
  /** Skips `count` instructions unless the register is `value`. */
  | { readonly op: "when"; readonly value: number; readonly count: number }
  /** Runs `body` as a call, beginning with the register; the register takes what it returns. */
  | { readonly op: "call"; readonly body: readonly Instruction[] }
  /** Clears the register: CPUs that have come here by different ways are in equal states. */
  | { readonly op: "forget" }
  /** Goes on as another program that knows the register alone. */
  | { readonly op: "become" }
  /** Says that nothing but the register matters from here on: ways that lead to one register meet. */
  | { readonly op: "join" };

export type Code = readonly Instruction[];

/** Code of the event by which a program says that it will try again. */
export const TRIES_AGAIN = 1000;

const EXCHANGE = wordOperation({ name: "xchg", next: (_word, value) => value, result: (word) => word });

/** What a CPU waits for that is no lock. */
const DOWN = wordOperation({
  name: "down",
  next: (word) => word - 1,
  result: () => 0,
  ready: (word) => word > 0,
});

const SPIN_TRYLOCK = wordOperation({
  name: "spin_trylock",
  next: () => 1,
  result: (word) => (word === 0 ? 0 : 1),
  lock: LockEffect.AcquireExclusive,
});

function* step(instruction: Instruction, acc: number): Program {
  const at = "lock" in instruction ? LOCKS + instruction.lock : LOCKS;
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
    case "down":
      yield on(DOWN, DATA + instruction.word);
      return acc;
    case "fill":
      yield fill(WRITE, DATA + instruction.from, DATA_WORDS - instruction.from, instruction.value);
      return acc;
    case "gather":
      return yield gather(DATA + instruction.from, DATA_WORDS - instruction.from);
    case "acquire":
      if (instruction.lock !== RW_LOCK) yield spinLock(at);
      else yield instruction.shared ? readLock(at) : writeLock(at);
      return acc;
    case "release":
      if (instruction.lock === MODULE_LOCK) yield on(instruction.shared ? RELEASE_SHARED : RELEASE_EXCLUSIVE, at);
      else if (instruction.lock !== RW_LOCK) yield spinUnlock(at);
      else yield instruction.shared ? readUnlock(at) : writeUnlock(at);
      return acc;
    case "try":
      if (instruction.lock !== MODULE_LOCK) return yield on(SPIN_TRYLOCK, at);
      return yield on(instruction.shared ? ACQUIRE_SHARED : ACQUIRE_EXCLUSIVE, at);
    case "promote":
      return yield on(PROMOTE, LOCKS + MODULE_LOCK);
    case "peek":
      return yield read(at);
    case "clear":
      yield write(at, 0);
      return acc;
    case "clear-all":
      yield fill(WRITE, LOCKS, SPIN_LOCKS, 0);
      return acc;
    case "choose":
      return yield choose("alternative", instruction.alternatives);
    default:
      throw new Error(`${instruction.op} is not one step`);
  }
}

function* look(address: number): Program {
  return yield read(address);
}

/** One turn of the loop that takes a word. @returns what the word held, 0 where the loop ends */
function* take({ looks, blind }: Extract<Instruction, { op: "take" }>, address: number): Program {
  if (looks) {
    const seen = yield read(address);
    if (seen !== 0) return seen;
  }
  const held = yield on(EXCHANGE, address, 1);
  return looks && blind ? 0 : held;
}

type Waiting = Extract<Instruction, { op: "spin" | "take" | "poll" }>;

/** An instruction that goes round until something is as it wants it. @param at tells loops of one program apart */
function* wait(instruction: Waiting, at: number): Program {
  const { op } = instruction;
  const address = DATA + instruction.word;
  for (let turn = 1; ; turn++) {
    yield loopHead(() => (op === "poll" ? `${at} turn ${turn}` : `${at}`));
    const calls = op === "spin" && instruction.calls;
    const word =
      op === "take"
        ? yield* take(instruction, address)
        : yield calls ? call("look", () => look(address)) : read(address);
    if (op === "take" ? word === 0 : word === instruction.value) return word;
    if (op === "poll" && turn === instruction.turns) return word;
    if (op === "spin" && instruction.yields) yield event(TRIES_AGAIN);
  }
}

/**
 * The program that the explorer runs, from instruction `from` on.
 *
 * @param name tells programs apart that differ in code or in how they finish
 */
export function* interpret(name: string, code: Code, acc: number, finish: (acc: number) => Program, from = 0): Program {
  for (let at = from; at < code.length; at++) {
    const instruction = code[at] as Instruction;
    if (instruction.op === "tell") yield event(at, acc);
    else if (instruction.op === "forget") acc = 0;
    else if (instruction.op === "when") at += acc === instruction.value ? 0 : instruction.count;
    else if (instruction.op === "call") {
      const before = acc;
      acc = yield call("call", () => interpret(name, instruction.body, before, returnAcc));
    } else if (instruction.op === "join") {
      const known = acc;
      yield join(() => `${at} ${known}`);
    } else if (instruction.op === "become") {
      const known = acc;
      return yield become(`${name} from ${at} with ${known}`, () => interpret(name, code, known, finish, at + 1));
    } else if (instruction.op === "spin" || instruction.op === "take" || instruction.op === "poll") {
      acc = yield* wait(instruction, at);
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
/** Two ranges, which overlap. */
const from = fc.nat({ max: 1 });
const waited = fc.constantFrom(0, 1, RW_LOCK);
const spin = fc.nat({ max: SPIN_LOCKS - 1 });

const access: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant("read" as const), word }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("write" as const), word, value }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("store" as const), word }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("add" as const), word, value: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("down" as const), word }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("fill" as const), from, value }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("gather" as const), from }) },
);

const local: fc.Arbitrary<Instruction> = fc.oneof(
  fc.record({ op: fc.constant("tell" as const) }),
  fc.record({ op: fc.constant("choose" as const), alternatives: fc.constant(2) }),
  fc.record({ op: fc.constant("join" as const) }),
);

const plain = fc.oneof({ weight: 5, arbitrary: access }, { weight: 1, arbitrary: local }).map((one): Code => [one]);

function flat(parts: fc.Arbitrary<Code>, minLength: number, maxLength: number): fc.Arbitrary<Code> {
  return fc.array(parts, { minLength, maxLength }).map((codes) => codes.flat());
}

/** Runs `code` when the register is `value`. */
function when(value: number, code: Code): Code {
  return [{ op: "when", value, count: code.length }, ...code];
}

/** A try of a lock, and `code` while it is held. */
function trying(lock: number, shared: boolean, code: Code): Code {
  return [{ op: "try", lock, shared }, ...when(0, [...code, { op: "release", lock, shared }])];
}

/** Takes the module's lock shared, tries to promote it, and gives back what it has got. */
function promoting(code: Code): Code {
  const lock = MODULE_LOCK;
  const exclusively: Code = [...code, { op: "release", lock, shared: false }, { op: "choose", alternatives: 1 }];
  return [
    { op: "try", lock, shared: true },
    ...when(0, [
      { op: "promote" },
      // The register is 1 where the promotion failed; where it worked, 0 now and at the end.
      ...when(1, [{ op: "release", lock, shared: true }, { op: "tell" }]),
      ...when(0, exclusively),
    ]),
  ];
}

/** Locks that are taken and given back as they should be, around other instructions. */
function around(inner: fc.Arbitrary<Code>): fc.Arbitrary<Code> {
  const body = flat(inner, 1, 2);
  return fc.oneof(
    { weight: 4, arbitrary: inner },
    {
      weight: 4,
      arbitrary: fc.tuple(waited, fc.boolean(), body).map(([lock, shared, code]): Code => {
        return [{ op: "acquire", lock, shared }, ...code, { op: "release", lock, shared }];
      }),
    },
    { weight: 2, arbitrary: fc.tuple(spin, body).map(([lock, code]) => trying(lock, false, code)) },
    { weight: 2, arbitrary: fc.tuple(fc.boolean(), body).map(([shared, code]) => trying(MODULE_LOCK, shared, code)) },
    { weight: 1, arbitrary: body.map(promoting) },
    { weight: 2, arbitrary: fc.tuple(value, body).map(([value, code]) => when(value, code)) },
    { weight: 1, arbitrary: body.map((code): Code => [{ op: "call", body: code }]) },
    { weight: 1, arbitrary: body.map((code): Code => [...code, { op: "tell" }]) },
  );
}

/** Programs that keep to the rules of locks, but may deadlock, and race as they please. */
export const lockingCode: fc.Arbitrary<Code> = fc
  .tuple(flat(around(around(plain)), 1, 1), fc.boolean(), flat(around(around(plain)), 0, 2))
  .map(([first, becomes, rest]): Code => (becomes ? [...first, { op: "become" }, ...rest] : [...first, ...rest]));

const careless: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ op: fc.constant("acquire" as const), lock: spin, shared: fc.constant(false) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("release" as const), lock: spin, shared: fc.constant(false) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("peek" as const), lock: spin }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("clear" as const), lock: spin }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("clear-all" as const) }) },
);

/** Programs that also forget to unlock, unlock what they do not hold, and use the words of spinlocks as data. */
export const carelessCode: fc.Arbitrary<Code> = flat(
  fc.oneof({ weight: 1, arbitrary: around(plain) }, { weight: 1, arbitrary: careless.map((one) => [one]) }),
  1,
  4,
);

/** One instruction where the register holds `value`. */
const conditional: fc.Arbitrary<Code> = fc
  .tuple(value, fc.oneof({ weight: 5, arbitrary: access }, { weight: 1, arbitrary: local }))
  .map(([expected, one]) => when(expected, [one]));

const TELL: Instruction = { op: "tell" };
/** Words to add to, and words to look at: the same now and then. */
const counted = fc.nat({ max: 1 });
const looked = fc.oneof({ weight: 3, arbitrary: fc.constant(DATA_WORDS - 1) }, { weight: 1, arbitrary: counted });

/** What the CPU does that has come to a sum first, or second. */
const inTurn: fc.Arbitrary<Code> = fc
  .tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.oneof(
      { weight: 3, arbitrary: looked.map((at): Code => [{ op: "read", word: at }, TELL]) },
      { weight: 3, arbitrary: fc.tuple(looked, value).map(([at, to]): Code => [{ op: "write", word: at, value: to }]) },
      { weight: 1, arbitrary: word.map((at): Code => [{ op: "add", word: at, value: 1 }]) },
      { weight: 1, arbitrary: access.map((one): Code => [one]) },
      { weight: 1, arbitrary: fc.constant<Code>([TELL]) },
    ),
  )
  .map(([turn, code]) => when(turn, code));

/**
 * Programs of calls that end in between, each with a sum and then, where the sum is so much, an access: a word may be
 * touched by the CPU that comes first, whichever that is, and by nobody else. Nothing tells afterwards which came first.
 */
export const callingCode: fc.Arbitrary<Code> = fc
  .array(fc.tuple(counted, flat(inTurn, 1, 2)), { minLength: 2, maxLength: 3 })
  .map((calls) =>
    calls.map(([at, code]): Instruction => {
      return { op: "call", body: [{ op: "add", word: at, value: 1 }, ...code, { op: "forget" }] };
    }),
  );

const waits: fc.Arbitrary<Code> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({ op: fc.constant("spin" as const), word, value, yields: fc.boolean(), calls: fc.boolean() })
      .map((one) => [one]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(word, flat(plain, 0, 2), fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.integer({ min: 0, max: 3 }))
      .map(([at, code, forgets, looks, sees]): Code => {
        const give: Code = [{ op: "write", word: at, value: 0 }];
        return [{ op: "take", word: at, looks, blind: sees === 0 }, ...code, ...(forgets === 0 ? [] : give)];
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ op: fc.constant("poll" as const), word, value, turns: fc.integer({ min: 1, max: 3 }) })
      .map((one) => [one]),
  },
);

/** Programs that wait in loops: for others, for ever, or a few turns; and change what others wait for. */
export const waitingCode: fc.Arbitrary<Code> = flat(
  fc.oneof(
    { weight: 3, arbitrary: waits },
    { weight: 3, arbitrary: around(plain) },
    { weight: 1, arbitrary: conditional },
  ),
  1,
  4,
);

/** Instructions that no other CPU can notice. */
const LOCAL: readonly string[] = ["tell", "when", "choose", "forget", "become", "join"];

/** Steps that other CPUs can notice, at most. */
export function length(code: Code): number {
  let steps = 0;
  for (const instruction of code) {
    if (instruction.op === "call") steps += length(instruction.body);
    else if (instruction.op === "take") steps += instruction.looks ? 2 : 1;
    else if (!LOCAL.includes(instruction.op)) steps++;
  }
  return steps;
}
