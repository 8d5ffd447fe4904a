/**
 * TDH.PHYMEM.PAGE.RDMD: reads the PAMT entry of a page.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.PAGE.RDMD.
 */
import {
  Operand,
  PageType,
  Register,
  type Registers,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../abi/index.js";
import { type Program, read } from "../machine/index.js";
import { type Held, leave } from "./held.js";
import type { ModuleState } from "./module-state.js";
import { alignmentMask, usableFrame } from "./operands.js";
import { ownerOf, pairPage, TAIL_HIGH } from "./pamt.js";
import { refusal, SYSTEM_COMPLETE } from "./system.js";
import { levelReached, typeReached, WALK_BUSY, walk } from "./walk.js";

const LEVEL_MASK = 7;
const RESERVED_MASK = 0xff8;
/** Bit 63 of RCX: the entry is no leaf. */
const NODE_HIGH = 0x80000000;

/**
 * RCX page and level. Outputs: RCX type, RDX owner, R8 level of the entry, R9 BEPOCH, R10 and R11
 * the pages of a pair. All are 0 on an error.
 */
export function* tdhPhymemPageRdmd(module: ModuleState, registers: Registers): Program {
  const low = registers.low(Register.Rcx);
  const high = registers.high(Register.Rcx);
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  registers.setHalves(Register.Rcx, 0, 0);
  registers.setHalves(Register.Rdx, 0, 0);
  registers.setHalves(Register.R8, 0, 0);
  registers.setHalves(Register.R9, 0, 0);
  registers.setHalves(Register.R10, 0, 0);
  registers.setHalves(Register.R11, 0, 0);

  const pamt = module.pamt;
  const level = low & LEVEL_MASK;
  if (level > (pamt.dynamic ? 2 : 0) || (low & RESERVED_MASK) !== 0) return TDX_OPERAND_INVALID | Operand.Rcx;
  if (((low - level) & alignmentMask(level)) !== 0 || (high & module.rules.invalidHigh) !== 0) {
    return TDX_OPERAND_INVALID | Operand.Rcx;
  }
  const complete = (system & SYSTEM_COMPLETE) !== 0;
  const frame = complete ? pamt.frameAt(low, high) : yield* usableFrame(module, system, low, high);
  if (frame < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rcx;

  const held: Held = [];
  const walked = yield* walk(module, held, frame, false, level);
  if (walked === WALK_BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  const reached = levelReached(walked);
  const type = typeReached(walked);
  const head = yield read(pamt.headAt(frame, reached));
  const upper = yield read(pamt.highAt(frame, reached));
  if (type === PageType.Pamt) {
    registers.setHalves(Register.Rcx, NODE_HIGH, type);
    registers.set(Register.R8, reached);
    registers.set(Register.R10, pairPage(head, upper) * 4096);
    const tail = yield read(pamt.tailAt(frame, reached));
    const tailHigh = yield read(pamt.entry2m(frame) + TAIL_HIGH);
    registers.set(Register.R11, pairPage(tail, tailHigh) * 4096);
    return yield* leave(module, held, TDX_SUCCESS);
  }
  if (type === PageType.Nda && level === 0 && pamt.dynamic && reached < 2) {
    if (((yield read(pamt.bit(frame))) | pamt.initialBit(frame)) !== 0) {
      registers.set(Register.Rcx, PageType.Pamt);
      return yield* leave(module, held, TDX_SUCCESS);
    }
  }
  registers.set(Register.Rcx, type);
  registers.set(Register.Rdx, ownerOf(head, upper) * 4096);
  registers.set(Register.R8, reached);
  if (type === PageType.Reg || type === PageType.Ept) {
    registers.set(Register.R9, (yield read(pamt.tailAt(frame, reached))) >>> 0);
  }
  return yield* leave(module, held, TDX_SUCCESS);
}
