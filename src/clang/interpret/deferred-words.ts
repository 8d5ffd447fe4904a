/**
 * Operations on the word that says which deferred functions there are. It has a few bits for each entry. Beside them it
 * counts the entries that are bounded, and the CPUs that still make calls. It never says what a function is.
 *
 * Arguments of waits keep clear of what the rules for locks look at (`NO_LOCK`): a wait here takes no lock.
 */
import { NO_LOCK } from "../../kernel/index.js";
import { type Operation, on, type WordOperation, wordOperation } from "../../machine/index.js";

/** Entries that the word has room for. */
export const ENTRIES_MAX = 6;

/** Where an entry is. */
enum Stage {
  Free = 0,
  /** It is being filled, or waits for a grace period or its turn, or to be enabled. */
  Claimed = 1,
  /** Its function may begin. */
  Ready = 2,
  Runs = 3,
  /** It has queued itself too often and does not run again. */
  Dormant = 4,
}

const STAGE_BITS = 3;
const STAGE = (1 << STAGE_BITS) - 1;
const COUNT_SHIFT = STAGE_BITS * ENTRIES_MAX;
const COUNT = 0xf;
/** For each entry, whether an odd number of its runs has ended since it was claimed. */
const ODD_SHIFT = COUNT_SHIFT + 4;
const ODD = (1 << ENTRIES_MAX) - 1;
const CPUS_SHIFT = ODD_SHIFT + ENTRIES_MAX;
/** Behind the bits of an argument that the rules for locks look at. */
const WAIT_SHIFT = 3;

function stageOf(word: number, entry: number): Stage {
  return (word >>> (STAGE_BITS * entry)) & STAGE;
}

function withStage(word: number, entry: number, stage: Stage): number {
  const shift = STAGE_BITS * entry;
  return (word & ~(STAGE << shift)) | (stage << shift);
}

function counted(word: number): number {
  return (word >>> COUNT_SHIFT) & COUNT;
}

/** The first entry of `entries` that is free, or -1. */
function freeIn(word: number, entries: number): number {
  for (let entry = 0; entry < entries; entry++) if (stageOf(word, entry) === Stage.Free) return entry;
  return -1;
}

/** Of the entries that are ready, number `pick`, counted round; or -1. */
function readyIn(word: number, pick: number): number {
  let ready = 0;
  for (let entry = 0; entry < ENTRIES_MAX; entry++) if (stageOf(word, entry) === Stage.Ready) ready++;
  let before = ready === 0 ? -1 : pick % ready;
  for (let entry = 0; entry < ENTRIES_MAX; entry++) {
    if (stageOf(word, entry) === Stage.Ready && before-- === 0) return entry;
  }
  return -1;
}

/** Nobody will ask for anything any more. */
function isOver(word: number): boolean {
  if (word >>> CPUS_SHIFT !== 0) return false;
  for (let entry = 0; entry < ENTRIES_MAX; entry++) if (!isGone(word, entry)) return false;
  return true;
}

function isGone(word: number, entry: number): boolean {
  const stage = stageOf(word, entry);
  return stage === Stage.Free || stage === Stage.Dormant;
}

/** An operation that waits, with an argument of its own. */
function waiting(
  name: string,
  ready: (word: number, argument: number) => boolean,
  next: (word: number, argument: number) => number,
  result: (word: number, argument: number) => number,
): WordOperation {
  const inner = (argument: number) => argument >>> WAIT_SHIFT;
  return wordOperation({
    name,
    internal: true,
    ready: (word, argument) => ready(word, inner(argument)),
    next: (word, argument) => next(word, inner(argument)),
    result: (word, argument) => result(word, inner(argument)),
  });
}

function wait(word: WordOperation, address: number, argument: number): Operation {
  return on(word, address, (argument << WAIT_SHIFT) | NO_LOCK);
}

/** In one argument: what stands beside the number of an entry. */
const IS_COUNTED = 8;
const HAS_RUN = 8;

