/**
 * TDH.PHYMEM.PAMT.ADD: gives a 2 MiB region the two pages that hold its 4 KiB entries.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.PAMT.ADD.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_HPA_RANGE_NOT_FREE,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAGE_NOT_FREE,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { on, type Program, read } from "../../machine/index.js";
import { CLAIM_BIT, CLEAR_BIT } from "../state/bit-operations.js";
import { ACQUIRE_SHARED, GOT, PROMOTE, RELEASE_EXCLUSIVE, RELEASE_SHARED, RELEASED } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { HEAD, HEAD_NODE, LOCK, TYPE_MASK } from "../state/pamt.js";
import { refusal, SYSTEM_COMPLETE } from "../state/system.js";
import { exclusive, type Held, releaseFailed, shared } from "../steps/held.js";
import { isPageAddress, usableFrame } from "../steps/operands.js";
import { installPagePair } from "../steps/page-pair.js";
import { isRegionOperand } from "../steps/region-operand.js";

/** RCX region and level 1, RDX and R8 the two pages. Writes no register. */
export function* tdhPhymemPamtAdd(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const pamt = module.pamt;
  if (!pamt.dynamic) return TDX_OPERAND_INVALID | Operand.Rax;
  if (!isRegionOperand(module, registers)) return TDX_OPERAND_INVALID | Operand.Rcx;
  const complete = (system & SYSTEM_COMPLETE) !== 0;

  const low0 = registers.low(Register.Rdx);
  const high0 = registers.high(Register.Rdx);
  if (!isPageAddress(module, registers, Register.Rdx)) return TDX_OPERAND_INVALID | Operand.Rdx;
  const page0 = complete ? pamt.frameAt(low0, high0) : yield* usableFrame(module, system, low0, high0);
  if (page0 < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rdx;

  const low1 = registers.low(Register.R8);
  const high1 = registers.high(Register.R8);
  if (!isPageAddress(module, registers, Register.R8)) return TDX_OPERAND_INVALID | Operand.R8;
  const page1 = complete ? pamt.frameAt(low1, high1) : yield* usableFrame(module, system, low1, high1);
  if (page1 < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.R8;

  const low = registers.low(Register.Rcx);
  const high = registers.high(Register.Rcx);
  const region = complete ? pamt.frameAt(low, high) : yield* usableFrame(module, system, low, high);
  if (region < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rcx;

  // Walks and releases are written out here: a program that runs others inside takes twice as long.
  const held: Held = [];
  let status = TDX_SUCCESS;
  for (let i = 0; i < 3 && status === TDX_SUCCESS; i++) {
    const frame = i === 0 ? region : i === 1 ? page0 : page1;
    // A page inside the region needs no walk: the region's own entry covers it and is held exclusively.
    if (i > 0 && frame >>> 9 === region >>> 9) continue;
    const operand = i === 0 ? Operand.Rcx : i === 1 ? Operand.Rdx : Operand.R8;
    const inUse = i === 0 ? TDX_HPA_RANGE_NOT_FREE | operand : TDX_PAGE_NOT_FREE | operand;
    const gib = pamt.entry1g(frame);
    if ((yield on(ACQUIRE_SHARED, gib + LOCK)) !== GOT) {
      status = TDX_OPERAND_BUSY | operand;
      break;
    }
    held.push(shared(gib + LOCK));
    if (((yield read(gib + HEAD)) & TYPE_MASK) !== 0) {
      const promoted = i > 0 || (yield on(PROMOTE, gib + LOCK)) === GOT;
      if (promoted && i === 0) held[held.length - 1] = exclusive(gib + LOCK);
      status = promoted ? inUse : TDX_OPERAND_BUSY | operand;
      break;
    }
    const entry = pamt.entry2m(frame);
    if ((yield on(ACQUIRE_SHARED, entry + LOCK)) !== GOT) {
      status = TDX_OPERAND_BUSY | operand;
      break;
    }
    held.push(shared(entry + LOCK));
    const type = (yield read(entry + HEAD)) & TYPE_MASK;
    if (i === 0) {
      if ((yield on(PROMOTE, entry + LOCK)) !== GOT) status = TDX_OPERAND_BUSY | operand;
      else {
        held[held.length - 1] = exclusive(entry + LOCK);
        if (type !== 0) status = inUse;
      }
    } else if (type === HEAD_NODE) {
      const lock = pamt.lock4k(frame);
      if ((yield on(ACQUIRE_SHARED, lock)) !== GOT) status = TDX_OPERAND_BUSY | operand;
      else {
        held.push(shared(lock));
        if (((yield read(pamt.head4k(frame))) & TYPE_MASK) !== 0) status = inUse;
      }
    } else if (type !== 0) status = inUse;
  }
  if (status === TDX_SUCCESS) {
    if ((yield on(CLAIM_BIT, pamt.bit(page0), pamt.initialBit(page0))) !== 0) {
      status = TDX_PAGE_NOT_FREE | Operand.Rdx;
    } else if ((yield on(CLAIM_BIT, pamt.bit(page1), pamt.initialBit(page1))) !== 0) {
      yield on(CLEAR_BIT, pamt.bit(page0));
      status = TDX_PAGE_NOT_FREE | Operand.R8;
    }
  }
  if (status === TDX_SUCCESS) yield* installPagePair(module, region, page0, page1);
  for (let i = held.length - 1; i >= 0; i--) {
    const lock = held[i];
    const released = lock < 0 ? yield on(RELEASE_EXCLUSIVE, -lock) : yield on(RELEASE_SHARED, lock);
    if (released !== RELEASED) return yield* releaseFailed(module, held, i, status, released);
  }
  return status;
}
