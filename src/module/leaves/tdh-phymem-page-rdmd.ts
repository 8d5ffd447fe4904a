/**
 * TDH.PHYMEM.PAGE.RDMD: reads the PAMT entry of a page.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.PAGE.RDMD.
 */
import {
  Operand,
  PAGE_SIZE,
  PageType,
  Register,
  type Registers,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { on, type Program, read } from "../../machine/index.js";
import { ACQUIRE_SHARED, GOT, RELEASE_SHARED, RELEASED } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { HEAD, HEAD_NODE, LOCK, ownerOf, pairPage, TAIL_HIGH, TYPE_MASK, TYPE_SHIFT } from "../state/pamt.js";
import { refusal, SYSTEM_COMPLETE } from "../state/system.js";
import { leave, releaseFailed, shared } from "../steps/held.js";
import { alignmentMask, usableFrame } from "../steps/operands.js";

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

  // The walk and the releases are written out here: a program that runs others inside takes twice as long.
  const gib = pamt.entry1g(frame);
  const region = pamt.entry2m(frame);
  if ((yield on(ACQUIRE_SHARED, gib + LOCK)) !== GOT) return TDX_OPERAND_BUSY | Operand.Rcx;
  let reached = 2;
  let head = yield read(gib + HEAD);
  if (level < 2 && (head & TYPE_MASK) === 0) {
    if ((yield on(ACQUIRE_SHARED, region + LOCK)) !== GOT) {
      return yield* leave(module, [shared(gib + LOCK)], TDX_OPERAND_BUSY | Operand.Rcx);
    }
    reached = 1;
    head = yield read(region + HEAD);
    const middle = head & TYPE_MASK;
    if (level === 0 && (pamt.dynamic ? middle === HEAD_NODE : middle === 0)) {
      if ((yield on(ACQUIRE_SHARED, pamt.lock4k(frame))) !== GOT) {
        return yield* leave(module, [shared(gib + LOCK), shared(region + LOCK)], TDX_OPERAND_BUSY | Operand.Rcx);
      }
      reached = 0;
      head = (yield read(pamt.head4k(frame))) | pamt.initialHead(frame);
    }
  }
  const type = (head & TYPE_MASK) >>> TYPE_SHIFT;
  const upper = yield read(pamt.highAt(frame, reached));
  let isPamtPage = false;
  if (type === PageType.Pamt) {
    registers.setHalves(Register.Rcx, NODE_HIGH, type);
    registers.set(Register.R8, reached);
    registers.set(Register.R10, pairPage(head, upper) * PAGE_SIZE);
    const tail = yield read(pamt.tailAt(frame, reached));
    const tailHigh = yield read(pamt.entry2m(frame) + TAIL_HIGH);
    registers.set(Register.R11, pairPage(tail, tailHigh) * PAGE_SIZE);
  } else if (type === PageType.Nda && level === 0 && pamt.dynamic && reached < 2) {
    isPamtPage = ((yield read(pamt.bit(frame))) | pamt.initialBit(frame)) !== 0;
  }
  if (isPamtPage) registers.set(Register.Rcx, PageType.Pamt);
  else if (type !== PageType.Pamt) {
    registers.set(Register.Rcx, type);
    registers.set(Register.Rdx, ownerOf(head, upper) * PAGE_SIZE);
    registers.set(Register.R8, reached);
    if (type === PageType.Reg || type === PageType.Ept) {
      registers.set(Register.R9, (yield read(pamt.tailAt(frame, reached))) >>> 0);
    }
  }

  for (let at = reached; at <= 2; at++) {
    const lock = at === 2 ? gib + LOCK : at === 1 ? region + LOCK : pamt.lock4k(frame);
    const released = yield on(RELEASE_SHARED, lock);
    if (released !== RELEASED) {
      const held = [shared(gib + LOCK), shared(region + LOCK), shared(lock)];
      return yield* releaseFailed(module, held, 2 - at, TDX_SUCCESS, released);
    }
  }
  return TDX_SUCCESS;
}
