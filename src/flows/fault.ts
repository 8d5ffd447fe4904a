/**
 * Faults: a guest page, and the Secure EPT page above it where there is none yet, get a reference and go
 * to the module, under the MMU lock and with pairs that were set aside before.
 *
 * An entry of the mirror is frozen while one CPU changes it. A CPU that meets a frozen entry, or a
 * SEAMCALL that is BUSY, undoes what it has done, gives the MMU lock up and takes the fault again.
 */
import { isBusy, isError, Leaf, type Status } from "../abi/index.js";
import { pamtCache, tdxFreePamtCache, tdxTopupPamtCache } from "../helpers/index.js";
import {
  allocPage,
  claimFrames,
  FlowPath,
  freePage,
  Gfp,
  KernelEvent,
  mutexLock,
  mutexUnlock,
  NULL_PAGE,
  offerPage,
  type Page,
  PageUse,
  pfnToPhys,
  readLock,
  readUnlock,
  releaseFrame,
  settlePage,
  withdrawPage,
} from "../kernel/index.js";
import { become, choose, event, on, type Program, write } from "../machine/index.js";
import { get, put } from "./callers.js";
import { flowCall, operands } from "./calls.js";
import type { FlowStage } from "./stage.js";
import { FREEZE, FROZEN_SPTE } from "./td.js";

/** Pairs set aside: one for a Secure EPT page, one for the guest page. v6 sets 5 aside, for all levels. */
const PAIRS = 2;

/** Level of the entry that points to a table of 4 KiB entries. */
const TABLE_LEVEL = 1;

/** How an attempt ended. */
enum Attempt {
  Done = 0,
  /** The entry was frozen: it is tried again. */
  Frozen = 1,
  /** SEPT.ADD, or the call for the guest page, was BUSY. */
  TableBusy = 2,
  PageBusy = 3,
  /** No memory, or the module refused: the guest's problem. */
  Failed = 4,
}

interface Fault {
  /** How the guest page goes to the module: PAGE.AUG when the TD runs, PAGE.ADD while it is built. */
  readonly leaf: Leaf.MemPageAug | Leaf.MemPageAdd;
  /** Page frame of the guest page. */
  readonly guest: number;
}

/** `fault`: a 4 KiB page of a TD that runs. */
export function fault(stage: FlowStage): Program {
  return prepare(stage, Leaf.MemPageAug);
}

/** `populate`: a 4 KiB page of a TD that is being built, with its first contents. */
export function populate(stage: FlowStage): Program {
  return prepare(stage, Leaf.MemPageAdd);
}

/** Outside the MMU lock: the guest page is there, a Secure EPT page and pairs are set aside. */
function* prepare(stage: FlowStage, leaf: Fault["leaf"]): Program {
  const { kernel, cpu } = stage;
  const { contended } = kernel.memory;
  const region = contended[yield choose("region of the guest page", contended.length)] as number;
  const guest = kernel.guestPoolFrame(region, cpu, 0);
  yield* claimFrames(kernel, guest, 1);
  if ((yield* tdxTopupPamtCache(kernel, pamtCache(kernel), PAIRS)) === 0) {
    const spare = yield* allocPage(kernel, Gfp.KernelAccount, PageUse.Control);
    if (spare !== NULL_PAGE) {
      yield event(KernelEvent.PagesHeld, 1);
      return yield* again(stage, { leaf, guest }, spare);
    }
  }
  yield* tdxFreePamtCache(kernel, pamtCache(kernel));
  yield* releaseFrame(kernel, guest);
  return 0;
}

function* again(stage: FlowStage, fault: Fault, spare: Page): Program {
  const label = `fault on 0x${pfnToPhys(fault.guest).toString(16)}, spare page ${spare}`;
  return yield become(label, () => take(stage, fault, spare));
}

