/**
 * How the kernel calls the TDX module: `seamcall` and the wrappers of the two Dynamic PAMT calls.
 */
import {
  Leaf,
  leafName,
  Operand,
  Register,
  Registers,
  type Status,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../abi/index.js";
import {
  type Callee,
  call,
  chooseWithinBudget,
  event,
  type Program,
  run,
  type Words,
  write,
} from "../machine/index.js";
import type { TdxModule } from "../module/index.js";
import { KernelEvent } from "./events.js";
import type { Kernel, SystemInfo } from "./kernel.js";
import { type Page, PTRS_PER_PMD, pfnToPhys, physToPfn, regionOf } from "./page.js";
import { forgetPage, offerPage, placePair, takePageBack, withdrawPage } from "./pages.js";

/** Level of a 2 MiB page in a page operand. */
const TDX_PS_2M = 1;

/** How a SEAMCALL fails by nobody's fault. */
const FAILURES: readonly Status[] = [TDX_OPERAND_BUSY | Operand.Rcx, TDX_OPERAND_INVALID | Operand.Rcx];

function mayFail({ options: { fallible = "none" } }: Kernel, leaf: Leaf): boolean {
  return fallible === "all" || (fallible === "pamt" && (leaf === Leaf.PhymemPamtAdd || leaf === Leaf.PhymemPamtRemove));
}

/**
 * Asks the environment whether SEAMCALL `leaf` fails by nobody's fault. If it does, the call is over: nothing in the
 * module has changed.
 *
 * @returns the `Status` that it fails with, or success when it is to be made
 */
export function* failsByChance(kernel: Kernel, leaf: Leaf, args: Registers): Program<Status> {
  if (!mayFail(kernel, leaf)) return TDX_SUCCESS;
  const way = yield chooseWithinBudget("the SEAMCALL fails", kernel.seamcallBudget, FAILURES.length);
  if (way === 0) return TDX_SUCCESS;
  const status = FAILURES[way - 1] as Status;
  if (leaf === Leaf.PhymemPamtRemove) yield event(KernelEvent.PairKept, 0, physToPfn(Number(args.rcx)));
  yield call(Seamcall.of(leaf, args), function* () {
    yield event(KernelEvent.SeamcallFailed, leaf, status);
    return status;
  });
  // What was in the way is gone: who tries again need not wait for another CPU.
  yield write(kernel.cpu.busyTurns, 0);
  return status;
}

/**
 * Makes SEAMCALL `leaf` with the operands in `args`, which are replaced by its outputs.
 *
 * @returns the `Status`
 */
export function* seamcall(kernel: Kernel, leaf: Leaf, args: Registers): Program {
  const failed = yield* failsByChance(kernel, leaf, args);
  return failed === TDX_SUCCESS ? yield* makeSeamcall(kernel, leaf, args) : failed;
}

/** The same when the environment lets it through. @returns the `Status` */
export function* makeSeamcall(kernel: Kernel, leaf: Leaf, args: Registers): Program {
  args.set(Register.Rax, leaf);
  const status = yield call(Seamcall.of(leaf, args), (registers: Registers) => kernel.tdx.seamcall(registers), args);
  yield event(KernelEvent.SeamcallReturned, leaf, status);
  return status;
}

/** Leaves whose RDX and R8 name a TD and a page, or pages. */
const namesPages: ReadonlySet<Leaf> = new Set([
  Leaf.PhymemPamtAdd,
  Leaf.MemSeptAdd,
  Leaf.MemPageAdd,
  Leaf.MemPageAug,
  Leaf.MemPageDemote,
]);

/** A SEAMCALL as a reader would write it: leaf and page operands. */
export class Seamcall implements Callee {
  private constructor(
    readonly leaf: Leaf,
    readonly operands: readonly bigint[],
  ) {}

  static of(leaf: Leaf, args: Registers): Seamcall {
    const operands = [args.rcx];
    if (namesPages.has(leaf)) operands.push(args.rdx, args.r8);
    if (leaf === Leaf.MemPageDemote) operands.push(args.get(Register.R12), args.get(Register.R13));
    return new Seamcall(leaf, operands);
  }

  get label(): string {
    const { leaf, operands } = this;
    return `${leafName(leaf) ?? `leaf ${leaf}`}(${operands.map((operand) => `0x${operand.toString(16)}`).join(", ")})`;
  }
}

/** RCX of the Dynamic PAMT calls: 2 MiB-aligned address and level. */
function regionOperand(pfn: number): number {
  return pfnToPhys(regionOf(pfn) * PTRS_PER_PMD) + TDX_PS_2M;
}

/**
 * `tdh_phymem_pamt_add`: gives the pages of `pair` to the module to back the region of `pfn`.
 *
 * @returns the `Status`; on success the module owns the pages
 */
export function* tdhPhymemPamtAdd(kernel: Kernel, pfn: number, pair: readonly Page[]): Program {
  const args = new Registers();
  args.set(Register.Rcx, regionOperand(pfn));
  return yield* givePair(kernel, args, pair);
}

/**
 * PAMT.ADD with the region operand in `args`: the pages of `pair` get their places, and change owners on success.
 *
 * @returns the `Status`; `args` holds the outputs
 */
export function* givePair(kernel: Kernel, args: Registers, pair: readonly Page[]): Program {
  const pfns = yield* placePair(kernel, pair, regionOf(physToPfn(Number(args.rcx))));
  for (const [index, page] of pfns.entries()) args.setPage(index, pfnToPhys(page));
  for (const page of pfns) yield* offerPage(kernel, page);
  const status = yield* seamcall(kernel, Leaf.PhymemPamtAdd, args);
  for (const [index, page] of pfns.entries()) {
    if (status === TDX_SUCCESS) yield* forgetPage(kernel, pair[index] as Page);
    else yield* withdrawPage(kernel, page);
  }
  return status;
}

/**
 * `tdh_phymem_pamt_remove`: takes back the pages that back the region of `pfn`.
 *
 * @param pair filled with the pages on success, left alone otherwise
 * @returns the `Status`
 */
export function* tdhPhymemPamtRemove(kernel: Kernel, pfn: number, pair: Page[]): Program {
  const args = new Registers();
  args.set(Register.Rcx, regionOperand(pfn));
  return yield* takePair(kernel, args, pair);
}

/**
 * PAMT.REMOVE with the region operand in `args`: on success the pages are the kernel's again.
 *
 * @returns the `Status`; `args` holds the outputs
 */
export function* takePair(kernel: Kernel, args: Registers, pair: Page[]): Program {
  const region = args.rcx;
  const status = yield* seamcall(kernel, Leaf.PhymemPamtRemove, args);
  if (status !== TDX_SUCCESS) return status;
  if (kernel.options.fallible !== undefined) yield event(KernelEvent.PairReturned, 0, physToPfn(Number(region)));
  for (let index = 0; index < pair.length; index++) {
    pair[index] = physToPfn(args.page(index));
    yield* takePageBack(kernel, pair[index] as Page);
  }
  return status;
}

/** Field ids of SYS.RD. */
const TDX_FEATURES0 = 0x0a00000300000008n;
const PAMT_4K_ENTRY_SIZE = 0x9100000100000010n;
const FEATURE_DYNAMIC_PAMT = 1n << 36n;

/**
 * Reads what the kernel must know of the module, with SYS.RD.
 *
 * @param wanted whether the kernel turned Dynamic PAMT on
 */
export function readSystemInfo(words: Words, tdx: TdxModule, wanted: boolean): SystemInfo {
  const field = (id: bigint): bigint => {
    const args = new Registers();
    args.set(Register.Rax, Leaf.SysRd);
    args.put(Register.Rdx, id);
    run(words, tdx.seamcall(args));
    return args.get(Register.R8);
  };
  const supported = (field(TDX_FEATURES0) & FEATURE_DYNAMIC_PAMT) !== 0n;
  return { dynamicPamt: supported && wanted, pamt4kEntrySize: Number(field(PAMT_4K_ENTRY_SIZE)) };
}
