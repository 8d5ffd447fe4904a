/** Checks of the TDH.SYS leaves and of the way into all leaves, in the order of the ABI Reference Specification. */
import {
  detailOf,
  hasVersions,
  Leaf,
  Operand,
  PAGE_SIZE,
  Register,
  type Status,
  TDMR_INFO_SIZE,
  TDX_INVALID_PAMT,
  TDX_INVALID_RESERVED_IN_TDMR,
  TDX_INVALID_TDMR,
  TDX_METADATA_FIELD_ID_INCORRECT,
  TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT,
  TDX_NON_ORDERED_RESERVED_IN_TDMR,
  TDX_NON_ORDERED_TDMR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAMT_OUTSIDE_CMRS,
  TDX_PAMT_OVERLAP,
  TDX_SYS_BUSY,
  TDX_SYS_CONFIG_NOT_PENDING,
  TDX_SYS_KEY_CONFIG_NOT_PENDING,
  TDX_SYS_NOT_READY,
  TDX_SYS_SHUTDOWN,
  TDX_TDMR_ALREADY_INITIALIZED,
  TDX_TDMR_OUTSIDE_CMRS,
} from "../../abi/index.js";
import { leafPrograms } from "../../module/index.js";
import type { Probe } from "../probe.js";
import {
  beforeAnyStep,
  both,
  type CallEnd,
  ending,
  family,
  input,
  lockNotHeld,
  not,
  success,
  type When,
} from "./check.js";

/** Name of the group of checks that are made for every leaf. */
export const ANY_LEAF = "SEAMCALL";

const TWO64 = 1n << 64n;
const GIB = 1n << 30n;

const numberOfLeaf = (probe: Probe): number => Number(input(probe, Register.Rax) & 0xffffn);
const hasReservedBits: When = (probe) => input(probe, Register.Rax) >> 24n !== 0n;
const hasStrangeVersion: When = (probe) => !hasVersions(numberOfLeaf(probe));
const isUnknown: When = (probe) => leafPrograms[numberOfLeaf(probe)] === undefined;

/** For every leaf, before its own. */
export const anyLeafChecks: readonly CallEnd[] = [
  ending("RAX reserved bits", TDX_OPERAND_INVALID | Operand.Rax, both(beforeAnyStep, hasReservedBits)),
  ending(
    "RAX version of a leaf without versions",
    TDX_OPERAND_INVALID | Operand.Rax,
    both(both(beforeAnyStep, not(hasReservedBits)), hasStrangeVersion),
  ),
  ending("module shut down", TDX_SYS_SHUTDOWN),
  ending("module not ready", TDX_SYS_NOT_READY),
  ending("RAX unknown leaf", TDX_OPERAND_INVALID | Operand.Rax, both(not(beforeAnyStep), isUnknown)),
  lockNotHeld,
];

interface Area {
  readonly base: bigint;
  readonly size: bigint;
}

/** Base and size at an offset of the TDMR_INFO of TDMR `index`. */
function area(probe: Probe, index: number, offset: number): Area {
  const { memory } = probe.module;
  const hpa = memory.read(input(probe, Register.Rcx) + BigInt(index) * 8n) + BigInt(offset);
  return { base: memory.read(hpa), size: memory.read(hpa + 8n) };
}

const tdmrOf = (status: Status): number => detailOf(status) & 0xff;
const secondOf = (status: Status): number => (detailOf(status) >>> 8) & 0xff;
const otherOf = (status: Status): number => (detailOf(status) >>> 16) & 0xff;
const reserved = (probe: Probe, status: Status, back = 0): Area =>
  area(probe, tdmrOf(status), 64 + (secondOf(status) - back) * 16);
const pamtArea = (probe: Probe, tdmr: number, level: number): Area => area(probe, tdmr, 48 - level * 16);

const overflows = ({ base, size }: Area): boolean => base + size >= TWO64;
const overlap = (a: Area, b: Area): boolean => a.base < b.base + b.size && b.base < a.base + a.size;

const tdmrOverflows: When = (probe, status) => overflows(area(probe, tdmrOf(status), 0));
const tdmrMisaligned: When = (probe, status) => {
  const { base, size } = area(probe, tdmrOf(status), 0);
  return base % GIB !== 0n || size % GIB !== 0n || size === 0n;
};
const tdmrDescends: When = (probe, status) =>
  area(probe, tdmrOf(status), 0).base < area(probe, tdmrOf(status) - 1, 0).base;
const afterNull: When = (probe, status) => reserved(probe, status).size === 0n;
const reservedDescends: When = (probe, status) => reserved(probe, status).base < reserved(probe, status, 1).base;
const reservedOverflows: When = (probe, status) => overflows(reserved(probe, status));
const reservedMisaligned: When = (probe, status) => {
  const { base, size } = reserved(probe, status);
  return [base, size].some((each) => each % BigInt(PAGE_SIZE) !== 0n);
};
const ofLevel =
  (level: number): When =>
  (_probe, status) =>
    secondOf(status) === level;

/** A PAMT area overlaps usable memory of a later TDMR. */
const ofEarlier: When = (_probe, status) => otherOf(status) > tdmrOf(status);
const withOwn: When = (_probe, status) => otherOf(status) === tdmrOf(status);
/** What it overlaps is a PAMT area. */
const withPamt: When = (probe, status) => {
  const [tdmr, level, other] = [tdmrOf(status), secondOf(status), otherOf(status)];
  if (other > tdmr) return false;
  const mine = pamtArea(probe, tdmr, level);
  return [0, 1, 2].some((each) => {
    return (tdmr !== other || each !== level) && overlap(mine, pamtArea(probe, other, each));
  });
};

