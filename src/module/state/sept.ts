/**
 * Secure EPT: tables of 512 entries, one in each Secure EPT page and one root for each VM in the
 * TD's control pages.
 *
 * A table is three runs of 512 words: locks, states, and the frames that entries point to.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "TD Private Memory Management";
 * ABI Reference Specification, "Secure EPT Entry Information as Returned by TDX Module Functions".
 */
import { PAGES_PER_REGION } from "../../abi/index.js";
import { type AddressSpace, fill, type Program, type RecordArray, WRITE } from "../../machine/index.js";
import { CLEAR_LOCK } from "./locks.js";
import type { Pamt } from "./pamt.js";

export const SEPT_ENTRIES = PAGES_PER_REGION;
/** Offsets in a table. */
export const SEPT_LOCKS = 0;
export const SEPT_STATES = SEPT_ENTRIES * 1;
export const SEPT_PAGES = SEPT_ENTRIES * 2;
const TABLE_WORDS = SEPT_ENTRIES * 3;

/** State of an entry, in the encoding that calls report. */
export enum SeptState {
  Free = 0,
  Blocked = 1,
  Pending = 2,
  PendingBlocked = 3,
  Mapped = 4,
  Removed = 5,
  /** Points to a table, and the range below is blocked. */
  TableBlocked = 0x81,
  /** Points to a table. */
  TableMapped = 0x84,
}

/** States as a set: bit 4·high digit + low digits would be sparse, so tables have bits of their own. */
export function stateBit(state: SeptState): number {
  return 1 << ((state & 7) + (state >= 0x80 ? 8 : 0));
}

export const LEAF_STATES =
  stateBit(SeptState.Mapped) |
  stateBit(SeptState.Pending) |
  stateBit(SeptState.Blocked) |
  stateBit(SeptState.PendingBlocked);
export const TABLE_STATES = stateBit(SeptState.TableMapped) | stateBit(SeptState.TableBlocked);

/** The state that RANGE.BLOCK makes of a state, or the state itself. */
export function blockedState(state: SeptState): SeptState {
  switch (state) {
    case SeptState.Mapped:
      return SeptState.Blocked;
    case SeptState.Pending:
      return SeptState.PendingBlocked;
    case SeptState.TableMapped:
      return SeptState.TableBlocked;
    default:
      return state;
  }
}

/** The state of an entry once it is not blocked any more, or the state itself. */
export function unblockedState(state: SeptState): SeptState {
  switch (state) {
    case SeptState.Blocked:
      return SeptState.Mapped;
    case SeptState.PendingBlocked:
      return SeptState.Pending;
    case SeptState.TableBlocked:
      return SeptState.TableMapped;
    default:
      return state;
  }
}

export function isBlocked(state: SeptState): boolean {
  return unblockedState(state) !== state;
}

/** 4 KiB pages that an entry of each level maps. */
export const PAGES_OF_LEVEL: readonly number[] = [0, 1, 2, 3, 4].map((level) => SEPT_ENTRIES ** level);

const stateNames = ["lock", "state", "page"];

/** VMs of a TD that have a root: the L1 VM and its L2 VMs. */
const VMS = 4;

/** Places of all tables. */
export class Sept {
  private readonly tables: RecordArray;
  /** Roots, by VM. */
  private readonly roots: readonly RecordArray[];

  constructor(space: AddressSpace, pamt: Pamt) {
    const arrayOf = (what: string) =>
      space.reserveArray(pamt.pages, TABLE_WORDS, (frame, offset) => {
        const whole = `${what} 0x${pamt.hpaOf(frame).toString(16)}, entry ${offset % SEPT_ENTRIES}`;
        return { whole, part: stateNames[Math.floor(offset / SEPT_ENTRIES)] as string };
      });
    this.tables = arrayOf("Secure EPT page");
    this.roots = Array.from({ length: VMS }, (_, vm) =>
      arrayOf(vm === 0 ? "Secure EPT root of TD" : `L2 Secure EPT root ${vm} of TD`),
    );
  }

  /** First word of the table in the Secure EPT page at `frame`. */
  table(frame: number): number {
    return this.tables.at(frame);
  }

  /** First word of the root table of a VM of the TD at `tdr`: 0 the L1 VM, 1 to 3 its L2 VMs. */
  root(tdr: number, vm: number): number {
    return (this.roots[vm] as RecordArray).at(tdr);
  }
}

/** Makes all entries of a table free. Nothing points to the table yet. */
export function* clearTable(table: number): Program {
  yield fill(CLEAR_LOCK, table + SEPT_LOCKS, SEPT_ENTRIES, 0);
  yield fill(WRITE, table + SEPT_STATES, SEPT_ENTRIES * 2, 0);
  return 0;
}

/** Word: state of entry `index` of a table. An entry is named by this word. */
export function entryOf(table: number, index: number): number {
  return table + SEPT_STATES + index;
}

/** Word: lock of an entry. */
export function entryLock(entry: number): number {
  return entry - SEPT_STATES + SEPT_LOCKS;
}

/** Word: frame of the page that an entry points to. */
export function entryPage(entry: number): number {
  return entry - SEPT_STATES + SEPT_PAGES;
}

/** Index of the entry for a guest page number at a level. */
export function indexAt(gpn: number, level: number): number {
  return (gpn / PAGES_OF_LEVEL[level]) & (SEPT_ENTRIES - 1);
}
