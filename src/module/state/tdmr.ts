/**
 * TDMRs as SYS.CONFIG reads and checks them.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.SYS.CONFIG and TDMR_INFO; Base
 * Architecture Specification, "TDMR and PAMT configuration".
 */
import {
  PAGE_SIZE,
  type Status,
  TDX_INVALID_PAMT,
  TDX_INVALID_RESERVED_IN_TDMR,
  TDX_INVALID_TDMR,
  TDX_NON_ORDERED_RESERVED_IN_TDMR,
  TDX_NON_ORDERED_TDMR,
  TDX_PAMT_OUTSIDE_CMRS,
  TDX_PAMT_OVERLAP,
  TDX_SUCCESS,
  TDX_TDMR_OUTSIDE_CMRS,
} from "../../abi/index.js";
import type { HostMemory } from "./memory.js";

/** A TDMR in use. */
export interface Tdmr {
  /** Base address in GiB. */
  readonly firstGib: number;
  /** Size in GiB. */
  readonly gibs: number;
  /** First page of each reserved area, counted in 4 KiB pages from the base. */
  readonly reservedFirst: readonly number[];
  /** One past the last page of each reserved area. */
  readonly reservedEnd: readonly number[];
}

/** A range of bytes, end excluded. */
export interface Span {
  readonly start: bigint;
  readonly end: bigint;
}

/** What a TDMR_INFO entry says. PAMT areas by level: 4K (or bitmap), 2M, 1G. */
export interface TdmrInfo {
  readonly base: bigint;
  readonly size: bigint;
  readonly pamt: readonly [Area, Area, Area];
  readonly reserved: readonly Area[];
}

interface Area {
  readonly base: bigint;
  readonly size: bigint;
}

/** Where a platform draws its lines. */
export interface TdmrLimits {
  readonly dynamic: boolean;
  /** HKID bits of an address, as a mask. */
  readonly hkidMask: bigint;
  readonly cmrs: readonly Span[];
}

const GIB = 1n << 30n;
const PAGE = BigInt(PAGE_SIZE);
const TWO52 = 1n << 52n;
const TWO64 = 1n << 64n;
/** Reserved areas that a TDMR_INFO has room for. */
export const RESERVED_AREAS = 16;
/** Most TDMRs that SYS.CONFIG takes. */
export const MAX_TDMRS = 64;

/** Reads the 512-byte TDMR_INFO entry at `hpa`. */
export function readTdmrInfo(memory: HostMemory, hpa: bigint): TdmrInfo {
  const area = (offset: bigint): Area => ({ base: memory.read(hpa + offset), size: memory.read(hpa + offset + 8n) });
  const reserved = Array.from({ length: RESERVED_AREAS }, (_, i) => area(64n + BigInt(i) * 16n));
  return { ...area(0n), pamt: [area(48n), area(32n), area(16n)], reserved };
}

/** Bytes that the PAMT area of a level needs for `size` bytes of TDMR, a multiple of 4 KiB. */
export function pamtBytes(level: number, size: bigint, dynamic: boolean): bigint {
  const gibs = size / GIB;
  const bytes = level === 2 ? gibs * 16n : level === 1 ? gibs * 8192n : gibs * (dynamic ? 32768n : 4194304n);
  return ((bytes + PAGE - 1n) / PAGE) * PAGE;
}

const overflows = (area: Area): boolean => area.base + area.size >= TWO64;
const span = (area: Area): Span => ({ start: area.base, end: area.base + area.size });
const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

/** The parts of a TDMR that are not reserved. */
function usable(info: TdmrInfo): Span[] {
  const parts: Span[] = [];
  let start = info.base;
  for (const area of info.reserved) {
    if (area.size === 0n) break;
    if (info.base + area.base > start) parts.push({ start, end: info.base + area.base });
    start = info.base + area.base + area.size;
  }
  if (start < info.base + info.size) parts.push({ start, end: info.base + info.size });
  return parts;
}

function detail(tdmr: number, second = 0, third = 0): number {
  return tdmr | (second << 8) | (third << 16);
}

function outOfBounds(area: Area, limits: TdmrLimits): boolean {
  if (overflows(area) || area.base + area.size > TWO52) return true;
  const last = area.size === 0n ? area.base : area.base + area.size - 1n;
  return ((area.base | last) & limits.hkidMask) !== 0n;
}

function checkShape(infos: readonly TdmrInfo[], index: number, limits: TdmrLimits): Status {
  const info = infos[index] as TdmrInfo;
  if (overflows(info)) return TDX_INVALID_TDMR | index;
  const previous = infos[index - 1];
  if (previous !== undefined && info.base < previous.base + previous.size) return TDX_NON_ORDERED_TDMR | index;
  if (info.base % GIB !== 0n || info.size % GIB !== 0n || info.size === 0n) return TDX_INVALID_TDMR | index;
  return outOfBounds(info, limits) ? TDX_INVALID_TDMR | index : TDX_SUCCESS;
}

