/** SEAMCALLs made by C: registers out of `struct tdx_module_args`, and back. */
import { encodeStatus, FATAL, Leaf, Register, Registers, TDX_SUCCESS } from "../../abi/index.js";
import {
  givePair,
  KernelEvent,
  MemoryMisuse,
  NULL_PAGE,
  PAGE_SIZE,
  type Page,
  PageMisuse,
  PTRS_PER_PMD,
  physToPfn,
  seamcall,
  takePair,
} from "../../kernel/index.js";
import { at, event } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import type { Evaluation } from "../interpret/host.js";
import { expectPage, forgetStruct } from "../interpret/possession.js";
import { reachPage } from "../interpret/publication.js";
import { sited } from "../interpret/sited.js";
import { FrameNumber, Pointer, UNDEFINED, type Value, wholly } from "../interpret/values.js";
import { intType } from "../ir/types.js";
import { FAILED_SEAMCALL } from "./boot-status.js";
import { ASKED_FOR_DYNAMIC_PAMT } from "./facts.js";

/** Registers in the order of `struct tdx_module_args`, 8 bytes each. */
const ORDER = [
  Register.Rcx,
  Register.Rdx,
  Register.R8,
  Register.R9,
  Register.R10,
  Register.R11,
  Register.R12,
  Register.R13,
  Register.R14,
  Register.R15,
  Register.Rbx,
  Register.Rdi,
  Register.Rsi,
];
const RDX = 1;
/** `how`, see intrinsics.h, and the registers that come back. */
const OUTPUTS = [0, 6, ORDER.length];
/** What `seamcall` returns when the module has shut down: TDX_SEAMCALL_VMFAILINVALID. */
const VMFAILINVALID = 0x8000_ff00_ffff_0000n;
const LEAF_MASK = 0xffffn;
const U64 = intType(64);

function register(args: Value, index: number): Value {
  return args instanceof Pointer ? new Pointer(args.object, args.offset + 8 * index) : args;
}

function* inputs(activation: Activation, args: Value, site: number): Evaluation<Value[]> {
  const values: Value[] = [];
  for (let index = 0; index < ORDER.length; index++) {
    values.push(wholly(yield* activation.load(register(args, index), U64, "once", site)));
  }
  return values;
}

/** The page at a physical address in a register; the address of an unset register is told as R7. */
function* pageIn(activation: Activation, value: Value, site: number): Evaluation<Page> {
  if (value === UNDEFINED) {
    yield at(event(KernelEvent.PageMisused, PageMisuse.Uninitialised, activation.originOf(value)), site);
    return activation.fail(site, "an address that was never set is given to the TDX module");
  }
  if (value instanceof FrameNumber && value.shift === 12 && value.add === 0n) return value.page;
  if (value instanceof Pointer) {
    return yield* activation.misuse(MemoryMisuse.NoAddress, site, "a virtual address is given to the TDX module");
  }
  const page = activation.numbered(Number(yield* activation.number(value, site)) / PAGE_SIZE);
  yield* reachPage(activation, page, site);
  return page;
}

function* outputs(
  activation: Activation,
  args: Value,
  registers: Registers,
  count: number,
  site: number,
): Evaluation<void> {
  for (let index = 0; index < count; index++) {
    const value = registers.get(ORDER[index] as Register);
    yield* activation.storeScalar(register(args, index), 8, value, "once", site);
  }
}

/** PAMT.ADD: what the pages of the pair are to the kernel changes with it. @returns the `Status` */
function* add(
  activation: Activation,
  registers: Registers,
  values: readonly Value[],
  site: number,
): Evaluation<number> {
  const pair: Page[] = [];
  for (let index = 0; index < pairPages(activation); index++) {
    pair.push(yield* pageIn(activation, values[RDX + index] as Value, site));
  }
  for (const page of pair) yield* expectPage(activation, page, site);
  const status = yield* sited(givePair(activation.kernel, registers, pair), site);
  for (const [index, page] of pair.entries()) activation.pages.place(page, physToPfn(registers.page(index)));
  if (status !== TDX_SUCCESS) return status;
  for (const page of pair) {
    activation.pages.give(page);
    if (page < 0) yield* forgetStruct(activation, page, site);
  }
  return status;
}

/** PAMT.REMOVE: on success the pages of the pair are the CPU's. @returns the `Status` */
function* remove({ kernel, pages }: Activation, registers: Registers, pair: Page[], site: number): Evaluation<number> {
  const status = yield* sited(takePair(kernel, registers, pair), site);
  if (status === TDX_SUCCESS) for (const page of pair) pages.take(page);
  return status;
}

/** Makes the call. @returns the `Status` */
function* made(
  activation: Activation,
  leaf: number,
  registers: Registers,
  values: readonly Value[],
  site: number,
): Evaluation<number> {
  if (leaf === Leaf.PhymemPamtAdd) return yield* add(activation, registers, values, site);
  if (leaf === Leaf.PhymemPamtRemove) {
    return yield* remove(activation, registers, new Array<Page>(pairPages(activation)).fill(NULL_PAGE), site);
  }
  // C may name any number: the module refuses those that it does not have.
  return yield* sited(seamcall(activation.kernel, leaf as Leaf, registers), site);
}

/** `seamcall(fn, args)` and its variants. */
export const seamcallIntrinsic: Intrinsic = function* (activation, [fn = 0n, args = 0n, how = 0], site) {
  const leaf = Number((yield* activation.number(fn, site)) & LEAF_MASK);
  const values = yield* inputs(activation, args, site);
  const registers = new Registers();
  const isPamt = leaf === Leaf.PhymemPamtAdd || leaf === Leaf.PhymemPamtRemove;
  const needed = isPamt ? 1 : ORDER.length;
  for (let index = 0; index < needed; index++) {
    const value = values[index] as Value;
    // Only operands of the leaf matter; which those are is known for the Dynamic PAMT calls.
    if (value === UNDEFINED && !isPamt) continue;
    registers.put(ORDER[index] as Register, yield* activation.number(value, site));
  }
  if (leaf === Leaf.SysRd && isFeatures(registers)) activation.host.facts.add(ASKED_FOR_DYNAMIC_PAMT);
  const status = activation.host.fails() ? failed(registers) : yield* made(activation, leaf, registers, values, site);
  const count = OUTPUTS[Number(yield* activation.number(how, site))] ?? 0;
  yield* outputs(activation, args, registers, count, site);
  return status === FATAL ? VMFAILINVALID : encodeStatus(status);
};

/** Class code and field code of TDX_FEATURES0 in RDX, the operand of SYS.RD. */
const FIELD_MASK = (0x3fn << 56n) | 0xffffffn;
const FEATURES = 0x0a00000000000008n;

function isFeatures(registers: Registers): boolean {
  return (registers.rdx & FIELD_MASK) === FEATURES;
}

/** A call that fails at boot by nobody's fault; SYS.RD gives no value. */
function failed(registers: Registers): number {
  registers.put(Register.R8, 0n);
  return FAILED_SEAMCALL;
}

function pairPages({ kernel }: Activation): number {
  return (kernel.systemInfo.pamt4kEntrySize * PTRS_PER_PMD) / PAGE_SIZE;
}
