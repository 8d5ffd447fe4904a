/**
 * TDH.VP.ADDCX: gives a vCPU one more page.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.VP.ADDCX.
 */
import {
  FATAL,
  Operand,
  PageType,
  Register,
  type Registers,
  TDX_SUCCESS,
  TDX_TDCX_NUM_INCORRECT,
  TDX_VCPU_STATE_INCORRECT,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { TDVPS_PAGES_MAX, VCPU, VcpuState } from "../state/vcpu.js";
import { type Held, leave } from "../steps/held.js";
import { openVcpu } from "../steps/open-vcpu.js";
import { failed, freePageOperand, statusOf } from "../steps/operands.js";
import { setEntry } from "../steps/pages.js";
import { checkTd, OP_INITIALIZED } from "../steps/td-operand.js";

/** RCX free page, RDX TDVPR. */
export function* tdhVpAddcx(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const open = yield* openVcpu(
    module,
    held,
    system,
    registers.low(Register.Rdx),
    registers.high(Register.Rdx),
    Operand.Rdx,
    true,
    false,
  );
  if (open.status === FATAL) return FATAL;
  if (open.status !== TDX_SUCCESS) return yield* leave(module, held, open.status);
  const { tdvpr, tdr } = open;
  const status = yield* checkTd(module, held, tdr, true, OP_INITIALIZED);
  if (status !== TDX_SUCCESS) return yield* leave(module, held, status);
  const vcpu = module.vcpus.record(tdvpr);
  const state = yield read(vcpu + VCPU.STATE);
  if (state !== VcpuState.Uninitialized) return yield* leave(module, held, TDX_VCPU_STATE_INCORRECT | state);
  const pages = yield read(vcpu + VCPU.PAGES);
  if (pages >= TDVPS_PAGES_MAX) return yield* leave(module, held, TDX_TDCX_NUM_INCORRECT);
  const page = yield* freePageOperand(module, held, system, registers, Register.Rcx);
  if (failed(page)) return yield* leave(module, held, statusOf(page));
  yield write(vcpu + VCPU.PAGES, pages + 1);
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, 1);
  if ((yield* setEntry(module, page, 0, PageType.Tdcx, module.pamt.pfnOf(tdr))) === FATAL) return FATAL;
  return yield* leave(module, held, TDX_SUCCESS);
}