function oddIn(word: number): number {
  return (word >>> ODD_SHIFT) & ODD;
}

/** A run of an entry has ended. */
function oneMore(word: number, entry: number): number {
  return word ^ (1 << (ODD_SHIFT + entry));
}

/** The same of an entry that goes to another stage, if its argument says so. */
function moved(word: number, argument: number, stage: Stage): number {
  const entry = argument & STAGE;
  const next = withStage(word, entry, stage);
  return (argument & HAS_RUN) === 0 ? next : oneMore(next, entry);
}

function claimed(word: number, argument: number): number {
  const entry = freeIn(word, argument & STAGE);
  if (entry < 0) return word;
  return withStage(word, entry, Stage.Claimed) + ((argument & IS_COUNTED) === 0 ? 0 : 1 << COUNT_SHIFT);
}

const CLAIM = wordOperation({
  name: "claim entry",
  internal: true,
  next: claimed,
  result: (word, argument) => freeIn(word, argument & STAGE),
});

function left(word: number, argument: number, stage: Stage): number {
  return withStage(word, argument & STAGE, stage) - ((argument & IS_COUNTED) === 0 ? 0 : 1 << COUNT_SHIFT);
}

function freed(word: number, entry: number): number {
  return withStage(word, entry, Stage.Free) & ~(1 << (ODD_SHIFT + entry));
}

const FREE = wordOperation({
  name: "free entry",
  internal: true,
  next: (word, argument) => freed(left(word, argument, Stage.Free), argument & STAGE),
  result: () => 0,
});

const FALL_ASLEEP = wordOperation({
  name: "leave entry for good",
  internal: true,
  next: (word, argument) => oneMore(left(word, argument, Stage.Dormant), argument & STAGE),
  result: () => 0,
});

const READY = wordOperation({
  name: "make ready",
  internal: true,
  next: (word, argument) => moved(word, argument, Stage.Ready),
  result: () => 0,
});

/** What was taken or has run is kept back. */
const KEEP_BACK = wordOperation({
  name: "keep back",
  internal: true,
  next: (word, argument) => moved(word, argument, Stage.Claimed),
  result: () => 0,
});

/** What was kept back begins after all. */
const RESUME = wordOperation({
  name: "begin after all",
  internal: true,
  next: (word, entry) => withStage(word, entry, Stage.Runs),
  result: () => 0,
});

const TAKE = waiting(
  "take what is ready",
  (word, pick) => readyIn(word, pick) >= 0 || isOver(word),
  (word, pick) => {
    const entry = readyIn(word, pick);
    return entry < 0 ? word : withStage(word, entry, Stage.Runs);
  },
  readyIn,
);

const RUN_ENDED = waiting(
  "wait until it has run",
  (word, entry) => stageOf(word, entry) !== Stage.Runs,
  (word) => word,
  () => 0,
);

const WAKE = waiting(
  "run once more",
  (word, entry) => stageOf(word, entry) !== Stage.Runs,
  (word, entry) => (stageOf(word, entry) === Stage.Dormant ? withStage(word, entry, Stage.Claimed) : word),
  (word, entry) => (stageOf(word, entry) === Stage.Dormant ? 1 : 0),
);

const FREE_DORMANT = waiting(
  "free entry",
  (word, entry) => stageOf(word, entry) === Stage.Dormant,
  freed,
  () => 0,
);

/** Entries as bits, and above them which had run an odd number of times: those have run once more, or are gone. */
const ONE_MORE = waiting(
  "wait until they have run",
  (word, argument) => {
    const unmoved = argument & ODD & ~(oddIn(word) ^ (argument >>> ENTRIES_MAX));
    for (let entry = 0; entry < ENTRIES_MAX; entry++) {
      if (((unmoved >>> entry) & 1) !== 0 && !isGone(word, entry)) return false;
    }
    return true;
  },
  (word) => word,
  () => 0,
);

