/**
 * `lazy`: the unposted first design. No counts at all.
 *
 * Get asks the module whether the region has a pair and adds one if it has none. Put tries REMOVE
 * each time and trusts the module to refuse while pages of the region are in use.
 */
import {
  codeOf,
  Leaf,
  Register,
  Registers,
  TDX_HPA_RANGE_NOT_FREE,
  TDX_OPERAND_BUSY,
  TDX_SUCCESS,
} from "../../abi/index.js";
import {
  EIO,
  type Kernel,
  KernelEvent,
  type Page,
  pageToPfn,
  pfnToPhys,
  seamcall,
  tdhPhymemPamtAdd,
  tdhPhymemPamtRemove,
  Warning,
} from "../../kernel/index.js";
import { event, type Program } from "../../machine/index.js";
import type { PamtCache } from "../cache.js";
import type { Design } from "../design.js";
import { allocPamtArray, emptyPair, freePamtArray, withAllocAndFree } from "../pair.js";

/** Turns of the loop around BUSY before get gives up. */
const RETRIES = 3;

export const lazy: Design = {
  name: "lazy",
  origin: "unposted first design",
  summary: "no counts: ADD when the module misses the pair, REMOVE tried at every put",
  create: (kernel) =>
    withAllocAndFree(kernel, {
      tdxPamtGet: (page, cache) => tdxPamtGet(kernel, page, cache),
      tdxPamtPut: (page) => tdxPamtPut(kernel, page),
    }),
};

/** Whether the module has 4 KiB entries for the region of `pfn`. */
function* hasPair(kernel: Kernel, pfn: number): Program<boolean> {
  const args = new Registers();
  args.set(Register.Rcx, pfnToPhys(pfn));
  const status = yield* seamcall(kernel, Leaf.PhymemPageRdmd, args);
  return status === TDX_SUCCESS && args.number(Register.R8) === 0;
}

function* tdxPamtGet(kernel: Kernel, page: Page, cache?: PamtCache): Program {
  const pair = emptyPair(kernel);
  if (pair.length === 0) return 0;
  const pfn = yield* pageToPfn(kernel, page);
  if (yield* hasPair(kernel, pfn)) return 0;

  const failed = yield* allocPamtArray(kernel, pair, cache);
  if (failed !== 0) return failed;
  for (let turn = 0; turn < RETRIES; turn++) {
    yield event(KernelEvent.Retry, turn);
    const status = yield* tdhPhymemPamtAdd(kernel, pfn, pair);
    if (status === TDX_SUCCESS) return 0;
    if (codeOf(status) === TDX_HPA_RANGE_NOT_FREE) {
      yield* freePamtArray(kernel, pair);
      return 0;
    }
    if (codeOf(status) !== TDX_OPERAND_BUSY) break;
  }
  yield event(KernelEvent.Warn, Warning.PamtAddFailed);
  yield* freePamtArray(kernel, pair);
  return -EIO;
}

function* tdxPamtPut(kernel: Kernel, page: Page): Program<void> {
  const pair = emptyPair(kernel);
  if (pair.length === 0) return;
  const pfn = yield* pageToPfn(kernel, page);
  if ((yield* tdhPhymemPamtRemove(kernel, pfn, pair)) === TDX_SUCCESS) yield* freePamtArray(kernel, pair);
}
