/**
 * Large pages: a 2 MiB page is mapped, split into 512 pages, or merged from them.
 *
 * A large page needs no reference. Split gives the region its pair with DEMOTE (R12, R13) and counts 512 users at once;
 * merge counts them down and PROMOTE returns the pair. As posted (huge-page series RFC v2, v3 and RFC v5), split does
 * not hold the helpers' lock. Variants do, as was proposed on the list in June 2026. No kernel has a merge with Dynamic
 * PAMT.
 */
import { isBusy, isError, Leaf, Register, type Status, TDX_SUCCESS } from "../abi/index.js";
import { emptyPair } from "../helpers/index.js";
import {
  allocPage,
  atomicSet,
  FlowPath,
  forgetPage,
  freePage,
  Gfp,
  HelperKind,
  KernelEvent,
  NULL_PAGE,
  offerPage,
  type Page,
  PageUse,
  PreemptCount,
  PTRS_PER_PMD,
  pfnToPhys,
  physToPfn,
  placePair,
  readLock,
  readUnlock,
  regionOf,
  settlePage,
  spinLock,
  spinUnlock,
  surround,
  takePageBack,
  tdxQuirkResetPage,
  withdrawPage,
  writeLock,
  writeUnlock,
} from "../kernel/index.js";
import { become, event, on, type Program, write } from "../machine/index.js";
import { alloc, free, put } from "./helper-calls.js";
import { flowCall, flowEnds, onceMore, operands, takingCall } from "./seamcalls.js";
import type { FlowStage } from "./stage.js";
import { FREEZE } from "./td.js";

/** Level of a 2 MiB page. */
export const LEVEL_2M = 1;

/** `map-2m`: a fault that maps a 2 MiB page of a TD that runs. Its region has no pair and gets none. */
export function* map2m(stage: FlowStage): Program {
  const { kernel, td, cpu } = stage;
  const pfn = td.largePage(cpu);
  const gpa = td.largeGpa(cpu);
  const spte = td.rangeSpte(gpa);
  yield readLock(td.mmuLock);
  yield* surround(stage.kernel, PreemptCount.Preemption);
  if ((yield on(FREEZE, spte)) !== 0) throw new Error("a range is mapped twice");
  const args = operands({ rcx: gpa | LEVEL_2M, rdx: td.tdrPa, r8: pfnToPhys(pfn) });
  const status = yield* flowCall(kernel, FlowPath.Taking, Leaf.MemPageAug, args);
  yield write(spte, isError(status) ? 0 : pfn);
  yield* surround(stage.kernel, PreemptCount.Zero);
  yield readUnlock(td.mmuLock);
  if (!isBusy(status)) return yield* flowEnds(0, 0);
  yield event(KernelEvent.Yield, Leaf.MemPageAug);
  return yield become(`2 MiB fault on 0x${pfnToPhys(pfn).toString(16)}, again`, () => map2m(stage));
}

/** Page pair for a split, paid for as the design pays for its pairs. @returns null for want of memory */
export function* allocPair(stage: FlowStage): Program<Page[] | null> {
  const { kernel, design } = stage;
  const pair = emptyPair(kernel);
  const gfp = gfpOfPairs(design.unchargedPairs);
  for (let i = 0; i < pair.length; i++) {
    const page = yield* allocPage(kernel, gfp, PageUse.Pair);
    if (page === NULL_PAGE) {
      for (const each of pair.slice(0, i)) yield* freePage(kernel, each);
      yield* hold(stage, -i);
      return null;
    }
    yield* hold(stage, 1);
    pair[i] = page;
  }
  return pair;
}

/** Tells that the flow accounts for so many pages of pairs more. */
function* hold({ design }: FlowStage, pages: number): Program<void> {
  if (pages !== 0) yield event(KernelEvent.PagesHeld, pages, design.unchargedPairs === true ? 1 : 0);
}

function gfpOfPairs(uncharged: boolean | undefined): Gfp {
  return uncharged === true ? Gfp.Kernel : Gfp.KernelAccount;
}

/** What of DEMOTE or PROMOTE, and of the count, is done under the helpers' lock, where the design has one. */
export enum Locking {
  /** Neither: as posted. */
  None = 0,
  /** Both. */
  Both = 1,
  /** The SEAMCALL alone. */
  CallOnly = 2,
}

/** `split` and its variants: a 2 MiB page becomes 512 pages of 4 KiB. */
export function* split(stage: FlowStage, locking = Locking.None): Program {
  const { kernel } = stage;
  const page = yield* alloc(stage);
  if (page === NULL_PAGE) return yield* flowEnds(0, 0);
  const sept = yield* settlePage(kernel, page);
  const pair = yield* allocPair(stage);
  if (pair === null) {
    yield* free(stage, sept);
    return yield* flowEnds(0, 0);
  }
  return yield become(`split with ${sept}, ${pair.join(", ")}`, () => splitUnderLock(stage, locking, sept, pair));
}

function* splitUnderLock(stage: FlowStage, locking: Locking, sept: Page, pair: readonly Page[]): Program {
  const { kernel, td, cpu } = stage;
  const gpa = td.largeGpa(cpu);
  const rcx = gpa | LEVEL_2M;
  yield writeLock(td.mmuLock);
  yield* surround(stage.kernel, PreemptCount.Preemption);
  let status = yield* blockAndTrack(stage, rcx);
  if (!isError(status)) {
    status = yield* onceMore(Leaf.MemPageDemote, () => demote(stage, { rcx, sept, pair, locking }));
  }
  if (!isError(status)) yield write(td.rangeSpte(gpa), sept);
  yield* surround(stage.kernel, PreemptCount.Zero);
  yield writeUnlock(td.mmuLock);
  if (!isError(status)) return yield* flowEnds(1 + PTRS_PER_PMD, 1);
  for (const page of pair) yield* freePage(kernel, page);
  yield* hold(stage, -pair.length);
  yield* free(stage, sept);
  return yield* flowEnds(0, 0);
}

