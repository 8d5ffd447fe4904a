/**
 * The state of the TDX module.
 *
 * Everything that another processor can see is in words. What SYS.CONFIG fixes for good (the TDMR
 * table, dynamic mode) is here, and only SYS.CONFIG sets it.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "TDX Module Life Cycle".
 */
import type { AddressSpace, Words } from "../../machine/index.js";
import { HostMemory } from "./memory.js";
import { Pamt } from "./pamt.js";
import { AddressRules, type Platform } from "./platform.js";
import { Sept } from "./sept.js";
import { Tds } from "./td.js";
import { MAX_TDMRS, type Tdmr } from "./tdmr.js";
import { Vcpus } from "./vcpu.js";

export interface ModuleOptions {
  /**
   * Freeing an entry leaves its owner, BEPOCH and page addresses as stale bits, as the module does
   * (default). Without, they are cleared, so that states of a search merge.
   */
  readonly keepLeftovers?: boolean;
  /** The module has Dynamic PAMT (default). Without, TDX_FEATURES0 says so, and a kernel has no other way to know. */
  readonly hasDynamicPamt?: boolean;
}

const NONE: readonly Tdmr[] = [];

export class ModuleState {
  readonly rules: AddressRules;
  readonly memory = new HostMemory();
  readonly keepLeftovers: boolean;
  readonly hasDynamicPamt: boolean;
  /** Word: state of the module as a whole, see `system.ts`. */
  readonly system: number;
  /** Word: lock of calls that concern the whole system. */
  readonly globalLock: number;
  /** Word: lock of the key ownership table. */
  readonly kotLock: number;
  /** Word: lock of the package's cache write-back. */
  readonly cacheLock: number;
  /** Word: TDMRs that are not complete yet. */
  readonly tdmrsPending: number;
  /** Word: a host interrupt is pending; long calls look at it and stop. */
  readonly interrupt: number;
  private readonly keys: number;
  private readonly tdmrWords: number;
  private table: Pamt;
  private tdTable: Tds;
  private vcpuTable: Vcpus;
  private septTables: Sept;

  /**
   * The module as SYS.INIT and SYS.LP.INIT leave it.
   * @throws RangeError when the platform is none that could exist
   */
  constructor(
    readonly words: Words,
    readonly space: AddressSpace,
    readonly platform: Platform,
    options: ModuleOptions = {},
  ) {
    this.rules = new AddressRules(platform);
    this.keepLeftovers = options.keepLeftovers ?? true;
    this.hasDynamicPamt = options.hasDynamicPamt ?? true;
    const names = [
      "module state",
      "global lock",
      "KOT lock",
      "TDMRs not complete",
      "interrupt pending",
      "cache write-back lock",
    ];
    this.system = space.reserve(names.length, (offset) => names[offset] as string);
    this.globalLock = this.system + 1;
    this.kotLock = this.system + 2;
    this.tdmrsPending = this.system + 3;
    this.interrupt = this.system + 4;
    this.cacheLock = this.system + 5;
    const first = platform.privateHkidMin;
    this.keys = space.reserve(platform.privateHkidMax - first + 1, (offset) => `KOT entry of HKID ${first + offset}`);
    this.tdmrWords = space.reserve(MAX_TDMRS * 2, (offset) =>
      offset < MAX_TDMRS
        ? { whole: `TDMR ${offset}`, part: "lock" }
        : { whole: `TDMR ${offset - MAX_TDMRS}`, part: "steps initialised" },
    );
    this.table = new Pamt(space, NONE, false);
    this.tdTable = new Tds(space, this.table);
    this.vcpuTable = new Vcpus(space, this.table);
    this.septTables = new Sept(space, this.table);
  }

  /** The PAMT. Empty before SYS.CONFIG. */
  get pamt(): Pamt {
    return this.table;
  }

  /** State of TDs. */
  get tds(): Tds {
    return this.tdTable;
  }

  /** State of vCPUs. */
  get vcpus(): Vcpus {
    return this.vcpuTable;
  }

  /** Secure EPTs of all TDs. */
  get sept(): Sept {
    return this.septTables;
  }

  /** Whether Dynamic PAMT was chosen at SYS.CONFIG. */
  get dynamic(): boolean {
    return this.table.dynamic;
  }

  /** Takes over a configuration. For SYS.CONFIG only; the same one twice changes nothing. */
  configure(tdmrs: readonly Tdmr[], dynamic: boolean): void {
    if (this.table.tdmrs.length > 0) return;
    this.table = new Pamt(this.space, tdmrs, dynamic);
    this.tdTable = new Tds(this.space, this.table);
    this.vcpuTable = new Vcpus(this.space, this.table);
    this.septTables = new Sept(this.space, this.table);
  }

  /** Word: KOT entry of a private HKID (`KeyState`). */
  key(hkid: number): number {
    return this.keys + hkid - this.platform.privateHkidMin;
  }

  /** Word: lock of a TDMR's initialisation. */
  tdmrLock(index: number): number {
    return this.tdmrWords + index;
  }

  /** Word: steps of a TDMR's initialisation that are done. */
  tdmrProgress(index: number): number {
    return this.tdmrWords + MAX_TDMRS + index;
  }

  /** Bytes that one SYS.TDMR.INIT covers, in steps to a GiB. */
  get stepsPerGib(): number {
    return this.dynamic ? 64 : 256;
  }
}
