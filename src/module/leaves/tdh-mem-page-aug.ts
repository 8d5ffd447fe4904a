/**
 * TDH.MEM.PAGE.AUG: adds a page to a TD, which must accept it before use.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.PAGE.AUG.
 */
import {
  FATAL,
  Operand,
  PageType,
  Register,
  type Registers,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { entryPage, PAGES_OF_LEVEL, SeptState } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { type Held, leave } from "../steps/held.js";
import { failed, pageOperand, statusOf } from "../steps/operands.js";
import { setEntry } from "../steps/pages.js";
import {
  OP_INITIALIZED,
  OP_RUNNABLE,
  openEntry,
  openTdAt,
  report,
  TreeLock,
  takeGuestOperand,
} from "../steps/td-operand.js";

/** RCX guest address and level 0 or 1, RDX TDR, R8 free page. Outputs: RCX and RDX 0, or the entry in the way. */
export function* tdhMemPageAug(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const operand = takeGuestOperand(registers);
  const held: Held = [];
  const { tdrLow, tdrHigh } = operand;
  const tdr = yield* openTdAt(module, held, system, tdrLow, tdrHigh, Operand.Rdx, false, OP_INITIALIZED | OP_RUNNABLE);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const entry = yield* openEntry(module, held, registers, tdr, operand, 0, 1, TreeLock.Shared);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  const { level } = operand;
  const state: SeptState = yield read(entry);
  if (state !== SeptState.Free && state !== SeptState.Removed) {
    yield* report(module, registers, entry, operand.level);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  const low = registers.low(Register.R8);
  const high = registers.high(Register.R8);
  const page = yield* pageOperand(module, held, system, low, high, Operand.R8, PageType.Nda, true, level);
  if (failed(page)) return yield* leave(module, held, statusOf(page));
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, PAGES_OF_LEVEL[level]);
  if ((yield* setEntry(module, page, level, PageType.Reg, module.pamt.pfnOf(tdr))) === FATAL) return FATAL;
  yield write(entryPage(entry), page);
  yield write(entry, SeptState.Pending);
  return yield* leave(module, held, TDX_SUCCESS);
}
