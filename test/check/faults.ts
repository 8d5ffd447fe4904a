/**
 * Mutants: the merged design with one fault each, so that every check has something it catches.
 *
 * One implementation with a switch for each fault: what differs from `global-lock` is what the
 * switch says and nothing else.
 */
import { TDX_SUCCESS } from "../../src/abi/index.js";
import {
  allocPamtArray,
  type Design,
  emptyPair,
  freePamtArray,
  regionWords,
  tdxDpamtEntryPages,
  tdxFindPamtRefcount,
  withAllocAndFree,
} from "../../src/helpers/index.js";
import {
  allocPage,
  atomicDec,
  atomicInc,
  atomicRead,
  atomicSet,
  EIO,
  ENOMEM,
  freePage,
  Gfp,
  type Kernel,
  KernelEvent,
  mutexLock,
  mutexUnlock,
  NULL_PAGE,
  type Page,
  PageUse,
  pageToPfn,
  regionOf,
  spinLock,
  spinLockBh,
  spinUnlock,
  spinUnlockBh,
  tdhPhymemPamtAdd,
  tdhPhymemPamtRemove,
  tdxQuirkResetPage,
  Warning,
} from "../../src/kernel/index.js";
import { Access, event, on, type Program, READ, type WordOperation, wordOperation } from "../../src/machine/index.js";

const PLAIN_READ = wordOperation({ ...READ, name: "plain read", access: Access.Plain });

/** What is wrong. */
export type Fault =
  | "none"
  | "bh-lock"
  | "warn-on-last-put"
  | "lock-dropped-before-remove"
  | "eio-on-lost-race"
  | "enomem-made-up"
  | "add-forgotten"
  | "count-before-add"
  | "error-becomes-success"
  | "remove-forgotten"
  | "increment-forgotten"
  | "reset-count-forgotten"
  | "pair-leaked-when-not-needed"
  | "first-page-leaked"
  | "free-without-reset"
  | "pair-freed-twice"
  | "never-filled-pair-freed"
  | "plain-look-before-lock"
  | "allocation-under-lock"
  | "mutex-instead-of-spinlock"
  | "sleeps-in-put"
  | "unlock-forgotten"
  | "locks-in-any-order"
  | "retries-for-ever"
  | "works-without-dynamic-pamt"
  | "allocates-without-dynamic-pamt"
  | "underflow-unnoticed"
  | "underflow-noticed"
  | "underflow-noticed-out-of-sight"
  | "frees-after-failed-remove"
  | "failed-add-becomes-success"
  | "failed-add-counted"
  | "failed-add-leaks"
  | "failed-remove-uncounted"
  | "failed-remove-uncounted-in-silence"
  | "failed-remove-counted"
  | "tries-add-again"
  | "tries-remove-again"
  | "bits-8"
  | "bits-9"
  | "bits-8-signed"
  | "floor-instead-of-ceiling";

/** A counter of some bits that one is added to. */
function narrow(bits: number, isSigned = false): WordOperation {
  const wrapped = (word: number) => (isSigned ? (word << (32 - bits)) >> (32 - bits) : word & (2 ** bits - 1));
  return wordOperation({ name: `add to ${bits} bits`, next: (word) => wrapped(word + 1), result: () => 0 });
}

const NARROW: Partial<Record<Fault, WordOperation>> = {
  "bits-8": narrow(8),
  "bits-9": narrow(9),
  "bits-8-signed": narrow(8, true),
};

/** The merged design with one fault. */
export function faulty(fault: Fault): Design {
  return {
    name: fault,
    origin: "mutant of global-lock",
    summary: fault,
    create: (kernel) => {
      const helpers = new FaultyLock(kernel, fault);
      return withAllocAndFree(kernel, {
        tdxPamtGet: (page) => helpers.get(page),
        tdxPamtPut: (page) => helpers.put(page),
        ...(fault === "underflow-noticed-out-of-sight"
          ? {}
          : { refcount: (region: number) => kernel.counterWord(region) }),
      });
    },
  };
}

