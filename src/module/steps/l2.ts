/**
 * L2 Secure EPT pages: one tree for each L2 VM, parallel to the tree of the TD.
 *
 * Calls touch them only with the whole Secure EPT locked, or the parent entry of the TD's own tree. So their entries
 * need no locks here.
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
  TDX_OPERAND_BUSY,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import { BUSY } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { entryOf, entryPage, indexAt, SeptState } from "../state/sept.js";
import { TD } from "../state/td.js";
import type { Held } from "./held.js";
import { implicit } from "./implicit.js";
import { freeEntry, setReturnedPage } from "./pages.js";
import { RWX, SVE_HIGH } from "./sept-walk.js";

/** States of L2 entries as calls report them. */
const L2_FREE = 0x40;
const L2_TABLE_MAPPED = 0xc4;

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

/** Detail of a status that names an L2 VM and a level. */
export function l2Detail(vm: number, level: number): number {
  return (vm << 16) | level;
}

/** Reports an L2 entry, free or pointing to a table, in RCX and RDX. */
export function reportL2(registers: Registers, vm: number, level: number, state: SeptState): void {
  const isFree = state === SeptState.Free;
  registers.setHalves(Register.Rcx, isFree ? SVE_HIGH : 0, isFree ? 0 : RWX);
  registers.set(Register.Rdx, level | ((isFree ? L2_FREE : L2_TABLE_MAPPED) << 8) | (vm << 16));
}

/** Level at which `l2Walk` met an entry that points to no table. */
export function failedAt(walked: number): number {
  return -walked - 1;
}

/** The entry for a guest page at a level in the tree of an L2 VM, or a negative number, see `failedAt`. */
export function* l2Walk(module: ModuleState, tdr: number, vm: number, gpn: number, level: number): Program {
  let table = module.sept.root(tdr, vm);
  for (let at = yield read(module.tds.record(tdr) + TD.TOP_LEVEL); at > level; at--) {
    const entry = entryOf(table, indexAt(gpn, at));
    if ((yield read(entry)) !== SeptState.TableMapped) return -at - 1;
    table = module.sept.table(yield read(entryPage(entry)));
  }
  return entryOf(table, indexAt(gpn, level));
}

/** L2 tables that a call takes away: entries that point to them, 0 where an L2 VM has none. */
export type L2Tables = number[];

/**
 * Locks the L2 pages that lie beside a Secure EPT page. They are empty where that one is, and where
 * it maps pages only: no call of the model makes aliases of pages for L2 VMs.
 */
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
    const locked = yield* implicit(module, held, yield read(entryPage(entry)), 0, PageType.Ept, true);
    if (locked === FATAL) return FATAL;
    if (locked === BUSY) return TDX_OPERAND_BUSY | Operand.Rcx;
    tables[vm] = entry;
  }
  return TDX_SUCCESS;
}

/**
 * Frees the page that an entry of an L2 VM points to.
 * @param registers where the page is returned, or undefined: a call of version 0 does not tell
 */
export function* freeL2Table(
  module: ModuleState,
  registers: Registers | undefined,
  tdr: number,
  tables: L2Tables,
  vm: number,
): Program<Status> {
  const entry = tables[vm] ?? 0;
  if (entry === 0) return TDX_SUCCESS;
  const page = yield read(entryPage(entry));
  yield write(entry, SeptState.Free);
  yield write(entryPage(entry), 0);
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, -1);
  const freed = yield* freeEntry(module, page, 0);
  if (freed === FATAL) return FATAL;
  if (registers !== undefined) setReturnedPage(module, registers, l2Register(vm), page, freed);
  return TDX_SUCCESS;
}
