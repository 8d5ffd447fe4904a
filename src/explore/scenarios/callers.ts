/**
 * How a scenario calls the helpers: each call is announced before and after, so that the checks
 * know what runs where and who holds a reference.
 */
import { Leaf, Level, Register, Registers } from "../../abi/index.js";
import type { PamtCache } from "../../helpers/index.js";
import { HelperKind, KernelEvent, NULL_PAGE, type Page, pageToPfn, pfnToPhys, seamcall } from "../../kernel/index.js";
import { call, event, type Program } from "../../machine/index.js";
import type { Stage } from "./scenario.js";

function address(pfn: number): string {
  return `0x${pfnToPhys(pfn).toString(16)}`;
}

function* withoutResult(program: Program<void>): Program {
  yield* program;
  return 0;
}

/** `tdx_pamt_get`, with pairs from `cache` if one is given. @returns what it returned */
export function* get({ kernel, helpers }: Stage, page: Page, cache?: PamtCache): Program {
  const pfn = yield* pageToPfn(kernel, page);
  yield event(KernelEvent.Enter, HelperKind.Get, pfn);
  const failed = yield call(`tdx_pamt_get(${address(pfn)})`, () => helpers.tdxPamtGet(page, cache));
  yield event(KernelEvent.Leave, HelperKind.Get, failed);
  return failed;
}

/** `tdx_pamt_put`, of a reference or, as an extra one, of none. */
export function* put(stage: Stage, page: Page, kind = HelperKind.Put): Program<void> {
  const { kernel, helpers } = stage;
  const pfn = yield* pageToPfn(kernel, page);
  yield event(KernelEvent.Enter, kind, pfn);
  yield call(`tdx_pamt_put(${address(pfn)})`, () => withoutResult(helpers.tdxPamtPut(page)));
  yield event(KernelEvent.Leave, kind, 0);
}

/** `tdx_alloc_page`. @returns the page, or null */
export function* alloc({ kernel, helpers }: Stage): Program<Page> {
  yield event(KernelEvent.Enter, HelperKind.Alloc, 0);
  const page = yield call("tdx_alloc_page()", () => helpers.tdxAllocPage());
  yield event(KernelEvent.Leave, HelperKind.Alloc, page === NULL_PAGE ? 0 : yield* pageToPfn(kernel, page));
  return page;
}

/** `tdx_free_page`. */
export function* free({ kernel, helpers }: Stage, page: Page): Program<void> {
  const pfn = yield* pageToPfn(kernel, page);
  yield event(KernelEvent.Enter, HelperKind.Free, pfn);
  yield call(`tdx_free_page(${address(pfn)})`, () => withoutResult(helpers.tdxFreePage(page)));
  yield event(KernelEvent.Leave, HelperKind.Free, 0);
}

/** A SEAMCALL on a page in use: it walks to the page and so tells whether the pair is there. */
export function* use({ kernel, bounds }: Stage, page: Page): Program<void> {
  if (bounds.use === "none") return;
  const args = new Registers();
  args.set(Register.Rcx, pfnToPhys(yield* pageToPfn(kernel, page)));
  if (bounds.use === "rdmd") {
    const status = yield* seamcall(kernel, Leaf.PhymemPageRdmd, args);
    yield event(KernelEvent.Used, status, args.number(Register.R8));
  } else {
    const status = yield* seamcall(kernel, Leaf.PhymemPageWbinvd, args);
    yield event(KernelEvent.Used, status, Level.Page4K);
  }
}
