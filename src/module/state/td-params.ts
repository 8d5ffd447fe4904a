/**
 * TD_PARAMS: what a host asks of a TD, as MNG.INIT reads and checks it.
 *
 * The model has no CPU: which ATTRIBUTES and XFAM bits a processor supports, and the CPUID and MSR
 * configuration that follows, are not checked.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "TD_PARAMS", TDH.MNG.INIT.
 */
import { Operand, type Status, TDX_OPERAND_INVALID, TDX_SUCCESS, TDX_TDCS_NOT_ALLOCATED } from "../../abi/index.js";
import type { HostMemory } from "./memory.js";
import { TDCS_PAGES_MIN } from "./td.js";

/** A TD_PARAMS structure is aligned to its size. */
export const TD_PARAMS_BYTES = 1024n;

/** Offsets of fields; MAX_VCPUS (2 bytes), NUM_L2_VMS and MSR_CONFIG_CTLS (1 byte each) share a quadword. */
const ATTRIBUTES = 0x0n;
const XFAM = 0x8n;
const COUNTS = 0x10n;
const EPTP_CONTROLS = 0x18n;
const CONFIG_FLAGS = 0x20n;
const TSC_FREQUENCY = 0x28n;
/** Reserved bytes after TSC_FREQUENCY, and those before the CPUID configuration. */
const RESERVED_1 = [0x30n, 0x50n] as const;
const RESERVED_2 = [0xe8n, 0x100n] as const;

/** DEBUG, ICSSD, LASS, SEPT_VE_DISABLE, MIGRATABLE, PKS, PERFMON. */
export const ATTRIBUTES_KNOWN = (1n << 0n) | (1n << 16n) | (0xfn << 27n) | (1n << 63n);
const ATTRIBUTES_MIGRATABLE = 1n << 29n;
/** DEBUG and PERFMON: not for a TD that can migrate. */
const ATTRIBUTES_NOT_MIGRATABLE = (1n << 0n) | (1n << 63n);
export const XFAM_KNOWN = 0x6dbe7n;
export const XFAM_REQUIRED = 3n;
/** Bits of XFAM that are all set or all clear. */
const XFAM_TOGETHER: readonly bigint[] = [0xe0n, 0x1800n, 0x60000n];
const XFAM_AVX = 4n;
const XFAM_AVX512 = 0x20n;
/** GPAW, FLEXIBLE_PENDING_VE, NO_RBP_MOD, MAXPA_VIRT. */
export const CONFIG_FLAGS_KNOWN = 0xfn;
/** Write-back, bits 2:0, and page-walk length minus 1, bits 5:3; all other bits are 0. */
const EPTP_KNOWN = 0x3fn;
const MEMORY_TYPE_WB = 6n;
const L2_MAX = 3;
/** In units of 25 MHz. */
const TSC_FREQUENCY_MIN = 4;
const TSC_FREQUENCY_MAX = 400;
/** Least width of physical addresses for a Secure EPT of 5 levels. */
const MAX_PA_5_LEVELS = 49;

/** What MNG.INIT takes over. */
export interface TdParams {
  readonly maxVcpus: number;
  /** L2 VMs. */
  readonly numL2: number;
  /** Highest level of the Secure EPT: 3 or 4. */
  readonly topLevel: number;
  /** Whether guest addresses have 52 bits, not 48. */
  readonly gpaw: boolean;
}

/** Writes TD_PARAMS that every check accepts, for hosts that do not care. */
export function writeTdParams(memory: HostMemory, hpa: bigint, { maxVcpus = 4, numL2 = 0 } = {}): void {
  memory.clear(hpa, Number(TD_PARAMS_BYTES));
  memory.write(hpa + XFAM, XFAM_REQUIRED);
  memory.write(hpa + COUNTS, BigInt(maxVcpus + numL2 * 0x10000));
  memory.write(hpa + EPTP_CONTROLS, MEMORY_TYPE_WB | (3n << 3n));
  memory.write(hpa + TSC_FREQUENCY, 100n);
}

