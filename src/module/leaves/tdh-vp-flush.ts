/**
 * TDH.VP.FLUSH: writes back what a processor has cached of a vCPU, which then belongs to none.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.VP.FLUSH.
 */
import {
  FATAL,
  Operand,
  Register,
  type Registers,
  TDX_SUCCESS,
  TDX_TD_KEYS_NOT_CONFIGURED,
  TDX_TDCX_NUM_INCORRECT,
  TDX_VCPU_NOT_ASSOCIATED,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { Lifecycle, TD } from "../state/td.js";
import { VCPU } from "../state/vcpu.js";
import { type Held, leave } from "../steps/held.js";
import { hasAllPages, openVcpu } from "../steps/open-vcpu.js";

/** RCX TDVPR. */
export function* tdhVpFlush(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const open = yield* openVcpu(
    module,
    held,
    system,
    registers.low(Register.Rcx),
    registers.high(Register.Rcx),
    Operand.Rcx,
    true,
    false,
  );
  if (open.status === FATAL) return FATAL;
  if (open.status !== TDX_SUCCESS) return yield* leave(module, held, open.status);
  const td = module.tds.record(open.tdr);
  if ((yield read(td + TD.LIFECYCLE)) !== Lifecycle.KeysConfigured) {
    return yield* leave(module, held, TDX_TD_KEYS_NOT_CONFIGURED);
  }
  const vcpu = module.vcpus.record(open.tdvpr);
  if (!(yield* hasAllPages(vcpu, td))) return yield* leave(module, held, TDX_TDCX_NUM_INCORRECT);
  if ((yield read(vcpu + VCPU.ASSOCIATED)) === 0) return yield* leave(module, held, TDX_VCPU_NOT_ASSOCIATED);
  yield write(vcpu + VCPU.ASSOCIATED, 0);
  yield on(ADD, td + TD.ASSOCIATED, -1);
  return yield* leave(module, held, TDX_SUCCESS);
}
