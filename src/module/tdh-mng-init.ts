/**
 * TDH.MNG.INIT: initialises a TD from its parameters.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MNG.INIT, TD_PARAMS.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
  TDX_TDCX_NUM_INCORRECT,
} from "../abi/index.js";
import { type Program, read, write } from "../machine/index.js";
import { type Held, leave } from "./held.js";
import type { ModuleState } from "./module-state.js";
import { failed, statusOf } from "./operands.js";
import { clearTable } from "./sept.js";
import { refusal } from "./system.js";
import { OpState, TD, TDCS_PAGES_MIN } from "./td.js";
import { OP_UNINITIALIZED, openTd } from "./td-operand.js";

const PARAMS_BYTES = 1024n;
/** MAX_VCPUS in bits 15:0, NUM_L2_VMS in bits 23:16. */
const COUNTS_OFFSET = 0x10n;
/** EPTP_CONTROLS: page-walk length minus 1 in bits 5:3. */
const EPTP_OFFSET = 0x18n;
const L2_MAX = 3;

/** RCX TDR, RDX TD_PARAMS. Output: RCX 0. */
export function* tdhMngInit(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const tdr = yield* openTd(module, held, system, registers, Register.Rcx, true, OP_UNINITIALIZED);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const params = registers.rdx;
  registers.setHalves(Register.Rcx, 0, 0);
  if (params % PARAMS_BYTES !== 0n || !module.rules.isShared(params)) {
    return yield* leave(module, held, TDX_OPERAND_INVALID | Operand.Rdx);
  }
  const l2 = Number((module.memory.read(params + COUNTS_OFFSET) >> 16n) & 0xffn);
  const top = Number((module.memory.read(params + EPTP_OFFSET) >> 3n) & 7n);
  if (l2 > L2_MAX || (top !== 3 && top !== 4)) {
    return yield* leave(module, held, TDX_OPERAND_INVALID | Operand.Rdx);
  }
  const td = module.tds.record(tdr);
  if ((yield read(td + TD.NUM_TDCX)) < TDCS_PAGES_MIN + l2) return yield* leave(module, held, TDX_TDCX_NUM_INCORRECT);
  for (let vm = 0; vm <= l2; vm++) yield* clearTable(module.sept.root(tdr, vm));
  yield write(td + TD.TOP_LEVEL, top);
  yield write(td + TD.NUM_L2, l2);
  yield write(td + TD.EPOCH, 1);
  yield write(td + TD.OP_STATE, OpState.Initialized);
  return yield* leave(module, held, TDX_SUCCESS);
}
