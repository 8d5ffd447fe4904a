/**
 * Brings a module up with a configuration, the way a host does: SYS.CONFIG, SYS.KEY.CONFIG, and
 * SYS.TDMR.INIT until every TDMR is complete.
 */
import { formatStatus, Leaf, Register, Registers, type Status, TDMR_INFO_SIZE, TDX_SUCCESS } from "../abi/index.js";
import { run } from "../machine/index.js";
import { UserError } from "../text/index.js";
import type { ModuleState } from "./state/module-state.js";
import { pamtBytes } from "./state/tdmr.js";
import type { TdxModule } from "./tdx-module.js";

const GIB = 2 ** 30;

/** A range of bytes. */
export type ByteRange = readonly [base: number, size: number];

export interface TdmrConfig {
  /** Address in bytes, a multiple of 1 GiB. */
  readonly base: number;
  /** Bytes, a multiple of 1 GiB. */
  readonly size: number;
  /** PAMT areas; with Dynamic PAMT, `pamt4k` is the page bitmap. */
  readonly pamt1g: ByteRange;
  readonly pamt2m: ByteRange;
  readonly pamt4k: ByteRange;
  /** Offset in the TDMR and size, multiples of 4 KiB. */
  readonly reserved: readonly ByteRange[];
}

export interface HostConfig {
  readonly dynamicPamt: boolean;
  /** Private HKID for the module itself. */
  readonly globalHkid: number;
  readonly tdmrs: readonly TdmrConfig[];
}

/** The module refused to be configured. */
export class BootError extends UserError {
  readonly code = "BOOT";
}

/** Where TDMR_INFO structures are written: low memory that no TDMR of a sensible host contains. */
const ARRAY_HPA = 0x1000n;
const INFO_HPA = 0x10000n;
const INFO_BYTES = BigInt(TDMR_INFO_SIZE);

function writeInfos(module: ModuleState, tdmrs: readonly TdmrConfig[]): void {
  for (const [i, tdmr] of tdmrs.entries()) {
    const info = INFO_HPA + BigInt(i) * INFO_BYTES;
    module.memory.clear(info, Number(INFO_BYTES));
    module.memory.write(ARRAY_HPA + BigInt(i) * 8n, info);
    const ranges = [[tdmr.base, tdmr.size] as const, tdmr.pamt1g, tdmr.pamt2m, tdmr.pamt4k, ...tdmr.reserved];
    for (const [j, [base, size]] of ranges.entries()) {
      module.memory.write(info + BigInt(j) * 16n, BigInt(base));
      module.memory.write(info + BigInt(j) * 16n + 8n, BigInt(size));
    }
  }
}

/**
 * Configures and initialises the module.
 * @throws BootError when a call fails, with the status and the call
 */
export function boot(module: TdxModule, config: HostConfig): void {
  bootWith(module, config, (registers) => run(module.words, module.seamcall(registers)));
}

/** `boot` for a module whose calls are made by `seamcall`. */
export function bootWith(module: ModuleState, config: HostConfig, seamcall: (registers: Registers) => Status): void {
  const registers = new Registers();
  const call = (leaf: Leaf, what: string): void => {
    registers.set(Register.Rax, leaf);
    const status = seamcall(registers);
    if (status !== TDX_SUCCESS) {
      throw new BootError(
        `${what} failed with ${formatStatus(status)}: the host described cannot exist; check its TDMRs`,
      );
    }
  };
  writeInfos(module, config.tdmrs);
  registers.put(Register.Rcx, ARRAY_HPA);
  registers.set(Register.Rdx, config.tdmrs.length);
  registers.set(Register.R8, config.globalHkid + (config.dynamicPamt ? 0x10000 : 0));
  call(Leaf.SysConfig, "SYS.CONFIG");
  registers.clear();
  call(Leaf.SysKeyConfig, "SYS.KEY.CONFIG");
  for (const { base, size } of config.tdmrs) {
    const calls = (size / GIB) * module.stepsPerGib;
    for (let i = 0; i < calls; i++) {
      registers.set(Register.Rcx, base);
      call(Leaf.SysTdmrInit, "SYS.TDMR.INIT");
    }
  }
}

/**
 * A configuration of one TDMR, with its PAMT areas in the GiB before it.
 * @param firstGib base of the TDMR in GiB, at least 2
 * @param gibs its size in GiB
 */
export function simpleHost(firstGib: number, gibs: number, dynamicPamt = true): HostConfig {
  const base = firstGib * GIB;
  const size = gibs * GIB;
  const bytes = (level: number) => Number(pamtBytes(level, BigInt(size), dynamicPamt));
  const pamt1g: ByteRange = [GIB, bytes(2)];
  const pamt2m: ByteRange = [pamt1g[0] + pamt1g[1], bytes(1)];
  const pamt4k: ByteRange = [pamt2m[0] + pamt2m[1], bytes(0)];
  return { dynamicPamt, globalHkid: 32, tdmrs: [{ base, size, pamt1g, pamt2m, pamt4k, reserved: [] }] };
}