/** No vCPU can use the range any more. @returns the `Status` of the call that failed, or success */
function* blockAndTrack({ kernel, td }: FlowStage, rcx: number): Program<Status> {
  const status = yield* takingCall(kernel, Leaf.MemRangeBlock, { rcx, rdx: td.tdrPa });
  return isError(status) ? status : yield* takingCall(kernel, Leaf.MemTrack, { rcx: td.tdrPa });
}

/** What DEMOTE is given. */
interface Demotion {
  /** RCX: guest address and level. */
  readonly rcx: number;
  /** Page for the Secure EPT, which has its reference. */
  readonly sept: Page;
  /** Pages for R12 and R13. */
  readonly pair: readonly Page[];
  readonly locking: Locking;
}

/** DEMOTE of the large page of the stage's CPU, and the count of its region. @returns the `Status` */
export function* demote(stage: FlowStage, { rcx, sept, pair, locking }: Demotion): Program<Status> {
  const { kernel, td, cpu, helpers } = stage;
  const first = td.largePage(cpu);
  const lock = locking === Locking.None ? undefined : helpers.pamtLock;
  yield event(KernelEvent.Enter, HelperKind.Split, first);
  // The region that is split is the guest's: no page of the pair can lie there.
  const pfns = yield* placePair(kernel, pair, regionOf(first), false);
  for (const pfn of [sept, ...pfns]) yield* offerPage(kernel, pfn);
  if (lock !== undefined) yield spinLock(lock);
  const [r12 = 0, r13 = 0] = pfns.map(pfnToPhys);
  const args = operands({ rcx, rdx: td.tdrPa, r8: pfnToPhys(sept), r12, r13 });
  const status = yield* flowCall(kernel, FlowPath.Taking, Leaf.MemPageDemote, args);
  if (lock !== undefined && locking === Locking.CallOnly) yield spinUnlock(lock);
  if (status === TDX_SUCCESS) yield* setCount(stage, first, PTRS_PER_PMD);
  if (lock !== undefined && locking !== Locking.CallOnly) yield spinUnlock(lock);
  if (status === TDX_SUCCESS) {
    for (const page of pair) yield* forgetPage(kernel, page);
    yield* hold(stage, -pair.length);
  } else {
    for (const pfn of [sept, ...pfns]) yield* withdrawPage(kernel, pfn);
  }
  yield event(KernelEvent.Leave, HelperKind.Split, status === TDX_SUCCESS ? 0 : status);
  return status;
}

/** The users of a region that becomes a large page, or was one, all at once. */
function* setCount({ kernel, helpers }: FlowStage, pfn: number, count: number): Program<void> {
  if (helpers.refcount === undefined || !kernel.systemInfo.dynamicPamt) return;
  yield atomicSet(helpers.refcount(regionOf(pfn)), count);
}

/** `merge` and its variant: 512 pages of 4 KiB become a 2 MiB page. */
export function* merge(stage: FlowStage, locking = Locking.None): Program {
  const { kernel, td, cpu } = stage;
  const gpa = td.splitGpa(cpu);
  const rcx = gpa | LEVEL_2M;
  yield writeLock(td.mmuLock);
  yield* surround(stage.kernel, PreemptCount.Preemption);
  let status = yield* blockAndTrack(stage, rcx);
  if (!isError(status)) status = yield* onceMore(Leaf.MemPagePromote, () => promote(stage, locking, rcx));
  if (!isError(status)) {
    yield write(td.rangeSpte(gpa), td.largePage(cpu));
    const sept = td.splitSeptFrame(cpu);
    yield* takePageBack(kernel, sept);
    yield* tdxQuirkResetPage(kernel, sept);
    yield* put(stage, sept);
    yield* freePage(kernel, sept);
    yield event(KernelEvent.PagesHeld, -1);
  }
  yield* surround(stage.kernel, PreemptCount.Zero);
  yield writeUnlock(td.mmuLock);
  return yield* isError(status) ? flowEnds(0, 0) : flowEnds(-1 - PTRS_PER_PMD, -1);
}

function* promote(stage: FlowStage, locking: Locking, rcx: number): Program<Status> {
  const { kernel, td, cpu, helpers } = stage;
  const first = td.largePage(cpu);
  const lock = locking === Locking.None ? undefined : helpers.pamtLock;
  const args = operands({ rcx, rdx: td.tdrPa });
  yield event(KernelEvent.Enter, HelperKind.Merge, first);
  if (lock !== undefined) yield spinLock(lock);
  const status = yield* flowCall(kernel, FlowPath.Taking, Leaf.MemPagePromote, args);
  if (status === TDX_SUCCESS) yield* setCount(stage, first, 0);
  if (lock !== undefined) yield spinUnlock(lock);
  if (status === TDX_SUCCESS && kernel.systemInfo.dynamicPamt) {
    for (const register of [Register.R12, Register.R13]) {
      const page = physToPfn(args.number(register));
      yield* takePageBack(kernel, page);
      yield* tdxQuirkResetPage(kernel, page);
      yield* freePage(kernel, page);
    }
  }
  yield event(KernelEvent.Leave, HelperKind.Merge, status === TDX_SUCCESS ? 0 : status);
  return status;
}
