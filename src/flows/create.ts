/**
 * TD create and vCPU create: one reference for each control page.
 *
 * As in KVM, all pages are allocated first, so that running out of memory leaves nothing to undo in the
 * module. The mutex tdx_lock is held where the key ownership table is needed.
 */
import { isError, Leaf, type Status } from "../abi/index.js";
import { mutexLock, mutexUnlock, NULL_PAGE, type Page, pfnToPhys, settlePage } from "../kernel/index.js";
import type { Program } from "../machine/index.js";
import { alloc, free } from "./helper-calls.js";
import { flowEnds, takingCall } from "./seamcalls.js";
import type { FlowStage } from "./stage.js";
import { Td } from "./td.js";

/** Shared page with the parameters of every TD: TD_PARAMS of MNG.INIT. */
export const TD_PARAMS = 0x20000;

/**
 * Further control pages that a flow takes. The module wants 6 for a TD and 5 for a vCPU before either can be
 * initialised; those after the second do again what the second did, so a flow ends there.
 */
const FURTHER_PAGES = 2;

/** Allocates `count` control pages, or none. @returns their page frame numbers, none for want of memory */
function* allocPages(stage: FlowStage, count: number): Program<Page[]> {
  const pages: Page[] = [];
  for (let i = 0; i < count; i++) {
    const page = yield* alloc(stage);
    if (page !== NULL_PAGE) pages.push(yield* settlePage(stage.kernel, page));
    else {
      for (const each of pages) yield* free(stage, each);
      return [];
    }
  }
  return pages;
}

/**
 * Adds pages to a TD or vCPU, one after the other; if the module refuses one, that and those behind it go back.
 *
 * @returns how many the module has
 */
function* addPages(stage: FlowStage, pages: readonly Page[], leaf: Leaf, owner: number): Program {
  for (const [index, page] of pages.entries()) {
    const status = yield* takingCall(stage.kernel, leaf, { rcx: pfnToPhys(page), rdx: owner });
    if (!isError(status)) continue;
    yield* freePages(stage, pages.slice(index));
    return index;
  }
  return pages.length;
}

function* freePages(stage: FlowStage, pages: readonly Page[]): Program<void> {
  for (const page of pages) yield* free(stage, page);
}

/** `td-create`: TDR and TDCS pages of a new TD. */
export function* tdCreate(stage: FlowStage): Program {
  const { kernel, cpu, tdxLock } = stage;
  const [tdrPage, ...tdcs] = yield* allocPages(stage, 1 + FURTHER_PAGES);
  if (tdrPage === undefined) return yield* flowEnds(0, 0);
  const tdr = pfnToPhys(tdrPage);
  yield* mutexLock(tdxLock);
  const created: Status = yield* takingCall(kernel, Leaf.MngCreate, { rcx: tdr, rdx: Td.freshHkid(cpu) });
  yield* mutexUnlock(tdxLock);
  if (isError(created)) {
    yield* freePages(stage, [tdrPage, ...tdcs]);
    return yield* flowEnds(0, 0);
  }
  if (isError(yield* takingCall(kernel, Leaf.MngKeyConfig, { rcx: tdr }))) {
    yield* freePages(stage, tdcs);
    return yield* flowEnds(1, 1);
  }
  const pages = 1 + (yield* addPages(stage, tdcs, Leaf.MngAddcx, tdr));
  return yield* flowEnds(pages, pages);
}

/** `vcpu-create`: TDVPR and TDCX pages of a new vCPU of a TD that is being built. */
export function* vcpuCreate(stage: FlowStage): Program {
  const { kernel, td } = stage;
  const [tdvprPage, ...tdcx] = yield* allocPages(stage, 1 + FURTHER_PAGES);
  if (tdvprPage === undefined) return yield* flowEnds(0, 0);
  const tdvpr = pfnToPhys(tdvprPage);
  yield* mutexLock(td.kvmLock);
  const created: Status = yield* takingCall(kernel, Leaf.VpCreate, { rcx: tdvpr, rdx: td.tdrPa });
  let pages = 0;
  if (isError(created)) yield* freePages(stage, [tdvprPage, ...tdcx]);
  else pages = 1 + (yield* addPages(stage, tdcx, Leaf.VpAddcx, tdvpr));
  yield* mutexUnlock(td.kvmLock);
  return yield* flowEnds(pages, pages);
}