/** One attempt under the MMU lock. `spare` is the page set aside for the Secure EPT, null once it is in use. */
function* take(stage: FlowStage, fault: Fault, spare: Page): Program {
  const { kernel, td } = stage;
  const building = fault.leaf === Leaf.MemPageAdd;
  if (building) yield* mutexLock(td.kvmLock);
  yield readLock(td.mmuLock);
  const page = { left: spare };
  let attempt = yield* mapTable(stage, page);
  if (attempt === Attempt.Done) attempt = yield* mapLeaf(stage, fault);
  yield readUnlock(td.mmuLock);
  if (building) yield* mutexUnlock(td.kvmLock);
  if (attempt !== Attempt.Done && attempt !== Attempt.Failed) {
    yield event(KernelEvent.Yield, busyLeaf(attempt, fault.leaf));
    return yield* again(stage, fault, page.left);
  }
  if (page.left !== NULL_PAGE) {
    yield* freePage(kernel, page.left);
    yield event(KernelEvent.PagesHeld, -1);
  }
  yield* tdxFreePamtCache(kernel, pamtCache(kernel));
  if (attempt === Attempt.Failed) yield* releaseFrame(kernel, fault.guest);
  return 0;
}

/** Leaf that was BUSY, or -1 if the entry was frozen. */
function busyLeaf(attempt: Attempt, leaf: Leaf): number {
  if (attempt === Attempt.Frozen) return -1;
  return attempt === Attempt.TableBusy ? Leaf.MemSeptAdd : leaf;
}

/** Gives the TD a table of 4 KiB entries for the range, unless it has one. */
function* mapTable(stage: FlowStage, spare: { left: Page }): Program<Attempt> {
  const { kernel, td, cpu } = stage;
  const gpa = td.emptyGpa(cpu);
  const spte = td.rangeSpte(gpa);
  const old = yield on(FREEZE, spte);
  if (old === FROZEN_SPTE) return Attempt.Frozen;
  if (old !== 0) return Attempt.Done;
  const sept = yield* settlePage(kernel, spare.left);
  spare.left = sept;
  const rcx = (gpa - (gpa % 2 ** 21)) | TABLE_LEVEL;
  const attempt = yield* hand(stage, sept, Leaf.MemSeptAdd, { rcx, rdx: td.tdrPa, r8: pfnToPhys(sept) });
  if (attempt === Attempt.Done) spare.left = NULL_PAGE;
  yield write(spte, attempt === Attempt.Done ? sept : 0);
  return attempt;
}

/** Gives the TD the guest page. */
function* mapLeaf(stage: FlowStage, { leaf, guest }: Fault): Program<Attempt> {
  const { td, cpu } = stage;
  const spte = td.leafSpte(cpu);
  const old = yield on(FREEZE, spte);
  if (old !== 0) return old === FROZEN_SPTE ? Attempt.Frozen : Attempt.Done;
  const r9 = leaf === Leaf.MemPageAdd ? SOURCE_PAGE : 0;
  const given = { rcx: td.emptyGpa(cpu), rdx: td.tdrPa, r8: pfnToPhys(guest), r9 };
  const attempt = yield* hand(stage, guest, leaf, given);
  yield write(spte, attempt === Attempt.Done ? guest : 0);
  return attempt;
}

/** Shared page that PAGE.ADD copies. */
const SOURCE_PAGE = 0x30000;

/** Get, then the call that takes the page; put if it fails. */
function* hand(stage: FlowStage, pfn: number, leaf: Leaf, given: Parameters<typeof operands>[0]): Program<Attempt> {
  const { kernel } = stage;
  if ((yield* get(stage, pfn, pamtCache(kernel))) !== 0) return Attempt.Failed;
  yield* offerPage(kernel, pfn);
  const status: Status = yield* flowCall(kernel, FlowPath.Taking, leaf, operands(given));
  if (!isError(status)) return Attempt.Done;
  yield* withdrawPage(kernel, pfn);
  yield* put(stage, pfn);
  if (!isBusy(status)) return Attempt.Failed;
  return leaf === Leaf.MemSeptAdd ? Attempt.TableBusy : Attempt.PageBusy;
}