function checkReserved(info: TdmrInfo, index: number): Status {
  let end = 0n;
  let ended = false;
  for (const [i, area] of info.reserved.entries()) {
    if (area.size === 0n) {
      ended = true;
      continue;
    }
    // The module names the last area it had accepted as the one that is out of order.
    if (ended) return TDX_NON_ORDERED_RESERVED_IN_TDMR | detail(index, i - 1);
    if (overflows(area)) return TDX_INVALID_RESERVED_IN_TDMR | detail(index, i);
    if (i > 0 && area.base < end) return TDX_NON_ORDERED_RESERVED_IN_TDMR | detail(index, i);
    if (area.base % PAGE !== 0n || area.size % PAGE !== 0n || area.base + area.size > info.size) {
      return TDX_INVALID_RESERVED_IN_TDMR | detail(index, i);
    }
    end = area.base + area.size;
  }
  return TDX_SUCCESS;
}

function checkPamtShape(info: TdmrInfo, index: number, limits: TdmrLimits): Status {
  for (const level of [2, 1, 0]) {
    const area = info.pamt[level] as Area;
    if (
      outOfBounds(area, limits) ||
      area.base % PAGE !== 0n ||
      area.size % PAGE !== 0n ||
      area.size < pamtBytes(level, info.size, limits.dynamic)
    ) {
      return TDX_INVALID_PAMT | detail(index, level);
    }
  }
  return TDX_SUCCESS;
}

const LEVELS = [0, 1, 2] as const;

/** Level of the first PAMT area of `pamt` that lies in a usable part of `info`, or -1. */
function levelInside(pamt: TdmrInfo["pamt"], info: TdmrInfo): number {
  const parts = usable(info);
  return LEVELS.find((level) => parts.some((part) => overlap(span(pamt[level]), part))) ?? -1;
}

function checkOverlap(infos: readonly TdmrInfo[], index: number): Status {
  const info = infos[index] as TdmrInfo;
  const { pamt } = info;
  for (const [other, theirs] of infos.slice(0, index).entries()) {
    const level = LEVELS.find((each) => theirs.pamt.some((area) => overlap(span(pamt[each]), span(area))));
    if (level !== undefined) return TDX_PAMT_OVERLAP | detail(index, level, other);
  }
  for (const [level, other] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    if (overlap(span(pamt[level]), span(pamt[other]))) return TDX_PAMT_OVERLAP | detail(index, level, index);
  }
  for (const [other, theirs] of infos.slice(0, index + 1).entries()) {
    const mine = levelInside(pamt, theirs);
    if (mine >= 0) return TDX_PAMT_OVERLAP | detail(index, mine, other);
    const level = other < index ? levelInside(theirs.pamt, info) : -1;
    if (level >= 0) return TDX_PAMT_OVERLAP | detail(other, level, index);
  }
  return TDX_SUCCESS;
}

/** CMRs with neighbours that touch joined into one. */
function joined(cmrs: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const cmr of [...cmrs].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = result[result.length - 1];
    if (last !== undefined && cmr.start <= last.end) {
      result[result.length - 1] = { start: last.start, end: cmr.end > last.end ? cmr.end : last.end };
    } else result.push(cmr);
  }
  return result;
}

function inside(part: Span, cmrs: readonly Span[]): boolean {
  return cmrs.some((cmr) => part.start >= cmr.start && part.end <= cmr.end);
}

function checkConvertible(info: TdmrInfo, index: number, cmrs: readonly Span[]): Status {
  const all = joined(cmrs);
  for (const level of [2, 1, 0]) {
    if (!inside(span(info.pamt[level] as Area), all)) return TDX_PAMT_OUTSIDE_CMRS | detail(index, level);
  }
  return usable(info).every((part) => inside(part, all)) ? TDX_SUCCESS : TDX_TDMR_OUTSIDE_CMRS | index;
}

/** Checks entry `index` after all entries before it were found good. The order of checks is the module's. */
export function checkTdmr(infos: readonly TdmrInfo[], index: number, limits: TdmrLimits): Status {
  const info = infos[index] as TdmrInfo;
  return (
    checkShape(infos, index, limits) ||
    checkReserved(info, index) ||
    checkPamtShape(info, index, limits) ||
    checkOverlap(infos, index) ||
    checkConvertible(info, index, limits.cmrs)
  );
}

/** The form in which the module uses a TDMR. */
export function toTdmr(info: TdmrInfo): Tdmr {
  const reserved = info.reserved.filter((area) => area.size > 0n);
  return {
    firstGib: Number(info.base / GIB),
    gibs: Number(info.size / GIB),
    reservedFirst: reserved.map((area) => Number(area.base / PAGE)),
    reservedEnd: reserved.map((area) => Number((area.base + area.size) / PAGE)),
  };
}