const ALL_GONE = waiting(
  "wait until they have run",
  (word, entries) => {
    for (let entry = 0; entry < ENTRIES_MAX; entry++) {
      if (((entries >>> entry) & 1) !== 0 && !isGone(word, entry)) return false;
    }
    return true;
  },
  (word) => word,
  () => 0,
);

const ROOM = waiting(
  "wait until fewer wait",
  (word, limit) => counted(word) < limit,
  (word) => word,
  () => 0,
);

const PEEK = wordOperation({
  name: "look at entries",
  internal: true,
  next: (word) => word,
  result: () => 0,
  readOnly: true,
});

const RUNS_SO_FAR = wordOperation({
  name: "look at runs",
  internal: true,
  next: (word) => word,
  result: oddIn,
  readOnly: true,
});

const END = wordOperation({
  name: "CPU ends",
  internal: true,
  next: (word) => word - (1 << CPUS_SHIFT),
  result: () => 0,
});

/** What a word begins with, beside entries that boot has made. */
export function cpusThatCall(cpus: number): number {
  return cpus << CPUS_SHIFT;
}

/** Entries that will run or run now. */
export function pendingIn(word: number): number {
  let pending = 0;
  for (let entry = 0; entry < ENTRIES_MAX; entry++) if (!isGone(word, entry)) pending++;
  return pending;
}

/** The operations, on the word at `address`. */
export class DeferredWord {
  constructor(readonly address: number) {}

  private argument(entry: number, isCounted: boolean): number {
    return entry | (isCounted ? IS_COUNTED : 0);
  }

  /** Takes the first free one of `entries`. @returns its number, or -1 */
  claim(entries: number, isCounted: boolean): Operation {
    return on(CLAIM, this.address, this.argument(entries, isCounted));
  }

  free(entry: number, isCounted: boolean): Operation {
    return on(FREE, this.address, this.argument(entry, isCounted));
  }

  fallAsleep(entry: number, isCounted: boolean): Operation {
    return on(FALL_ASLEEP, this.address, this.argument(entry, isCounted));
  }

  ready(entry: number, hasRun = false): Operation {
    return on(READY, this.address, entry | (hasRun ? HAS_RUN : 0));
  }

  keepBack(entry: number, hasRun = false): Operation {
    return on(KEEP_BACK, this.address, entry | (hasRun ? HAS_RUN : 0));
  }

  resume(entry: number): Operation {
    return on(RESUME, this.address, entry);
  }

  /** Waits until an entry does not run, and claims it if it was left for good. @returns whether it was */
  wake(entry: number): Operation {
    return wait(WAKE, this.address, entry);
  }

  /** Waits until something is ready. @returns the entry that is taken, or -1 where there will be none any more */
  take(pick: number): Operation {
    return wait(TAKE, this.address, pick);
  }

  /** Waits until the function of an entry does not run. */
  runEnded(entry: number): Operation {
    return wait(RUN_ENDED, this.address, entry);
  }

  /** Waits until an entry is left for good, and frees it. */
  freeDormant(entry: number): Operation {
    return wait(FREE_DORMANT, this.address, entry);
  }

  /** Waits until all of some entries, as bits, have run. */
  allGone(entries: number): Operation {
    return wait(ALL_GONE, this.address, entries);
  }

  /** Which entries have run an odd number of times, as bits. */
  runsSoFar(): Operation {
    return on(RUNS_SO_FAR, this.address);
  }

  /** Waits until all of some entries, as bits, have run once more. @param odd what `runsSoFar` said before */
  oneMore(entries: number, odd: number): Operation {
    return wait(ONE_MORE, this.address, entries | (odd << ENTRIES_MAX));
  }

  /** Waits until fewer than `limit` count. */
  room(limit: number): Operation {
    return wait(ROOM, this.address, limit);
  }

  /** Stands in the order of all changes, and changes nothing. */
  peek(): Operation {
    return on(PEEK, this.address);
  }

  /** A CPU makes no call any more. */
  end(): Operation {
    return on(END, this.address);
  }
}
