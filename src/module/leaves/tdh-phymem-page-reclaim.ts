/**
 * TDH.PHYMEM.PAGE.RECLAIM: takes a page back from a TD that is being torn down.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.PAGE.RECLAIM.
 */
import {
  FATAL,
  Operand,
  PAGE_SIZE,
  PAGES_PER_REGION,
  PageType,
  Register,
  type Registers,
  TDX_LIFECYCLE_STATE_INCORRECT,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAGE_METADATA_INCORRECT,
  TDX_SUCCESS,
  TDX_TD_ASSOCIATED_PAGES_EXIST,
} from "../../abi/index.js";
import { fill, on, type Program, read, WRITE } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import { BUSY } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { clearTable } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { Lifecycle, TD, TD_WORDS } from "../state/td.js";
import { VCPU_WORDS } from "../state/vcpu.js";
import { type Held, leave } from "../steps/held.js";
import { implicit } from "../steps/implicit.js";
import { alignmentMask, isPageAddress, usableFrame } from "../steps/operands.js";
import { freeEntry, HINT_HIGH, LAST_PAGE, ownerPfn } from "../steps/pages.js";
import { levelReached, typeReached, WALK_BUSY, walk } from "../steps/walk.js";

/** RCX page. Outputs: RCX type, RDX owner, R8 level, R9 hint (bit 62); 0 when the page could not be read. R10 and R11 0. */
export function* tdhPhymemPageReclaim(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const low = registers.low(Register.Rcx);
  const high = registers.high(Register.Rcx);
  const wellFormed = isPageAddress(module, registers, Register.Rcx);
  registers.setHalves(Register.Rcx, 0, 0);
  registers.setHalves(Register.Rdx, 0, 0);
  registers.setHalves(Register.R8, 0, 0);
  registers.setHalves(Register.R9, 0, 0);
  registers.setHalves(Register.R10, 0, 0);
  registers.setHalves(Register.R11, 0, 0);
  if (!wellFormed) return TDX_OPERAND_INVALID | Operand.Rcx;
  const frame = yield* usableFrame(module, system, low, high);
  if (frame < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rcx;

  const held: Held = [];
  const walked = yield* walk(module, held, frame, true, 0);
  if (walked === WALK_BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  const type = typeReached(walked);
  if (type === PageType.Nda || type === PageType.Rsvd || type === PageType.Pamt) {
    return yield* leave(module, held, TDX_PAGE_METADATA_INCORRECT | Operand.Rcx);
  }
  const level = levelReached(walked);
  const owner = yield* ownerPfn(module, frame, level);
  registers.set(Register.Rcx, type);
  registers.set(Register.Rdx, owner * PAGE_SIZE);
  registers.set(Register.R8, level);
  if ((low & alignmentMask(level)) !== 0) return yield* leave(module, held, TDX_OPERAND_INVALID | Operand.Rcx);

  const pamt = module.pamt;
  const tdr = type === PageType.Tdr ? frame : pamt.frameOfPfn(owner);
  if (tdr !== frame) {
    const locked = yield* implicit(module, held, tdr, 0, PageType.Tdr, false);
    if (locked === FATAL) return FATAL;
    if (locked === BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Tdr);
  }
  const td = module.tds.record(tdr);
  if ((yield read(td + TD.LIFECYCLE)) !== Lifecycle.Teardown) {
    return yield* leave(module, held, TDX_LIFECYCLE_STATE_INCORRECT);
  }
  if (type === PageType.Tdr) {
    if ((yield read(td + TD.CHLDCNT)) !== 0) return yield* leave(module, held, TDX_TD_ASSOCIATED_PAGES_EXIST);
  } else {
    yield on(ADD, td + TD.CHLDCNT, -(PAGES_PER_REGION ** level));
  }
  if (!module.keepLeftovers) yield* forget(module, frame, type);
  const freed = yield* freeEntry(module, frame, level);
  if (freed === FATAL) return FATAL;
  if (freed === LAST_PAGE) registers.setHalves(Register.R9, HINT_HIGH, 0);
  return yield* leave(module, held, TDX_SUCCESS);
}

/** Clears the model's record of what was in a page, so that states of a search merge. */
function* forget(module: ModuleState, frame: number, type: PageType): Program {
  if (type === PageType.Tdr) yield fill(WRITE, module.tds.record(frame), TD_WORDS, 0);
  if (type === PageType.Tdvpr) yield fill(WRITE, module.vcpus.record(frame), VCPU_WORDS, 0);
  if (type === PageType.Ept) yield* clearTable(module.sept.table(frame));
  return 0;
}
