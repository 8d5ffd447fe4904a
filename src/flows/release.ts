/**
 * Giving pages up: zap of a guest page, and teardown of a whole TD.
 *
 * A reference is put after the last SEAMCALL that names the page has returned; nothing in the helpers
 * checks that. Variants of zap put it earlier, to show what that order is for.
 */
import { isError, Leaf, type Status } from "../abi/index.js";
import {
  freePage,
  KernelEvent,
  mutexLock,
  mutexUnlock,
  PreemptCount,
  pfnToPhys,
  releaseFrame,
  surround,
  takePageBack,
  tdxQuirkResetPage,
  writeLock,
  writeUnlock,
} from "../kernel/index.js";
import { event, type Program } from "../machine/index.js";
import { put } from "./helper-calls.js";
import { flowEnds, freeingCall } from "./seamcalls.js";
import type { FlowStage } from "./stage.js";

/** When a zap puts the page's reference. */
export enum PutWhen {
  /** After the last SEAMCALL on the page, as KVM does. */
  Last = 0,
  /** Before PAGE.REMOVE. No version of the series does this. */
  BeforeRemove = 1,
  /** After PAGE.REMOVE, but before the page's cache lines are written back. No version of the series does this. */
  BeforeWriteBack = 2,
}

/** Which page of a TD that runs: one that was mapped by itself, or one of a 2 MiB page that was split. */
interface Zapped {
  readonly gpa: number;
  readonly pfn: number;
}

/** `zap` and its variants: a 4 KiB guest page is taken from a TD that runs. */
export function zap(stage: FlowStage, when = PutWhen.Last): Program {
  const { td, cpu } = stage;
  return zapPage(stage, { gpa: td.smallGpa(cpu), pfn: td.smallPage(cpu) }, when);
}

/** `zap-split`: the same for one page of a 2 MiB page that was split, the first of 512 single puts. */
export function zapSplit(stage: FlowStage): Program {
  const { td, cpu } = stage;
  return zapPage(stage, { gpa: td.splitGpa(cpu), pfn: td.largePage(cpu) }, PutWhen.Last);
}

function* zapPage(stage: FlowStage, { gpa: rcx, pfn }: Zapped, when: PutWhen): Program {
  const { kernel, td } = stage;
  const rdx = td.tdrPa;
  yield writeLock(td.mmuLock);
  yield* surround(stage.kernel, PreemptCount.Preemption);
  let status = yield* freeingCall(kernel, Leaf.MemRangeBlock, { rcx, rdx });
  if (!isError(status)) status = yield* freeingCall(kernel, Leaf.MemTrack, { rcx: rdx });
  let given = 0;
  const giveReference = function* (now: PutWhen): Program<void> {
    if (when !== now) return;
    given++;
    yield* put(stage, pfn);
  };
  if (!isError(status)) {
    yield* giveReference(PutWhen.BeforeRemove);
    status = yield* freeingCall(kernel, Leaf.MemPageRemove, { rcx, rdx });
  }
  if (!isError(status)) {
    yield* takePageBack(kernel, pfn);
    yield* giveReference(PutWhen.BeforeWriteBack);
    status = yield* freeingCall(kernel, Leaf.PhymemPageWbinvd, { rcx: pfnToPhys(pfn) });
  }
  if (!isError(status)) {
    yield* tdxQuirkResetPage(kernel, pfn);
    yield* giveReference(PutWhen.Last);
    // The page is guest_memfd's again.
    yield* releaseFrame(kernel, pfn);
  }
  yield* surround(stage.kernel, PreemptCount.Zero);
  yield writeUnlock(td.mmuLock);
  return yield* flowEnds(-given, 0);
}

/**
 * `teardown`: the TD's key goes, then all its pages, the TDR last. A key that does not go leaves all pages to the module; so does
 * a page that is not reclaimed with itself and the TDR.
 */
export function* teardown(stage: FlowStage): Program {
  const { kernel, td, cpu } = stage;
  if (isError(yield* releaseKey(stage))) return yield* flowEnds(0, 0);
  const guest = td.smallPage(cpu);
  const taken = yield* reclaim(stage, guest);
  if (taken === Reclaimed.Done) yield* releaseFrame(kernel, guest);
  let references = taken === Reclaimed.Done ? 1 : 0;
  let pages = 0;
  let isWhole = taken !== Reclaimed.Refused;
  for (const page of td.controlPages()) {
    // The module keeps the TDR for as long as it has a page of the TD.
    if (page === td.tdr && !isWhole) continue;
    const reclaimed = yield* reclaim(stage, page);
    isWhole &&= reclaimed !== Reclaimed.Refused;
    if (reclaimed !== Reclaimed.Done) continue;
    yield* freePage(kernel, page);
    yield event(KernelEvent.PagesHeld, -1);
    references++;
    pages++;
  }
  return yield* flowEnds(-references, -pages);
}

/** @returns the `Status` of the first call that failed, or success */
function* releaseKey({ kernel, td, tdxLock }: FlowStage): Program<Status> {
  const rcx = td.tdrPa;
  let status = yield* freeingCall(kernel, Leaf.VpFlush, { rcx: pfnToPhys(td.tdvpr) });
  if (isError(status)) return status;
  yield* mutexLock(tdxLock);
  status = yield* freeingCall(kernel, Leaf.MngVpflushdone, { rcx });
  if (!isError(status)) status = yield* freeingCall(kernel, Leaf.PhymemCacheWb, {});
  if (!isError(status)) status = yield* freeingCall(kernel, Leaf.MngKeyFreeid, { rcx });
  yield* mutexUnlock(tdxLock);
  return status;
}

/** What became of a page that was to be taken back. */
enum Reclaimed {
  Done = 0,
  /** The module still has it. */
  Refused = 1,
  /** Its cache lines may not have been written back: nobody uses it again. */
  Unfit = 2,
}

/** Takes a page back from a TD whose key is gone, writes its cache lines back, resets it, and puts its reference. */
function* reclaim(stage: FlowStage, pfn: number): Program<Reclaimed> {
  const { kernel } = stage;
  if (isError(yield* freeingCall(kernel, Leaf.PhymemPageReclaim, { rcx: pfnToPhys(pfn) }))) return Reclaimed.Refused;
  yield* takePageBack(kernel, pfn);
  if (isError(yield* freeingCall(kernel, Leaf.PhymemPageWbinvd, { rcx: pfnToPhys(pfn) }))) return Reclaimed.Unfit;
  yield* tdxQuirkResetPage(kernel, pfn);
  yield* put(stage, pfn);
  return Reclaimed.Done;
}
