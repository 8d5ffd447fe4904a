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
  TDX_MAX_VCPUS_EXCEEDED,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
  TDX_TDCX_NUM_INCORRECT,
  TDX_VCPU_STATE_INCORRECT,
} from "../../abi/index.js";
import { ADD_RETURN, on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { VCPU, VcpuState } from "../state/vcpu.js";
import { type Held, leave } from "../steps/held.js";
import { hasAllPages, openVcpu } from "../steps/open-vcpu.js";
import { checkTd, OP_INITIALIZED } from "../steps/td-operand.js";

const VERSION_MAX = 1;

/** RCX TDVPR, version 1: R8 x2APIC id, of which the model checks only that it is one. */
export function* tdhVpInit(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const version = (registers.low(Register.Rax) >>> 16) & 0xff;
  if (version > VERSION_MAX) return TDX_OPERAND_INVALID | Operand.Rax;
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
  const status = yield* checkTd(module, held, tdr, true, OP_INITIALIZED);
  if (status !== TDX_SUCCESS) return yield* leave(module, held, status);
  const vcpu = module.vcpus.record(tdvpr);
  const td = module.tds.record(tdr);
  if (!(yield* hasAllPages(vcpu, td))) return yield* leave(module, held, TDX_TDCX_NUM_INCORRECT);
  const state = yield read(vcpu + VCPU.STATE);
  if (state !== VcpuState.Uninitialized) return yield* leave(module, held, TDX_VCPU_STATE_INCORRECT | state);
  const count = yield on(ADD_RETURN, td + TD.NUM_VCPUS, 1);
  const tooMany = count > (yield read(td + TD.MAX_VCPUS));
  if (tooMany || (version > 0 && registers.high(Register.R8) !== 0)) {
    yield on(ADD, td + TD.NUM_VCPUS, -1);
    return yield* leave(module, held, tooMany ? TDX_MAX_VCPUS_EXCEEDED : TDX_OPERAND_INVALID | Operand.R8);
  }
  yield on(ADD, td + TD.ASSOCIATED, 1);
  yield write(vcpu + VCPU.ASSOCIATED, 1);
  yield write(vcpu + VCPU.STATE, VcpuState.Ready);
  return yield* leave(module, held, TDX_SUCCESS);
}
