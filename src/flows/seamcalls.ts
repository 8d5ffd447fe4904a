/**
 * SEAMCALLs as flows make them. Each announces its purpose, so that the checks know what its failure means. A BUSY is
 * tried again where KVM does so.
 */
import { isBusy, type Leaf, Register, Registers, type Status, TDX_SUCCESS } from "../abi/index.js";
import { FlowPath, failsByChance, type Kernel, KernelEvent, makeSeamcall } from "../kernel/index.js";
import { event, type Program } from "../machine/index.js";

/** Operands by register; those not given are 0. */
export interface Operands {
  readonly rcx?: number;
  readonly rdx?: number;
  readonly r8?: number;
  readonly r9?: number;
  readonly r12?: number;
  readonly r13?: number;
}

/** A register file with these operands. */
export function operands({ rcx = 0, rdx = 0, r8 = 0, r9 = 0, r12 = 0, r13 = 0 }: Operands): Registers {
  const args = new Registers();
  args.set(Register.Rcx, rcx);
  args.set(Register.Rdx, rdx);
  args.set(Register.R8, r8);
  args.set(Register.R9, r9);
  args.set(Register.R12, r12);
  args.set(Register.R13, r13);
  return args;
}

/**
 * Makes a SEAMCALL once. `args` are replaced by its outputs. Of one that fails by nobody's fault the checks are not told
 * what it was for: they would blame the flow.
 *
 * @returns the `Status`
 */
export function* flowCall(kernel: Kernel, path: FlowPath, leaf: Leaf, args: Registers): Program<Status> {
  const failed = yield* failsByChance(kernel, leaf, args);
  if (failed !== TDX_SUCCESS) return failed;
  const status = yield* makeSeamcall(kernel, leaf, args);
  yield event(KernelEvent.FlowReturned, path, status);
  return status;
}

/**
 * Makes a SEAMCALL that gives something up: it must not fail. Where it does by nobody's fault, KVM gives up and leaves
 * the page to the module for good, with its reference.
 *
 * @returns the `Status`
 */
export function freeingCall(kernel: Kernel, leaf: Leaf, given: Operands): Program<Status> {
  return flowCall(kernel, FlowPath.Freeing, leaf, operands(given));
}

/**
 * Makes a SEAMCALL once more if it is BUSY, as KVM does after it has kicked all vCPUs of the TD. BUSY a second
 * time is a bug to KVM: it ends the TD.
 *
 * @param attempt makes the call of `leaf`, with what belongs to it
 * @returns the `Status`
 */
export function* onceMore(leaf: Leaf, attempt: () => Program<Status>): Program<Status> {
  const status = yield* attempt();
  if (!isBusy(status)) return status;
  yield event(KernelEvent.Yield, leaf);
  const again = yield* attempt();
  if (isBusy(again)) yield event(KernelEvent.GaveUp, leaf);
  return again;
}

/** Makes a SEAMCALL that takes something into use, once more if it is BUSY. @returns the `Status` */
export function takingCall(kernel: Kernel, leaf: Leaf, given: Operands): Program<Status> {
  return onceMore(leaf, () => flowCall(kernel, FlowPath.Taking, leaf, operands(given)));
}

/**
 * Ends a flow: tells what it leaves behind, so that the checker can see whether it has left more or less.
 *
 * @param references references on regions that it has gained, negative when it has given some up
 * @param pages pages of the kernel's that it has put into use, negative when it has given some up
 */
export function* flowEnds(references: number, pages: number): Program {
  yield event(KernelEvent.FlowEnded, references, pages);
  return 0;
}
