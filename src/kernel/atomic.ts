/**
 * The kernel's atomic_t: one 32-bit word, every operation one step.
 *
 * Semantics: Documentation/atomic_t.txt of Linux. All operations with a result are fully ordered, but for conditional ones
 * whose condition fails: those only load, without order.
 */
import { Access, type Operation, on, READ, WRITE, wordOperation } from "../machine/index.js";

const ADD_UNLESS_ZERO = wordOperation({
  name: "atomic_inc_not_zero",
  next: (word) => (word === 0 ? word : (word + 1) | 0),
  result: (word) => (word === 0 ? 0 : 1),
  fails: (word) => word === 0,
});

const ADD_UNLESS_ONE = wordOperation({
  name: "atomic_add_unless(-1, 1)",
  next: (word) => (word === 1 ? word : (word - 1) | 0),
  result: (word) => (word === 1 ? 0 : 1),
  fails: (word) => word === 1,
});

const DEC_UNLESS_BELOW_TWO = wordOperation({
  name: "atomic_dec_if_above_one",
  next: (word) => (word > 1 ? word - 1 : word),
  result: (word) => (word > 1 ? 1 : 0),
  fails: (word) => word <= 1,
});

const DEC_IF_POSITIVE = wordOperation({
  name: "atomic_dec_if_positive",
  next: (word) => (word > 0 ? word - 1 : word),
  result: (word) => (word - 1) | 0,
  fails: (word) => word <= 0,
});

const INC = wordOperation({ name: "atomic_inc", next: (word) => (word + 1) | 0, result: () => 0 });
const DEC = wordOperation({ name: "atomic_dec", next: (word) => (word - 1) | 0, result: () => 0 });

const DEC_AND_TEST = wordOperation({
  name: "atomic_dec_and_test",
  next: (word) => (word - 1) | 0,
  result: (word) => (word === 1 ? 1 : 0),
});

const ATOMIC_READ = wordOperation({ ...READ, name: "atomic_read", access: Access.Relaxed });
const ATOMIC_SET = wordOperation({ ...WRITE, name: "atomic_set", access: Access.Relaxed });

/** The largest count `atomicCmpxchg` takes: old and new value travel in one argument. */
const CMPXCHG_LIMIT = 1 << 15;

const CMPXCHG = wordOperation({
  name: "atomic_cmpxchg",
  next: (word, argument) => (word === argument >> 16 ? (argument << 16) >> 16 : word),
  result: (word) => word,
  fails: (word, argument) => word !== argument >> 16,
});

/** Adds one unless the value is 0; the result tells whether it did. */
export function atomicIncNotZero(address: number): Operation {
  return on(ADD_UNLESS_ZERO, address);
}

/** Takes one away unless the value is 1; the result tells whether it did. Wraps below 0. */
export function atomicDecUnlessOne(address: number): Operation {
  return on(ADD_UNLESS_ONE, address);
}

/** Takes one away if the value is above 1; the result tells whether it did. */
export function atomicDecIfAboveOne(address: number): Operation {
  return on(DEC_UNLESS_BELOW_TWO, address);
}

/** Takes one away if the value is above 0; the result is the old value less one, so -1 means a 0. */
export function atomicDecIfPositive(address: number): Operation {
  return on(DEC_IF_POSITIVE, address);
}

export function atomicInc(address: number): Operation {
  return on(INC, address);
}

export function atomicDec(address: number): Operation {
  return on(DEC, address);
}

/** Takes one away; the result tells whether the value became 0. */
export function atomicDecAndTest(address: number): Operation {
  return on(DEC_AND_TEST, address);
}

export function atomicRead(address: number): Operation {
  return on(ATOMIC_READ, address);
}

export function atomicSet(address: number, value: number): Operation {
  return on(ATOMIC_SET, address, value);
}

/**
 * Stores `value` if the word holds `expected`; the result is what it held.
 *
 * @throws RangeError for values outside -32768 to 32767
 */
export function atomicCmpxchg(address: number, expected: number, value: number): Operation {
  for (const operand of [expected, value]) {
    if (!(operand >= -CMPXCHG_LIMIT && operand < CMPXCHG_LIMIT)) throw new RangeError(`cmpxchg operand ${operand}`);
  }
  return on(CMPXCHG, address, (expected << 16) | (value & 0xffff));
}
