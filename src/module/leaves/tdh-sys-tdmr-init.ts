/**
 * TDH.SYS.TDMR.INIT: initialises the PAMT entries of the next part of a TDMR.
 *
 * Entries that were never written read as initialised, so a step only counts.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.SYS.TDMR.INIT.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
  TDX_TDMR_ALREADY_INITIALIZED,
} from "../../abi/index.js";
import { ADD_RETURN, on, type Program, read, write } from "../../machine/index.js";
import { SET_BITS } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal, SYSTEM_COMPLETE } from "../state/system.js";
import { acquire, type Held, leave } from "../steps/held.js";

const GIB = 2 ** 30;

/** RCX base of the TDMR. Output: RDX next address, rounded down to a GiB; 0 on an error. */
export function* tdhSysTdmrInit(module: ModuleState, registers: Registers): Program {
  const refused = refusal(yield read(module.system));
  if (refused !== TDX_SUCCESS) return refused;
  registers.setHalves(Register.Rdx, 0, 0);
  const { tdmrs } = module.pamt;
  const low = registers.low(Register.Rcx);
  const high = registers.high(Register.Rcx);
  const first = high * 4 + (low >>> 30);
  const aligned = (low & 0x3fffffff) === 0 && (high & module.rules.invalidHigh) === 0;
  const index = aligned ? tdmrs.findIndex((tdmr) => tdmr.firstGib === first) : -1;
  if (index < 0) return TDX_OPERAND_INVALID | Operand.Rcx;

  const held: Held = [];
  if ((yield* acquire(held, module.tdmrLock(index), true)) !== 0) return TDX_OPERAND_BUSY | Operand.Rcx;
  const gibs = tdmrs[index].gibs;
  const done = yield read(module.tdmrProgress(index));
  const all = gibs * module.stepsPerGib;
  if (done === all) return yield* leave(module, held, TDX_TDMR_ALREADY_INITIALIZED);
  yield write(module.tdmrProgress(index), done + 1);
  if (done + 1 === all && (yield on(ADD_RETURN, module.tdmrsPending, -1)) === 0) {
    yield on(SET_BITS, module.system, SYSTEM_COMPLETE);
  }
  registers.set(Register.Rdx, (first + Math.floor((done + 1) / module.stepsPerGib)) * GIB);
  return yield* leave(module, held, TDX_SUCCESS);
}