/** Reads the fields that the model uses. */
export function readTdParams(memory: HostMemory, hpa: bigint): TdParams {
  const counts = Number(memory.read(hpa + COUNTS) & 0xffffffn);
  return {
    maxVcpus: counts & 0xffff,
    numL2: counts >>> 16,
    topLevel: Number((memory.read(hpa + EPTP_CONTROLS) >> 3n) & 7n),
    gpaw: (memory.read(hpa + CONFIG_FLAGS) & 1n) !== 0n,
  };
}

function areAttributesValid(attributes: bigint): boolean {
  if ((attributes & ~ATTRIBUTES_KNOWN) !== 0n) return false;
  return (attributes & ATTRIBUTES_MIGRATABLE) === 0n || (attributes & ATTRIBUTES_NOT_MIGRATABLE) === 0n;
}

function isXfamValid(xfam: bigint): boolean {
  if ((xfam & ~XFAM_KNOWN) !== 0n || (xfam & XFAM_REQUIRED) !== XFAM_REQUIRED) return false;
  if ((xfam & XFAM_AVX512) !== 0n && (xfam & XFAM_AVX) === 0n) return false;
  return XFAM_TOGETHER.every((bits) => (xfam & bits) === 0n || (xfam & bits) === bits);
}

function areEptpControlsValid(controls: bigint, params: TdParams, maxPa: number): boolean {
  if ((controls & ~EPTP_KNOWN) !== 0n || (controls & 7n) !== MEMORY_TYPE_WB) return false;
  if (params.topLevel === 3) return !params.gpaw;
  return params.topLevel === 4 && maxPa >= MAX_PA_5_LEVELS;
}

function isZero(memory: HostMemory, from: bigint, to: bigint): boolean {
  for (let at = from; at < to; at += 8n) if (memory.read(at) !== 0n) return false;
  return true;
}

/**
 * Checks TD_PARAMS in the module's order.
 * @param tdcsPages control pages that the TD has
 */
export function checkTdParams(memory: HostMemory, hpa: bigint, tdcsPages: number, maxPa: number): Status {
  const params = readTdParams(memory, hpa);
  const counts = memory.read(hpa + COUNTS);
  const tsc = memory.read(hpa + TSC_FREQUENCY);
  if (!areAttributesValid(memory.read(hpa + ATTRIBUTES))) return TDX_OPERAND_INVALID | Operand.Attributes;
  if (!isXfamValid(memory.read(hpa + XFAM))) return TDX_OPERAND_INVALID | Operand.Xfam;
  if (params.maxVcpus === 0) return TDX_OPERAND_INVALID | Operand.MaxVcpus;
  if (params.numL2 > L2_MAX) return TDX_OPERAND_INVALID | Operand.NumL2Vms;
  if (tdcsPages < TDCS_PAGES_MIN + params.numL2) return TDX_TDCS_NOT_ALLOCATED;
  if (counts >> 32n !== 0n) return TDX_OPERAND_INVALID | Operand.Rdx;
  if ((memory.read(hpa + CONFIG_FLAGS) & ~CONFIG_FLAGS_KNOWN) !== 0n) {
    return TDX_OPERAND_INVALID | Operand.ExecControls;
  }
  if (!areEptpControlsValid(memory.read(hpa + EPTP_CONTROLS), params, maxPa)) {
    return TDX_OPERAND_INVALID | Operand.EptpControls;
  }
  const frequency = Number(tsc & 0xffffn);
  if (frequency < TSC_FREQUENCY_MIN || frequency > TSC_FREQUENCY_MAX) {
    return TDX_OPERAND_INVALID | Operand.TscFrequency;
  }
  // Reserved bytes, and bits 7:1 of MSR_CONFIG_CTLS.
  const isReservedZero =
    tsc >> 16n === 0n &&
    isZero(memory, hpa + RESERVED_1[0], hpa + RESERVED_1[1]) &&
    (counts & 0xfe000000n) === 0n &&
    isZero(memory, hpa + RESERVED_2[0], hpa + RESERVED_2[1]);
  return isReservedZero ? TDX_SUCCESS : TDX_OPERAND_INVALID | Operand.Rdx;
}
