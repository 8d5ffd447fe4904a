/**
 * TDH.VP.CREATE: makes a page the root (TDVPR) of a new vCPU.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.VP.CREATE.
 */
import { FATAL, PageType, Register, type Registers, TDX_SUCCESS } from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { VCPU, VcpuState } from "../state/vcpu.js";
import { type Held, leave } from "../steps/held.js";
import { failed, freePageOperand, statusOf } from "../steps/operands.js";
import { setEntry } from "../steps/pages.js";
import { OP_INITIALIZED, openTd } from "../steps/td-operand.js";

/** RCX free page, RDX TDR. */
export function* tdhVpCreate(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const tdr = yield* openTd(module, held, system, registers, Register.Rdx, false, OP_INITIALIZED);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const tdvpr = yield* freePageOperand(module, held, system, registers, Register.Rcx);
  if (failed(tdvpr)) return yield* leave(module, held, statusOf(tdvpr));
  const vcpu = module.vcpus.record(tdvpr);
  yield write(vcpu + VCPU.STATE, VcpuState.Uninitialized);
  yield write(vcpu + VCPU.PAGES, 1);
  yield write(vcpu + VCPU.TDR, tdr);
  yield write(vcpu + VCPU.ASSOCIATED, 0);
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, 1);
  if ((yield* setEntry(module, tdvpr, 0, PageType.Tdvpr, module.pamt.pfnOf(tdr))) === FATAL) return FATAL;
  return yield* leave(module, held, TDX_SUCCESS);
}
