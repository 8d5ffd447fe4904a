/**
 * The coarse model: the early-drop design over one region with one step for each shared access, the
 * same 16 locations as `peers/pamt_coarse.pml` and `peers/pamt.m.in`, explored by this project's engine.
 *
 * It has no kernel and no module below it, so that its states can be counted against other people's
 * checkers. Every location is a `become`: a CPU's local state is then its location and its round, however
 * it got there. A REMOVE that finds no pair is let pass ("loose"), so that the whole space is walked.
 */
import { type Checkable, DepthFirst, type SearchStatistics, systemOf } from "../src/explore/index.js";
import {
  become,
  event,
  LockEffect,
  type Operation,
  on,
  type Program,
  wordOperation,
  write,
} from "../src/machine/index.js";

/** References that the kernel counts. */
const REF = 1;
/** The kernel's lock. */
const LOCK = 2;
/** The module's entry of the region: the begin steps wait for both of its locks, so all is one word. */
const ENTRY = 3;

const EXCLUSIVE = 1;
const PAMT = 2;
const ONE_SHARE = 4;

const LOCKED = wordOperation({
  name: "spin_lock",
  next: () => 1,
  result: () => 0,
  ready: (word) => word === 0,
  lock: LockEffect.AcquireExclusive,
});

const UNLOCKED = wordOperation({
  name: "spin_unlock",
  next: () => 0,
  result: () => 0,
  lock: LockEffect.ReleaseExclusive,
});

const INC_NOT_ZERO = wordOperation({
  name: "atomic_inc_not_zero",
  next: (word) => (word > 0 ? word + 1 : 0),
  result: (word) => (word > 0 ? 1 : 0),
});

const DEC_AND_TEST = wordOperation({
  name: "atomic_dec_and_test",
  next: (word) => word - 1,
  result: (word) => (word === 1 ? 1 : 0),
});

const IS_ZERO = wordOperation({
  name: "atomic_read",
  next: (word) => word,
  result: (word) => (word === 0 ? 1 : 0),
  readOnly: true,
});

/** Neither lock of the entry is taken; takes the exclusive one. */
const BEGIN = wordOperation({
  name: "begin",
  next: (entry) => entry | EXCLUSIVE,
  result: () => 0,
  ready: (entry) => entry === 0 || entry === PAMT,
});

/** Leaves the entry unlocked, with the pair or without. */
const END = wordOperation({ name: "end", next: (_entry, pamt) => pamt, result: () => 0 });

/** Takes or drops a share of the entry. The result is 1 when there is no pair or someone is at it. */
const SHARE = wordOperation({
  name: "share",
  next: (entry, shares) => entry + shares,
  result: (entry) => ((entry & (PAMT | EXCLUSIVE)) === PAMT ? 0 : 1),
});

/** A step that changes nothing but the CPU's own round. */
const NOTHING = wordOperation({ name: "nothing", next: (word) => word, result: () => 0, readOnly: true });

/** The one event: a page without a usable pair was used. */
const UNUSABLE = 1;

type Location = (round: number, rounds: number) => Program;

function go(location: Location, round: number, rounds: number): Operation {
  return become(`${location.name} ${round}`, () => location(round, rounds));
}

function* idle(k: number, K: number): Program {
  if (k === K) return 0;
  return yield (yield on(INC_NOT_ZERO, REF)) === 1 ? go(useIt, k, K) : go(getLock, k, K);
}

function* getLock(k: number, K: number): Program {
  yield on(LOCKED, LOCK);
  return yield go(getCheck, k, K);
}

function* getCheck(k: number, K: number): Program {
  return yield (yield on(INC_NOT_ZERO, REF)) === 1 ? go(getUnlock, k, K) : go(addBegin, k, K);
}

function* addBegin(k: number, K: number): Program {
  yield on(BEGIN, ENTRY);
  return yield go(addEnd, k, K);
}

function* addEnd(k: number, K: number): Program {
  yield on(END, ENTRY, PAMT);
  return yield go(setOne, k, K);
}

function* setOne(k: number, K: number): Program {
  yield write(REF, 1);
  return yield go(getUnlock, k, K);
}

function* getUnlock(k: number, K: number): Program {
  yield on(UNLOCKED, LOCK);
  return yield go(useIt, k, K);
}

function* useIt(k: number, K: number): Program {
  if ((yield on(SHARE, ENTRY, ONE_SHARE)) === 1) yield event(UNUSABLE);
  return yield go(used, k, K);
}

function* used(k: number, K: number): Program {
  if ((yield on(SHARE, ENTRY, -ONE_SHARE)) === 1) yield event(UNUSABLE);
  return yield go(putIt, k, K);
}

function* putIt(k: number, K: number): Program {
  return yield (yield on(DEC_AND_TEST, REF)) === 1 ? go(putLock, k, K) : go(done, k, K);
}

function* putLock(k: number, K: number): Program {
  yield on(LOCKED, LOCK);
  return yield go(putCheck, k, K);
}

function* putCheck(k: number, K: number): Program {
  return yield (yield on(IS_ZERO, REF)) === 1 ? go(remBegin, k, K) : go(putUnlock, k, K);
}

function* remBegin(k: number, K: number): Program {
  yield on(BEGIN, ENTRY);
  return yield go(remEnd, k, K);
}

function* remEnd(k: number, K: number): Program {
  yield on(END, ENTRY, 0);
  return yield go(putUnlock, k, K);
}

function* putUnlock(k: number, K: number): Program {
  yield on(UNLOCKED, LOCK);
  return yield go(done, k, K);
}

function* done(k: number, K: number): Program {
  yield on(NOTHING, REF);
  return yield go(idle, k + 1, K);
}

export interface CoarseResult {
  readonly statistics: Readonly<SearchStatistics>;
  /** What was found broken; empty, because a use always has its pair. */
  readonly broken: readonly string[];
}

/** A search of the coarse model with `cpus` CPUs that do `rounds` rounds each. */
function coarseSearch(cpus: number, rounds: number, symmetric: boolean): DepthFirst {
  const program = { label: "coarse", start: () => idle(0, rounds) };
  // Every access is a scheduling point here, as in the other checkers' models.
  const system = systemOf(
    Array.from({ length: cpus }, () => program),
    { protectedSteps: false, symmetry: symmetric },
  );
  system.observer = {
    onEvent: () => system.violate("R7", "a page without a usable pair was used"),
    onState: () => {},
    onSpinLock: () => {},
  };
  const checkable: Checkable = {
    system,
    monitor: { onState: () => {}, reset: () => {} },
  };
  return new DepthFirst(checkable, {});
}

/** Explores the coarse model to its end. */
export function exploreCoarse(cpus: number, rounds: number, symmetric: boolean): CoarseResult {
  const search = coarseSearch(cpus, rounds, symmetric);
  while (!search.slice(Number.POSITIVE_INFINITY));
  return { statistics: search.statistics, broken: [...search.found.keys()] };
}
