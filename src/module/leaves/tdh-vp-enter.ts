/**
 * TDH.VP.ENTER: runs a vCPU. Only its locks and epochs are modelled; the guest does nothing and exits.
 *
 * TDVPR and TDR stay locked, shared, from entry to exit: for the whole time that the guest runs.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.VP.ENTER.
 */
import {
  FATAL,
  Operand,
  Register,
  type Registers,
  TDX_SUCCESS,
  TDX_TDCX_NUM_INCORRECT,
  TDX_VCPU_STATE_INCORRECT,
} from "../../abi/index.js";
import { event, on, type Program, read, wordOperation, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import { ModuleEvent } from "../state/events.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { VCPU, VcpuState } from "../state/vcpu.js";
import { type Held, leave } from "../steps/held.js";
import { hasAllPages, openVcpu } from "../steps/open-vcpu.js";
import { checkTd, FLAG_BITS, OP_RUNNABLE } from "../steps/td-operand.js";
import { runningIn } from "../steps/tracking.js";

/** From ready to active; otherwise nothing changes. The result is the state before. */
const ENTER_GUEST = wordOperation({
  name: "enter guest",
  next: (word) => (word === VcpuState.Ready ? VcpuState.Active : word),
  result: (word) => word,
});

/** RCX TDVPR; flags in bits 11:0 are ignored. */
export function* tdhVpEnter(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const low = registers.low(Register.Rcx) & ~FLAG_BITS;
  const open = yield* openVcpu(module, held, system, low, registers.high(Register.Rcx), Operand.Rcx, false, false);
  if (open.status === FATAL) return FATAL;
  if (open.status !== TDX_SUCCESS) return yield* leave(module, held, open.status);
  const td = module.tds.record(open.tdr);
  const vcpu = module.vcpus.record(open.tdvpr);
  const locks = held.length;
  const status = yield* checkTd(module, held, open.tdr, true, OP_RUNNABLE);
  if (status !== TDX_SUCCESS) return yield* leave(module, held, status);
  if (!(yield* hasAllPages(vcpu, td))) return yield* leave(module, held, TDX_TDCX_NUM_INCORRECT);
  const state = yield on(ENTER_GUEST, vcpu + VCPU.STATE);
  if (state !== VcpuState.Ready) return yield* leave(module, held, TDX_VCPU_STATE_INCORRECT | state);
  if ((yield read(vcpu + VCPU.ASSOCIATED)) === 0) {
    yield write(vcpu + VCPU.ASSOCIATED, 1);
    yield on(ADD, td + TD.ASSOCIATED, 1);
  }
  const running = runningIn(td, yield read(td + TD.EPOCH));
  yield on(ADD, running, 1);
  if ((yield* leave(module, held.splice(locks), TDX_SUCCESS)) === FATAL) return FATAL;
  yield event(ModuleEvent.GuestEntered, module.pamt.pfnOf(open.tdvpr));
  yield event(ModuleEvent.GuestExited, module.pamt.pfnOf(open.tdvpr));
  yield on(ADD, running, -1);
  yield write(vcpu + VCPU.STATE, VcpuState.Ready);
  return yield* leave(module, held, TDX_SUCCESS);
}
