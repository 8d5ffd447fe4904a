/**
 * How the helpers are called: each call is announced before and after, so that the checks know what
 * runs where and who holds a reference.
 */
import {
  type PamtCache,
  type PamtHelpers,
  pamtCache,
  tdxDpamtEntryPages,
  tdxFreePamtCache,
  tdxTopupPamtCache,
} from "../helpers/index.js";
import {
  HelperKind,
  type Kernel,
  KernelEvent,
  NULL_PAGE,
  type Page,
  pageError,
  pageToPfn,
  pfnToPhys,
} from "../kernel/index.js";
import { type Callee, call, event, type Program } from "../machine/index.js";

/** Helpers that are called by name. */
export type HelperName =
  | "tdx_pamt_get"
  | "tdx_pamt_put"
  | "tdx_alloc_page"
  | "tdx_free_page"
  | "tdx_topup_pamt_cache"
  | "tdx_free_pamt_cache";

/** What a caller of the helpers works with. */
export interface Callers {
  readonly kernel: Kernel;
  readonly helpers: PamtHelpers;
}

/** A call of a helper, with the physical address or the number that it is given. */
export class HelperCall implements Callee {
  private constructor(
    readonly helper: HelperName,
    /** Address of the page that it is called on. */
    readonly page?: number,
    /** Pairs that a cache is to hold. */
    readonly pairs?: number,
  ) {}

  static onPage(helper: HelperName, pfn: number): HelperCall {
    return new HelperCall(helper, pfnToPhys(pfn));
  }

  static forPairs(helper: HelperName, pairs: number): HelperCall {
    return new HelperCall(helper, undefined, pairs);
  }

  static plain(helper: HelperName): HelperCall {
    return new HelperCall(helper);
  }

  get label(): string {
    const { helper, page, pairs } = this;
    return `${helper}(${page === undefined ? (pairs ?? "") : `0x${page.toString(16)}`})`;
  }
}

function* withoutResult(program: Program<void>): Program {
  yield* program;
  return 0;
}

/** `tdx_pamt_get`, with pairs from `cache` if one is given. @returns what it returned */
export function* get({ kernel, helpers }: Callers, page: Page, cache?: PamtCache): Program {
  const pfn = yield* pageToPfn(kernel, page);
  yield event(KernelEvent.Enter, HelperKind.Get, pfn);
  const failed = yield call(HelperCall.onPage("tdx_pamt_get", pfn), () => helpers.tdxPamtGet(page, cache));
  yield event(KernelEvent.Leave, HelperKind.Get, failed);
  return failed;
}

/** `tdx_pamt_put`, of a reference or, as an extra one, of none. */
export function* put(stage: Callers, page: Page, kind = HelperKind.Put): Program<void> {
  const { kernel, helpers } = stage;
  const pfn = yield* pageToPfn(kernel, page);
  yield event(KernelEvent.Enter, kind, pfn);
  yield call(HelperCall.onPage("tdx_pamt_put", pfn), () => withoutResult(helpers.tdxPamtPut(page)));
  yield event(KernelEvent.Leave, kind, 0);
}

/** `tdx_alloc_page`. @returns the page, or null */
export function* alloc({ kernel, helpers }: Callers): Program<Page> {
  yield event(KernelEvent.Enter, HelperKind.Alloc, 0);
  const page = yield call(HelperCall.plain("tdx_alloc_page"), () => helpers.tdxAllocPage());
  const error = pageError(page);
  if (page === NULL_PAGE || error !== 0) {
    yield event(KernelEvent.Leave, HelperKind.Alloc, error);
    return NULL_PAGE;
  }
  yield event(KernelEvent.Leave, HelperKind.Alloc, yield* pageToPfn(kernel, page));
  return page;
}

/** `tdx_free_page`. */
export function* free({ kernel, helpers }: Callers, page: Page): Program<void> {
  const pfn = yield* pageToPfn(kernel, page);
  yield event(KernelEvent.Enter, HelperKind.Free, pfn);
  yield call(HelperCall.onPage("tdx_free_page", pfn), () => withoutResult(helpers.tdxFreePage(page)));
  yield event(KernelEvent.Leave, HelperKind.Free, 0);
}

/**
 * `tdx_topup_pamt_cache`: fills the cache of the calling vCPU, which the design may keep itself. `drain` must follow,
 * whatever this returns.
 *
 * @returns 0, or -ENOMEM
 */
export function* topup({ kernel, helpers }: Callers, pairs: number): Program {
  const { topupCache } = helpers;
  if (topupCache === undefined) return yield* tdxTopupPamtCache(kernel, pamtCache(kernel), pairs);
  // How much lies in a cache of the design's own is not known: all is accounted for when it is empty again.
  yield event(KernelEvent.Enter, HelperKind.Fault, 0);
  const failed = yield call(HelperCall.forPairs("tdx_topup_pamt_cache", pairs), () => topupCache(pairs));
  if (failed === 0) yield event(KernelEvent.ToppedUp, pairs * tdxDpamtEntryPages(kernel));
  return failed;
}

/** `tdx_free_pamt_cache`: frees what is left in the cache. */
export function* drain({ kernel, helpers }: Callers): Program<void> {
  const { freeCache } = helpers;
  if (freeCache === undefined) {
    yield* tdxFreePamtCache(kernel, pamtCache(kernel));
    return;
  }
  yield call(HelperCall.plain("tdx_free_pamt_cache"), () => withoutResult(freeCache()));
  yield event(KernelEvent.Leave, HelperKind.Fault, 0);
}
