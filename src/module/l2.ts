/**
 * L2 Secure EPT pages: one tree for each L2 VM, parallel to the tree of the TD.
 *
 * They are only touched while the whole Secure EPT is locked or the parent entry of the TD's own
 * tree is, so their entries need no locks here.
 *
 * Source: Intel TDX Module 1.5 TD Partitioning Architecture Specification, "L2 Secure EPT"; ABI
 * Reference Specification, TDH.MEM.SEPT.ADD and TDH.MEM.SEPT.REMOVE, version 1.
 */
import {
  FATAL,
  Operand,
  PageType,
  Register,
  type Registers,
  type Status,
  TDX_EPT_PAGE_NOT_FREE,
  TDX_OPERAND_BUSY,
  TDX_SUCCESS,
} from "../abi/index.js";
import { gather, type Program, read, write } from "../machine/index.js";
import type { Held } from "./held.js";
import { implicit } from "./implicit.js";
import { BUSY } from "./locks.js";
import type { ModuleState } from "./module-state.js";
import { freeEntry, setReturnedPage } from "./pages.js";
import { entryOf, entryPage, indexAt, SEPT_ENTRIES, SEPT_STATES, SeptState } from "./sept.js";
import { TD } from "./td.js";

/** Registers that carry L2 pages: R9 for the first L2 VM. */
export const L2_VMS_MAX = 3;
const NULL_HALF = 0xffffffff;

export function l2Register(vm: number): Register {
  return Register.R9 + vm - 1;
}

/** The address that means "no page". */
export function setNull(registers: Registers, register: Register): void {
  registers.setHalves(register, NULL_HALF, NULL_HALF);
}

export function isNull(registers: Registers, register: Register): boolean {
  return registers.low(register) === NULL_HALF && registers.high(register) === NULL_HALF;
}

/** R9 to R11 say "no page": what calls of version 1 and above return unless there is one. */
export function clearL2Outputs(registers: Registers): void {
  for (let vm = 1; vm <= L2_VMS_MAX; vm++) setNull(registers, l2Register(vm));
}

/** The entry for a guest page at a level in the tree of an L2 VM, or -1. */
export function* l2Walk(module: ModuleState, tdr: number, vm: number, gpn: number, level: number): Program {
  let table = module.sept.root(tdr, vm);
  for (let at = yield read(module.tds.record(tdr) + TD.TOP_LEVEL); at > level; at--) {
    const entry = entryOf(table, indexAt(gpn, at));
    if ((yield read(entry)) !== SeptState.TableMapped) return -1;
    table = module.sept.table(yield read(entryPage(entry)));
  }
  return entryOf(table, indexAt(gpn, level));
}

/** L2 tables that a call takes away: entries that point to them, 0 where an L2 VM has none. */
export type L2Tables = number[];

/** Locks the L2 pages that lie beside a Secure EPT page, and checks that all their entries are free. */
export function* lockL2Tables(
  module: ModuleState,
  held: Held,
  tdr: number,
  gpn: number,
  level: number,
  tables: L2Tables,
): Program<Status> {
  const count = yield read(module.tds.record(tdr) + TD.NUM_L2);
  for (let vm = 1; vm <= count; vm++) {
    const entry = yield* l2Walk(module, tdr, vm, gpn, level);
    tables[vm] = 0;
    if (entry < 0 || (yield read(entry)) !== SeptState.TableMapped) continue;
    const page = yield read(entryPage(entry));
    const locked = yield* implicit(module, held, page, 0, PageType.Ept, true);
    if (locked === FATAL) return FATAL;
    if (locked === BUSY) return TDX_OPERAND_BUSY | Operand.Rcx;
    if ((yield gather(module.sept.table(page) + SEPT_STATES, SEPT_ENTRIES)) !== 0) {
      return TDX_EPT_PAGE_NOT_FREE | Operand.Rcx;
    }
    tables[vm] = entry;
  }
  return TDX_SUCCESS;
}

/** Frees the pages that `lockL2Tables` locked and returns them in R9 to R11. @returns how many, or `FATAL` */
export function* freeL2Tables(module: ModuleState, registers: Registers, tables: L2Tables): Program {
  let freed = 0;
  for (let vm = 1; vm < tables.length; vm++) {
    const entry = tables[vm];
    if (entry === 0) continue;
    const page = yield read(entryPage(entry));
    yield write(entry, SeptState.Free);
    yield write(entryPage(entry), 0);
    const result = yield* freeEntry(module, page, 0);
    if (result === FATAL) return FATAL;
    setReturnedPage(module, registers, l2Register(vm), page, result);
    freed++;
  }
  return freed;
}
