/**
 * `reserved-pool`: a proposal, with a spinlock for each region on top.
 *
 * Pairs come from 2 MiB chunks that hold nothing else. So the region of a pair's page is never the target of an ADD or
 * REMOVE. The locks that ADD takes there inside the module are only ever shared. The pool grows when it is empty and
 * keeps what comes back. The memory is not charged to anyone's memory cgroup, because a chunk outlives the TD that made
 * the pool grow.
 */
import {
  allocChunk,
  atomicDecIfAboveOne,
  atomicIncNotZero,
  claimFrames,
  EIO,
  ENOMEM,
  Gfp,
  type Kernel,
  KernelEvent,
  type Page,
  pageToPfn,
  regionOf,
  spinLock,
  spinUnlock,
  Warning,
} from "../../kernel/index.js";
import { event, type Program, read, run, write } from "../../machine/index.js";
import type { Design, PamtHelpers } from "../design.js";
import {
  countDownOrRemove,
  countUpOrAdd,
  emptyPair,
  finishPut,
  PairOutcome,
  regionWords,
  tdxFindPamtRefcount,
  withAllocAndFree,
} from "../pair.js";

/** Pairs in a modelled chunk; a real one of 2 MiB has 256. */
const PAIRS_PER_CHUNK = 4;
/** Pairs that the modelled pool can name: one bit each. */
const POOL_LIMIT = 24;

export const reservedPool: Design = {
  name: "reserved-pool",
  origin: "proposal",
  summary: "pairs come from 2 MiB chunks set aside for pairs alone; one spinlock for each region",
  unchargedPairs: true,
  create: (kernel) => new ReservedPool(kernel).helpers(),
};

class ReservedPool {
  private readonly regionLocks: number;
  /** Spinlock of the pool; the next two words are protected by it. */
  private readonly lock: number;
  /** Bit k: pair k is in the pool. */
  private readonly free: number;
  /** Pairs that exist. */
  private readonly size: number;

  constructor(private readonly kernel: Kernel) {
    const names = ["pool_lock", "pairs in the pool", "size of the pool"];
    this.regionLocks = regionWords(kernel, "lock");
    this.lock = kernel.space.reserve(names.length, (offset) => names[offset] as string);
    this.free = this.lock + 1;
    this.size = this.lock + 2;
    // The first chunk is set aside at boot, before other CPUs run.
    run(kernel.words, this.addChunk());
    kernel.words.write(kernel.tally, kernel.words.read(kernel.tally) + 2 * PAIRS_PER_CHUNK);
  }

  helpers(): PamtHelpers {
    return withAllocAndFree(this.kernel, {
      tdxPamtGet: (page, cache) => this.tdxPamtGet(page, cache === undefined ? Gfp.Kernel : Gfp.Atomic),
      tdxPamtPut: (page) => this.tdxPamtPut(page),
      refcount: (region) => this.kernel.counterWord(region),
      pool: this.free,
      setAside: () => 2 * bitCount(this.kernel.words.read(this.free)),
    });
  }

  /** @param gfp how the pool may grow: a get that was given a cache may not sleep */
  private *tdxPamtGet(page: Page, gfp: Gfp): Program {
    const { kernel } = this;
    const pair = emptyPair(kernel);
    if (pair.length === 0) return 0;
    const pfn = yield* pageToPfn(kernel, page);
    const count = yield* tdxFindPamtRefcount(kernel, pfn);
    if ((yield atomicIncNotZero(count)) !== 0) return 0;

    if (!(yield* this.takePair(pair, gfp))) return -ENOMEM;
    const lock = this.regionLocks + regionOf(pfn);
    yield spinLock(lock);
    const outcome = yield* countUpOrAdd(kernel, pfn, count, pair);
    yield spinUnlock(lock);
    if (outcome === PairOutcome.Done) return 0;
    yield* this.returnPair(pair);
    if (outcome === PairOutcome.Counted) return 0;
    yield event(KernelEvent.Warn, Warning.PamtAddFailed);
    return -EIO;
  }

  private *tdxPamtPut(page: Page): Program<void> {
    const { kernel } = this;
    const pair = emptyPair(kernel);
    if (pair.length === 0) return;
    const pfn = yield* pageToPfn(kernel, page);
    const count = yield* tdxFindPamtRefcount(kernel, pfn);
    if ((yield atomicDecIfAboveOne(count)) !== 0) return;

    const lock = this.regionLocks + regionOf(pfn);
    yield spinLock(lock);
    const outcome = yield* countDownOrRemove(kernel, pfn, count, pair);
    yield spinUnlock(lock);
    if (outcome === PairOutcome.Done) yield* this.returnPair(pair);
    else yield* finishPut(kernel, outcome, pair);
  }

  /** Fills `pair` from the pool, which grows by a chunk if it is empty. @returns whether there was memory */
  private *takePair(pair: Page[], gfp: Gfp): Program<boolean> {
    for (;;) {
      yield spinLock(this.lock);
      const free = yield read(this.free);
      if (free !== 0) yield write(this.free, free & (free - 1));
      yield spinUnlock(this.lock);
      if (free !== 0) {
        const first = this.kernel.layout.chunkFrame(2 * lowestBit(free));
        for (let index = 0; index < pair.length; index++) pair[index] = first + index;
        return true;
      }
      if (!(yield* allocChunk(this.kernel, 2 * PAIRS_PER_CHUNK, gfp))) return false;
      yield* this.addChunk();
    }
  }

  private *addChunk(): Program {
    yield spinLock(this.lock);
    const size = yield read(this.size);
    if (size + PAIRS_PER_CHUNK > POOL_LIMIT) throw new RangeError("the modelled pool is full");
    yield* claimFrames(this.kernel, this.kernel.layout.chunkFrame(2 * size), 2 * PAIRS_PER_CHUNK);
    yield write(this.size, size + PAIRS_PER_CHUNK);
    yield write(this.free, (yield read(this.free)) | (((1 << PAIRS_PER_CHUNK) - 1) << size));
    return yield spinUnlock(this.lock);
  }

  /** Puts `pair` into the pool as it is: only the module uses these pages. */
  private *returnPair(pair: readonly Page[]): Program<void> {
    const bit = 1 << (((pair[0] as Page) - this.kernel.layout.chunkFrame(0)) / 2);
    yield spinLock(this.lock);
    yield write(this.free, (yield read(this.free)) | bit);
    yield spinUnlock(this.lock);
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
