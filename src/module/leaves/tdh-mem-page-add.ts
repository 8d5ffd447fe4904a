/**
 * TDH.MEM.PAGE.ADD: copies a page of the host into the private memory of a TD that is being built.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.PAGE.ADD.
 */
import {
  FATAL,
  Operand,
  PAGE_SIZE,
  PageType,
  Register,
  type Registers,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { entryPage, SeptState } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { type Held, leave } from "../steps/held.js";
import { failed, freePageOperand, statusOf } from "../steps/operands.js";
import { setEntry } from "../steps/pages.js";
import { OP_INITIALIZED, openEntry, openTdAt, report, TreeLock, takeGuestOperand } from "../steps/td-operand.js";

/** RCX guest address, RDX TDR, R8 free page, R9 page to copy. Outputs: RCX and RDX 0, or the entry in the way. */
export function* tdhMemPageAdd(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const operand = takeGuestOperand(registers);
  const held: Held = [];
  const { tdrLow, tdrHigh } = operand;
  const tdr = yield* openTdAt(module, held, system, tdrLow, tdrHigh, Operand.Rdx, true, OP_INITIALIZED);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const entry = yield* openEntry(module, held, registers, tdr, operand, 0, 0, TreeLock.None);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  if ((yield read(entry)) !== SeptState.Free) {
    yield* report(module, registers, entry, operand.level);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  const source = registers.get(Register.R9);
  if (source % BigInt(PAGE_SIZE) !== 0n || !module.rules.isShared(source)) {
    return yield* leave(module, held, TDX_OPERAND_INVALID | Operand.R9);
  }
  const page = yield* freePageOperand(module, held, system, registers, Register.R8);
  if (failed(page)) return yield* leave(module, held, statusOf(page));
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, 1);
  if ((yield* setEntry(module, page, 0, PageType.Reg, module.pamt.pfnOf(tdr))) === FATAL) return FATAL;
  yield write(entryPage(entry), page);
  yield write(entry, SeptState.Mapped);
  return yield* leave(module, held, TDX_SUCCESS);
}
