/**
 * TDH.MNG.INIT: initialises a TD from its parameters.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MNG.INIT, TD_PARAMS.
 */
import { Operand, Register, type Registers, TDX_OPERAND_INVALID, TDX_SUCCESS } from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { clearTable } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { OpState, TD } from "../state/td.js";
import { checkTdParams, readTdParams, TD_PARAMS_BYTES } from "../state/td-params.js";
import { type Held, leave } from "../steps/held.js";
import { failed, statusOf } from "../steps/operands.js";
import { OP_UNINITIALIZED, openTdAt } from "../steps/td-operand.js";

/** RCX TDR, RDX TD_PARAMS. Output: RCX 0. */
export function* tdhMngInit(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const low = registers.low(Register.Rcx);
  const high = registers.high(Register.Rcx);
  registers.setHalves(Register.Rcx, 0, 0);
  const held: Held = [];
  const tdr = yield* openTdAt(module, held, system, low, high, Operand.Rcx, true, OP_UNINITIALIZED);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const hpa = registers.rdx;
  if (hpa % TD_PARAMS_BYTES !== 0n || !module.rules.isShared(hpa)) {
    return yield* leave(module, held, TDX_OPERAND_INVALID | Operand.Rdx);
  }
  const td = module.tds.record(tdr);
  const pages = yield read(td + TD.NUM_TDCX);
  const status = checkTdParams(module.memory, hpa, pages, module.platform.maxPa);
  if (status !== TDX_SUCCESS) return yield* leave(module, held, status);
  const params = readTdParams(module.memory, hpa);
  for (let vm = 0; vm <= params.numL2; vm++) yield* clearTable(module.sept.root(tdr, vm));
  yield write(td + TD.TOP_LEVEL, params.topLevel);
  yield write(td + TD.GPAW, params.gpaw ? 1 : 0);
  yield write(td + TD.MAX_VCPUS, params.maxVcpus);
  yield write(td + TD.NUM_L2, params.numL2);
  yield write(td + TD.EPOCH, 1);
  yield write(td + TD.OP_STATE, OpState.Initialized);
  return yield* leave(module, held, TDX_SUCCESS);
}
