/**
 * Giving pages up: zap of a guest page, and teardown of a whole TD.
 *
 * A reference is put after the last SEAMCALL that names the page has returned; nothing in the helpers
 * checks that. Variants of zap put it earlier, to show what that order is for.
 */
import { isError, Leaf } from "../abi/index.js";
import {
  freePage,
  KernelEvent,
  mutexLock,
  mutexUnlock,
  pfnToPhys,
  releaseFrame,
  takePageBack,
  tdxQuirkResetPage,
  writeLock,
  writeUnlock,
} from "../kernel/index.js";
import { event, type Program } from "../machine/index.js";
import { put } from "./callers.js";
import { giveUp, keep } from "./calls.js";
import type { FlowStage } from "./stage.js";
import { CONTROL_PAGES } from "./td.js";

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
  yield* giveUp(kernel, Leaf.MemRangeBlock, { rcx, rdx });
  yield* giveUp(kernel, Leaf.MemTrack, { rcx: rdx });
  if (when === PutWhen.BeforeRemove) yield* put(stage, pfn);
  const status = yield* giveUp(kernel, Leaf.MemPageRemove, { rcx, rdx });
  if (!isError(status)) {
    yield* takePageBack(kernel, pfn);
    if (when === PutWhen.BeforeWriteBack) yield* put(stage, pfn);
    yield* giveUp(kernel, Leaf.PhymemPageWbinvd, { rcx: pfnToPhys(pfn) });
    yield* tdxQuirkResetPage(kernel, pfn);
    if (when === PutWhen.Last) yield* put(stage, pfn);
    // The page is guest_memfd's again.
    yield* releaseFrame(kernel, pfn);
  }
  yield writeUnlock(td.mmuLock);
  return yield* keep(-1, 0);
}

/** `teardown`: the TD's key goes, then all its pages, the TDR last. */
export function* teardown(stage: FlowStage): Program {
  const { kernel, td, tdxLock, cpu } = stage;
  const rcx = td.tdrPa;
  yield* giveUp(kernel, Leaf.VpFlush, { rcx: pfnToPhys(td.tdvpr) });
  yield* mutexLock(tdxLock);
  yield* giveUp(kernel, Leaf.MngVpflushdone, { rcx });
  yield* giveUp(kernel, Leaf.PhymemCacheWb, {});
  yield* giveUp(kernel, Leaf.MngKeyFreeid, { rcx });
  yield* mutexUnlock(tdxLock);

  const guest = td.smallPage(cpu);
  yield* reclaim(stage, guest);
  yield* releaseFrame(kernel, guest);
  for (const page of td.controlPages()) {
    yield* reclaim(stage, page);
    yield* freePage(kernel, page);
    yield event(KernelEvent.PagesHeld, -1);
  }
  return yield* keep(-1 - CONTROL_PAGES, -CONTROL_PAGES);
}

/** Takes a page back from a TD whose key is gone, writes its cache lines back, resets it, and puts its reference. */
function* reclaim(stage: FlowStage, pfn: number): Program<void> {
  const { kernel } = stage;
  yield* giveUp(kernel, Leaf.PhymemPageReclaim, { rcx: pfnToPhys(pfn) });
  yield* takePageBack(kernel, pfn);
  yield* giveUp(kernel, Leaf.PhymemPageWbinvd, { rcx: pfnToPhys(pfn) });
  yield* tdxQuirkResetPage(kernel, pfn);
  yield* put(stage, pfn);
}
