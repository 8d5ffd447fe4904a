/**
 * Faults: a guest page gets a reference and goes to the module. So does the Secure EPT page above it where there is
 * none yet. This happens under the MMU lock, with pairs that were set aside before.
 *
 * An entry of the mirror is frozen while one CPU changes it. A CPU that meets a frozen entry or a BUSY SEAMCALL undoes
 * its work, releases the MMU lock and takes the fault again.
 */
import { isBusy, isError, Leaf, type Status } from "../abi/index.js";
import { pamtCache } from "../helpers/index.js";
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
  PreemptCount,
  pfnToPhys,
  readLock,
  readUnlock,
  releaseFrame,
  settlePage,
  surround,
  withdrawPage,
} from "../kernel/index.js";
import { become, choose, event, on, type Program, write } from "../machine/index.js";
import { drain, get, put, topup } from "./helper-calls.js";
import { flowCall, flowEnds, operands } from "./seamcalls.js";
import type { FlowStage } from "./stage.js";
import { FREEZE, FROZEN_SPTE, THAWED } from "./td.js";

/** Pairs set aside: one for a Secure EPT page, one for the guest page. v6 sets 5 aside, for all levels. */
const PAIRS = 2;

/** Level of the entry that points to a table of 4 KiB entries. */
const TABLE_LEVEL = 1;

/** How an attempt ended. */
enum Attempt {
  Done = 0,
  /** The entry for the table was frozen: it is tried again once the entry has thawed. */
  Frozen = 1,
  /** SEPT.ADD, or the call for the guest page, was BUSY. */
  TableBusy = 2,
  PageBusy = 3,
  /** No memory, or the module refused: the guest's problem. */
  Failed = 4,
}

/** What a fault has used up so far. */
interface Fault {
  /** How the guest page goes to the module: PAGE.AUG when the TD runs, PAGE.ADD while it is built. */
  readonly leaf: typeof Leaf.MemPageAug | typeof Leaf.MemPageAdd;
  /** Page frame of the guest page. */
  readonly guest: number;
  /** Page set aside for the Secure EPT, null once it is in use. */
  readonly spare: Page;
}

/** `fault`: a 4 KiB page of a TD that runs. */
export function fault(stage: FlowStage): Program {
  return prepare(stage, Leaf.MemPageAug);
}

/** `populate`: a 4 KiB page of a TD that is being built, with its first contents. */
export function populate(stage: FlowStage): Program {
  return prepare(stage, Leaf.MemPageAdd);
}

/** The guest page and a page for the Secure EPT are allocated. */
function* prepare(stage: FlowStage, leaf: Fault["leaf"]): Program {
  const { kernel, cpu } = stage;
  const { contended } = kernel.memory;
  const region = contended[yield choose("region of the guest page", contended.length)] as number;
  const guest = kernel.layout.guestPoolFrame(region, cpu, 0);
  const spare = yield* allocPage(kernel, Gfp.KernelAccount, PageUse.Control);
  if (spare === NULL_PAGE) return yield* flowEnds(0, 0);
  yield event(KernelEvent.PagesHeld, 1);
  yield* claimFrames(kernel, guest, 1);
  return yield* take(stage, { leaf, guest, spare });
}

/** The fault is taken, from its beginning. */
function* take(stage: FlowStage, fault: Fault): Program {
  const label = `fault on 0x${pfnToPhys(fault.guest).toString(16)}, spare page ${fault.spare}`;
  return yield become(label, () => attempt(stage, fault));
}

/** One attempt: pairs are set aside outside the MMU lock, the pages go to the module under it. */
function* attempt(stage: FlowStage, fault: Fault): Program {
  const { td, cpu } = stage;
  if ((yield* topup(stage, PAIRS)) !== 0) {
    return yield* finish(stage, fault, Attempt.Failed);
  }
  const building = fault.leaf === Leaf.MemPageAdd;
  if (building) yield* mutexLock(td.kvmLock);
  yield readLock(td.mmuLock);
  yield* surround(stage.kernel, PreemptCount.Preemption);
  const page = { left: fault.spare };
  let outcome = yield* mapTable(stage, page);
  if (outcome === Attempt.Done) outcome = yield* mapLeaf(stage, fault);
  yield* surround(stage.kernel, PreemptCount.Zero);
  yield readUnlock(td.mmuLock);
  if (building) yield* mutexUnlock(td.kvmLock);
  const left = { ...fault, spare: page.left };
  if (outcome === Attempt.Done || outcome === Attempt.Failed) return yield* finish(stage, left, outcome);
  if (outcome === Attempt.Frozen) yield on(THAWED, td.rangeSpte(td.emptyGpa(cpu)));
  else yield event(KernelEvent.Yield, outcome === Attempt.TableBusy ? Leaf.MemSeptAdd : fault.leaf);
  return yield* take(stage, left);
}

/** Frees what was not needed. A guest page that was not mapped goes back. */
function* finish(stage: FlowStage, { guest, spare }: Fault, outcome: Attempt): Program {
  const { kernel } = stage;
  const gaveTable = spare === NULL_PAGE;
  if (!gaveTable) {
    yield* freePage(kernel, spare);
    yield event(KernelEvent.PagesHeld, -1);
  }
  yield* drain(stage);
  const mapped = outcome === Attempt.Done;
  if (!mapped) yield* releaseFrame(kernel, guest);
  return yield* flowEnds((gaveTable ? 1 : 0) + (mapped ? 1 : 0), gaveTable ? 1 : 0);
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
  // Each CPU faults on a page of its own, so nobody else changes this entry.
  if ((yield on(FREEZE, spte)) !== 0) throw new Error("a page is mapped twice");
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