class FaultyLock {
  private readonly pamtLock: number;
  private readonly otherLock: number;

  constructor(
    private readonly kernel: Kernel,
    private readonly fault: Fault,
  ) {
    this.pamtLock = regionWords(kernel, "lock");
    this.otherLock = regionWords(kernel, "other lock");
  }

  private *lock(order: number): Program<void> {
    if (this.fault === "bh-lock") yield spinLockBh(this.pamtLock);
    else if (this.fault === "mutex-instead-of-spinlock") yield* mutexLock(this.pamtLock);
    else if (this.fault !== "locks-in-any-order") yield spinLock(this.pamtLock);
    else
      for (const lock of order === 0 ? [this.pamtLock, this.otherLock] : [this.otherLock, this.pamtLock])
        yield spinLock(lock);
  }

  private *unlock(): Program<void> {
    if (this.fault === "bh-lock") yield spinUnlockBh(this.pamtLock);
    else if (this.fault === "mutex-instead-of-spinlock") yield* mutexUnlock(this.pamtLock);
    else yield spinUnlock(this.pamtLock);
    if (this.fault === "locks-in-any-order") yield spinUnlock(this.otherLock);
  }

  private pair(): Page[] {
    const pair = emptyPair(this.kernel);
    return pair.length === 0 && this.fault === "works-without-dynamic-pamt" ? [0, 0] : pair;
  }

  private *count(pfn: number): Program {
    const region = regionOf(pfn);
    if (this.fault === "floor-instead-of-ceiling" && region >= Math.floor(this.kernel.memory.endPfn / 512)) {
      yield event(KernelEvent.CounterOutOfRange, region, Math.floor(this.kernel.memory.endPfn / 512));
    }
    return yield* tdxFindPamtRefcount(this.kernel, pfn);
  }

  private *allocate(pair: Page[]): Program {
    if (this.fault !== "first-page-leaked") return yield* allocPamtArray(this.kernel, pair);
    for (let index = 0; index < pair.length; index++) {
      const page = yield* allocPage(this.kernel, Gfp.KernelAccount, PageUse.Pair);
      if (page === NULL_PAGE) return -ENOMEM;
      pair[index] = page;
    }
    return 0;
  }

  private *free(pair: readonly Page[]): Program<void> {
    if (this.fault === "free-without-reset") for (const page of pair) yield* freePage(this.kernel, page);
    else yield* freePamtArray(this.kernel, pair);
    if (this.fault === "pair-freed-twice") yield* freePage(this.kernel, pair[0] as Page);
  }

  *get(page: Page): Program {
    const { kernel, fault } = this;
    if (fault === "works-without-dynamic-pamt" && tdxDpamtEntryPages(kernel) === 0) {
      yield* tdhPhymemPamtRemove(kernel, yield* pageToPfn(kernel, page), this.pair());
      return 0;
    }
    if (fault === "allocates-without-dynamic-pamt" && tdxDpamtEntryPages(kernel) === 0) {
      const spare = yield* allocPage(kernel, Gfp.KernelAccount, PageUse.Pair);
      if (spare !== NULL_PAGE) yield* freePage(kernel, spare);
      return 0;
    }
    const pair = this.pair();
    if (pair.length === 0) return 0;
    if (
      fault === "enomem-made-up" &&
      (yield atomicRead(kernel.counterWord(regionOf(yield* pageToPfn(kernel, page))))) > 0
    ) {
      return -ENOMEM;
    }
    if (fault !== "allocation-under-lock") {
      const failed = yield* this.allocate(pair);
      if (failed !== 0) {
        if (fault === "never-filled-pair-freed") yield* tdxQuirkResetPage(kernel, pair[1] as Page);
        return fault === "error-becomes-success" ? 0 : failed;
      }
    }
    const pfn = yield* pageToPfn(kernel, page);
    const count = yield* this.count(pfn);
    if (fault === "plain-look-before-lock") yield on(PLAIN_READ, count);
    yield* this.lock(0);
    if (fault === "allocation-under-lock") {
      const failed = yield* this.allocate(pair);
      if (failed !== 0) {
        yield* this.unlock();
        return failed;
      }
    }
    if ((yield atomicRead(count)) !== 0) {
      const narrow = NARROW[fault];
      if (narrow !== undefined) yield on(narrow, count);
      else if (fault !== "increment-forgotten") yield atomicInc(count);
      if (fault !== "unlock-forgotten") yield* this.unlock();
      if (fault !== "pair-leaked-when-not-needed") yield* this.free(pair);
      return fault === "eio-on-lost-race" ? -EIO : 0;
    }
    return yield* this.install(pfn, count, pair);
  }

