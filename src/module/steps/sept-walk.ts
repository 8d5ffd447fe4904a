/**
 * Walks of the Secure EPT, and how entries are reported to the host.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "Secure EPT Entry Information as Returned
 * by TDX Module Functions"; Base Architecture Specification, "Secure EPT Walk".
 */
import { Register, type Registers } from "../../abi/index.js";
import { type Program, read } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { entryOf, entryPage, indexAt, SeptState } from "../state/sept.js";
import { TD } from "../state/td.js";

/** Read, write and both execute bits. */
export const RWX = 0x407;
/** Memory type, ignore-PAT and leaf bits. */
const LEAF_BITS = 0xf0;
/** Suppress #VE, bit 63. */
export const SVE_HIGH = 0x80000000;

/** Reports an entry in RCX and RDX, as Secure EPT calls do. */
export function reportEntry(
  module: ModuleState,
  registers: Registers,
  state: number,
  frame: number,
  level: number,
): void {
  registers.set(Register.Rdx, level | (state << 8));
  if (state === SeptState.TableMapped) registers.setHalves(Register.Rcx, 0, RWX);
  else if (state === SeptState.TableBlocked) registers.setHalves(Register.Rcx, 0, 0);
  else if (state === SeptState.Free || state === SeptState.Removed) registers.setHalves(Register.Rcx, SVE_HIGH, 0);
  else {
    const hpa = module.pamt.hpaOf(frame);
    const bits = LEAF_BITS | (state === SeptState.Mapped ? RWX : 0);
    registers.setHalves(Register.Rcx, ((hpa / 2 ** 32) | SVE_HIGH) >>> 0, (hpa | 0 | bits) >>> 0);
  }
}

/** Result of `septWalk`: an entry on the way is no table. It is reported in RCX and RDX. */
export const NO_ENTRY = -1;

/**
 * Finds the entry for a guest page at a level, from the root of VM `vm` down.
 * @returns the entry, or `NO_ENTRY`
 */
export function* septWalk(
  module: ModuleState,
  registers: Registers,
  tdr: number,
  vm: number,
  gpn: number,
  level: number,
): Program {
  let table = module.sept.root(tdr, vm);
  for (let at = yield read(module.tds.record(tdr) + TD.TOP_LEVEL); ; at--) {
    const entry = entryOf(table, indexAt(gpn, at));
    if (at === level) return entry;
    const state = yield read(entry);
    const page = yield read(entryPage(entry));
    if (state !== SeptState.TableMapped) {
      reportEntry(module, registers, state, page, at);
      return NO_ENTRY;
    }
    table = module.sept.table(page);
  }
}
