/**
 * TDH.MNG.CREATE: makes a page the root (TDR) of a new TD and gives the TD a key id.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MNG.CREATE.
 */
import {
  FATAL,
  Operand,
  PageType,
  Register,
  type Registers,
  TDX_HKID_NOT_FREE,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { fill, type Program, read, WRITE, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { KeyState, refusal } from "../state/system.js";
import { Lifecycle, TD, TD_WORDS } from "../state/td.js";
import { acquire, type Held, leave } from "../steps/held.js";
import { failed, freePageOperand, statusOf } from "../steps/operands.js";
import { setEntry } from "../steps/pages.js";

/** RCX free page, RDX HKID. */
export function* tdhMngCreate(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const hkid = registers.low(Register.Rdx);
  const { privateHkidMin, privateHkidMax } = module.platform;
  if (registers.high(Register.Rdx) !== 0 || hkid < privateHkidMin || hkid > privateHkidMax) {
    return TDX_OPERAND_INVALID | Operand.Rdx;
  }
  const held: Held = [];
  const tdr = yield* freePageOperand(module, held, system, registers, Register.Rcx);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  if ((yield* acquire(held, module.kotLock, true)) !== 0) {
    return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Kot);
  }
  if ((yield read(module.key(hkid))) !== KeyState.Free) return yield* leave(module, held, TDX_HKID_NOT_FREE);

  const td = module.tds.record(tdr);
  yield fill(WRITE, td, TD_WORDS, 0);
  yield write(td + TD.LIFECYCLE, Lifecycle.HkidAssigned);
  yield write(td + TD.HKID, hkid);
  yield write(module.key(hkid), KeyState.Assigned);
  if ((yield* setEntry(module, tdr, 0, PageType.Tdr, 0)) === FATAL) return FATAL;
  return yield* leave(module, held, TDX_SUCCESS);
}