  private *install(pfn: number, count: number, pair: Page[]): Program {
    const { kernel, fault } = this;
    if (fault === "count-before-add") {
      yield atomicSet(count, 1);
      yield* this.unlock();
    }
    if (fault === "add-forgotten") {
      yield atomicSet(count, 1);
      yield* this.unlock();
      yield* this.free(pair);
      return 0;
    }
    let status = yield* tdhPhymemPamtAdd(kernel, pfn, pair);
    if (fault === "tries-add-again" && status !== TDX_SUCCESS) status = yield* tdhPhymemPamtAdd(kernel, pfn, pair);
    for (let turn = 0; fault === "retries-for-ever" && turn < 100 && status === TDX_SUCCESS; turn++) {
      // Adds a region that has its pair already, until somebody else takes that away.
      yield event(KernelEvent.Retry, turn);
      status = (yield atomicRead(count)) === 0 ? status : TDX_SUCCESS;
    }
    if (fault !== "count-before-add") {
      if (status === TDX_SUCCESS || fault === "failed-add-counted") yield atomicSet(count, 1);
      yield* this.unlock();
    }
    if (status === TDX_SUCCESS) return 0;
    if (fault !== "failed-remove-uncounted-in-silence") yield event(KernelEvent.Warn, Warning.PamtAddFailed);
    if (fault !== "failed-add-leaks") yield* this.free(pair);
    return fault === "failed-add-becomes-success" ? 0 : -EIO;
  }

  *put(page: Page): Program<void> {
    const { kernel, fault } = this;
    const pair = this.pair();
    if (pair.length === 0 || tdxDpamtEntryPages(kernel) === 0) return;
    const pfn = yield* pageToPfn(kernel, page);
    const count = yield* this.count(pfn);
    if (fault === "sleeps-in-put") yield event(KernelEvent.MaySleep, 0, 1);
    yield* this.lock(1);
    const users = yield atomicRead(count);
    if (users > 1 || (users <= 0 && fault.startsWith("underflow"))) {
      yield atomicDec(count);
      yield* this.unlock();
      if (users <= 0 && fault !== "underflow-unnoticed") yield event(KernelEvent.Warn, Warning.PamtRemoveFailed);
      return;
    }
    if (fault === "remove-forgotten") {
      yield* this.unlock();
      return;
    }
    if (fault === "lock-dropped-before-remove") {
      yield atomicSet(count, 0);
      yield* this.unlock();
    }
    let status = yield* tdhPhymemPamtRemove(kernel, pfn, pair);
    if (fault === "tries-remove-again" && status !== TDX_SUCCESS)
      status = yield* tdhPhymemPamtRemove(kernel, pfn, pair);
    if (fault !== "lock-dropped-before-remove") {
      const isGone = status === TDX_SUCCESS || fault.startsWith("failed-remove-uncounted");
      if (isGone && fault !== "reset-count-forgotten") yield atomicSet(count, 0);
      if (!isGone && fault === "failed-remove-counted") yield atomicSet(count, 3);
      yield* this.unlock();
    }
    if (status === TDX_SUCCESS || fault === "frees-after-failed-remove") yield* this.free(pair);
    if (status !== TDX_SUCCESS || fault === "warn-on-last-put") yield event(KernelEvent.Warn, Warning.PamtRemoveFailed);
  }
}
