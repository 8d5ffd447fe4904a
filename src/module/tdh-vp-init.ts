/**
 * TDH.VP.INIT: initialises a vCPU, which then belongs to the calling processor.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.VP.INIT.
 */
import {
  FATAL,
  Operand,
  Register,
  type Registers,
  TDX_SUCCESS,
  TDX_TDCX_NUM_INCORRECT,
  TDX_VCPU_STATE_INCORRECT,
} from "../abi/index.js";
import { on, type Program, read, write } from "../machine/index.js";
import { type Held, leave } from "./held.js";
import type { ModuleState } from "./module-state.js";
import { openVcpu } from "./open-vcpu.js";
import { refusal } from "./system.js";
import { TD } from "./td.js";
import { checkTd, OP_INITIALIZED } from "./td-operand.js";
import { TDVPS_PAGES_BASE, TDVPS_PAGES_PER_L2, VCPU, VcpuState } from "./vcpu.js";
import { ADD } from "./words.js";

/** RCX TDVPR. */
export function* tdhVpInit(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const version = (registers.low(Register.Rax) >>> 16) & 0xff;
  const held: Held = [];
  const open = yield* openVcpu(
    module,
    held,
    system,
    registers.low(Register.Rcx),
    registers.high(Register.Rcx),
    Operand.Rcx,
    true,
    version > 0,
  );
  if (open.status === FATAL) return FATAL;
  if (open.status !== TDX_SUCCESS) return yield* leave(module, held, open.status);
  const { tdvpr, tdr } = open;
  const status = yield* checkTd(module, held, tdr, version === 0, OP_INITIALIZED);
  if (status !== TDX_SUCCESS) return yield* leave(module, held, status);
  const vcpu = module.vcpus.record(tdvpr);
  const td = module.tds.record(tdr);
  if ((yield read(vcpu + VCPU.STATE)) !== VcpuState.Uninitialized) {
    return yield* leave(module, held, TDX_VCPU_STATE_INCORRECT);
  }
  const needed = TDVPS_PAGES_BASE + TDVPS_PAGES_PER_L2 * (yield read(td + TD.NUM_L2));
  if ((yield read(vcpu + VCPU.PAGES)) < needed) return yield* leave(module, held, TDX_TDCX_NUM_INCORRECT);
  yield on(ADD, td + TD.NUM_VCPUS, 1);
  yield on(ADD, td + TD.ASSOCIATED, 1);
  yield write(vcpu + VCPU.ASSOCIATED, 1);
  yield write(vcpu + VCPU.STATE, VcpuState.Ready);
  return yield* leave(module, held, TDX_SUCCESS);
}
