/**
 * TDH.MR.EXTEND: adds 256 bytes of a page to the measurement of a TD. The model keeps no measurement.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MR.EXTEND.
 */
import {
  Operand,
  type Registers,
  TDX_EPT_ENTRY_NOT_PRESENT,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { type Program, read } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { entryOf, entryPage, indexAt, SeptState } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { type Held, leave } from "../steps/held.js";
import { failed, statusOf } from "../steps/operands.js";
import { reportEntry } from "../steps/sept-walk.js";
import { gpnLimit, OP_INITIALIZED, openTdAt, takeGuestOperand } from "../steps/td-operand.js";

const CHUNK_MASK = 0xff;

/** RCX guest address, a multiple of 256, RDX TDR. Outputs: RCX and RDX as of a Secure EPT call. */
export function* tdhMrExtend(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const operand = takeGuestOperand(registers);
  const held: Held = [];
  const { tdrLow, tdrHigh } = operand;
  const tdr = yield* openTdAt(module, held, system, tdrLow, tdrHigh, Operand.Rdx, true, OP_INITIALIZED);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const top = yield read(module.tds.record(tdr) + TD.TOP_LEVEL);
  if ((operand.low & CHUNK_MASK) !== 0 || operand.gpn >= (yield* gpnLimit(module, tdr, top))) {
    return yield* leave(module, held, TDX_OPERAND_INVALID | Operand.Rcx);
  }
  // Down to the page, of whatever size: the whole Secure EPT is locked by way of the TDR.
  let table = module.sept.root(tdr, 0);
  for (let at = top; ; at--) {
    const entry = entryOf(table, indexAt(operand.gpn, at));
    const state = yield read(entry);
    const page = yield read(entryPage(entry));
    if (state === SeptState.Mapped) return yield* leave(module, held, TDX_SUCCESS);
    if (state !== SeptState.TableMapped) {
      reportEntry(module, registers, state, page, at);
      return yield* leave(module, held, TDX_EPT_ENTRY_NOT_PRESENT | Operand.Rcx);
    }
    table = module.sept.table(page);
  }
}
