/**
 * The TDX module: its state, and the way in.
 *
 * Everything that another processor can see is in words. What SYS.CONFIG fixes for good (the TDMR
 * table, dynamic mode) is here, and only SYS.CONFIG sets it.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "SEAMCALL Instruction (Common)".
 */
import { hasVersions, Operand, Register, type Registers, type Status, TDX_OPERAND_INVALID } from "../abi/index.js";
import { type AddressSpace, type Program, read, type Words } from "../machine/index.js";
import { leafPrograms } from "./dispatch.js";
import { HostMemory } from "./memory.js";
import { Pamt } from "./pamt.js";
import { AddressRules, type Platform } from "./platform.js";
import { refusal } from "./system.js";
import { Sept } from "./sept.js";
import { Tds } from "./td.js";
import { Vcpus } from "./vcpu.js";
import { MAX_TDMRS, type Tdmr } from "./tdmr.js";

export interface ModuleOptions {
  /**
   * Freeing an entry leaves its owner, BEPOCH and page addresses as stale bits, as the module does
   * (default). Without, they are cleared, so that states of a search merge.
   */
  readonly keepLeftovers?: boolean;
}

const NONE: readonly Tdmr[] = [];

export class TdxModule {
  readonly rules: AddressRules;
  readonly memory = new HostMemory();
  readonly keepLeftovers: boolean;
  /** Word: state of the module as a whole, see `system.ts`. */
  readonly system: number;
  /** Word: lock of calls that concern the whole system. */
  readonly globalLock: number;
  /** Word: lock of the key ownership table. */
  readonly kotLock: number;
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
    const names = ["module state", "global lock", "KOT lock", "TDMRs not complete", "interrupt pending"];
    this.system = space.reserve(names.length, (offset) => names[offset] as string);
    this.globalLock = this.system + 1;
    this.kotLock = this.system + 2;
    this.tdmrsPending = this.system + 3;
    this.interrupt = this.system + 4;
    const first = platform.privateHkidMin;
    this.keys = space.reserve(platform.privateHkidMax - first + 1, (offset) => `KOT entry of HKID ${first + offset}`);
    this.tdmrWords = space.reserve(MAX_TDMRS * 2, (offset) =>
      offset < MAX_TDMRS ? `TDMR ${offset}: lock` : `TDMR ${offset - MAX_TDMRS}: steps initialised`,
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

  /**
   * One SEAMCALL: leaf number and version in RAX, outputs in the same registers.
   * The program returns the status; RAX stays as it is.
   */
  seamcall(registers: Registers): Program {
    const low = registers.low(Register.Rax);
    const leaf = low & 0xffff;
    if (registers.high(Register.Rax) !== 0 || low >>> 24 !== 0 || (low >>> 16 !== 0 && !hasVersions(leaf))) {
      return refuse(TDX_OPERAND_INVALID | Operand.Rax);
    }
    const program = leafPrograms[leaf];
    return program === undefined ? unknownLeaf(this) : program(this, registers);
  }
}

// biome-ignore lint/correctness/useYield: a call that is refused on its registers alone takes no step
function* refuse(status: Status): Program {
  return status;
}

function* unknownLeaf(module: TdxModule): Program {
  return refusal(yield read(module.system)) || TDX_OPERAND_INVALID | Operand.Rax;
}