const rdx = (probe: Probe): bigint => input(probe, Register.Rdx);
const r8 = (probe: Probe): bigint => input(probe, Register.R8);
const isArrayMisplaced: When = (probe) => {
  const rcx = input(probe, Register.Rcx);
  return rcx % BigInt(TDMR_INFO_SIZE) !== 0n || !probe.module.rules.isShared(rcx);
};
const hasStrangeOption: When = (probe) => r8(probe) >> 17n !== 0n;
const isHkidStrange: When = (probe) => {
  const hkid = Number(r8(probe) & 0xffffn);
  const { privateHkidMin, privateHkidMax } = probe.module.platform;
  return hkid < privateHkidMin || hkid > privateHkidMax;
};
const isR8Wrong: When = (probe, status) => hasStrangeOption(probe, status) || isHkidStrange(probe, status);

const levels = [
  ["1G", 2],
  ["2M", 1],
  ["4K", 0],
] as const;

export const systemChecks: readonly (readonly [Leaf, readonly CallEnd[]])[] = [
  [
    Leaf.SysConfig,
    [
      ending("another processor configures", TDX_SYS_BUSY),
      ending("configured already", TDX_SYS_CONFIG_NOT_PENDING),
      ending("RCX array", TDX_OPERAND_INVALID | Operand.Rcx, isArrayMisplaced),
      ending("RDX too many TDMRs", TDX_OPERAND_INVALID | Operand.Rdx, (probe) => rdx(probe) > 0n),
      ending("RDX no TDMR", TDX_OPERAND_INVALID | Operand.Rdx, (probe) => rdx(probe) === 0n),
      ending("R8 reserved bits", TDX_OPERAND_INVALID | Operand.R8, hasStrangeOption),
      ending("R8 HKID not private", TDX_OPERAND_INVALID | Operand.R8, both(not(hasStrangeOption), isHkidStrange)),
      ending("R8 HKID bits too high for Dynamic PAMT", TDX_OPERAND_INVALID | Operand.R8, not(isR8Wrong)),
      ending("RCX entry of the array", TDX_OPERAND_INVALID | Operand.Rcx, not(isArrayMisplaced)),
      family("TDMR overflow", TDX_INVALID_TDMR, tdmrOverflows),
      family("TDMR not ascending", TDX_NON_ORDERED_TDMR, tdmrDescends),
      family("TDMR overlaps the one before", TDX_NON_ORDERED_TDMR, not(tdmrDescends)),
      family("TDMR alignment or size", TDX_INVALID_TDMR, both(not(tdmrOverflows), tdmrMisaligned)),
      family("TDMR address bits", TDX_INVALID_TDMR, both(not(tdmrOverflows), not(tdmrMisaligned))),
      family("reserved area after a null one", TDX_NON_ORDERED_RESERVED_IN_TDMR, afterNull),
      family("reserved area overflow", TDX_INVALID_RESERVED_IN_TDMR, reservedOverflows),
      family("reserved area not ascending", TDX_NON_ORDERED_RESERVED_IN_TDMR, both(not(afterNull), reservedDescends)),
      family(
        "reserved area overlaps the one before",
        TDX_NON_ORDERED_RESERVED_IN_TDMR,
        both(not(afterNull), not(reservedDescends)),
      ),
      family("reserved area alignment", TDX_INVALID_RESERVED_IN_TDMR, both(not(reservedOverflows), reservedMisaligned)),
      family(
        "reserved area outside its TDMR",
        TDX_INVALID_RESERVED_IN_TDMR,
        both(not(reservedOverflows), not(reservedMisaligned)),
      ),
      ...levels.map(([name, level]) => family(`PAMT ${name} form or size`, TDX_INVALID_PAMT, ofLevel(level))),
      family("PAMT overlaps an earlier TDMR's", TDX_PAMT_OVERLAP, both(withPamt, not(withOwn))),
      family("PAMT overlaps its TDMR's own", TDX_PAMT_OVERLAP, both(withPamt, withOwn)),
      family("PAMT in usable memory", TDX_PAMT_OVERLAP, both(not(withPamt), not(ofEarlier))),
      family("an earlier TDMR's PAMT in usable memory", TDX_PAMT_OVERLAP, ofEarlier),
      ...levels.map(([name, level]) => family(`PAMT ${name} outside CMRs`, TDX_PAMT_OUTSIDE_CMRS, ofLevel(level))),
      family("TDMR outside CMRs", TDX_TDMR_OUTSIDE_CMRS),
      success,
    ],
  ],
  [
    Leaf.SysKeyConfig,
    [ending("another processor configures", TDX_SYS_BUSY), ending("not due", TDX_SYS_KEY_CONFIG_NOT_PENDING), success],
  ],
  [
    Leaf.SysRd,
    [
      ending("RDX no field", TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT),
      ending("RDX unknown field", TDX_METADATA_FIELD_ID_INCORRECT),
      success,
    ],
  ],
  [
    Leaf.SysTdmrInit,
    [
      ending("RCX no base of a TDMR", TDX_OPERAND_INVALID | Operand.Rcx),
      ending("TDMR busy", TDX_OPERAND_BUSY | Operand.Rcx),
      ending("TDMR complete already", TDX_TDMR_ALREADY_INITIALIZED),
      success,
    ],
  ],
];
