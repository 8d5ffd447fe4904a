/**
 * The global metadata fields of the module, in the order in which it lists them: what SYS.RD reads.
 *
 * Of a field id only class code and field code say which field it is. Fields of migration, service TDs and partitioning
 * come behind these and are not modelled.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "Global Metadata", "Field Identifiers"; the module's
 * published source, lookup of metadata fields.
 */
import { PAGE_SIZE } from "../../abi/index.js";
import type { ModuleState } from "./module-state.js";
import { TDCS_PAGES_MIN } from "./td.js";
import { ATTRIBUTES_KNOWN, CONFIG_FLAGS_KNOWN, XFAM_KNOWN, XFAM_REQUIRED } from "./td-params.js";
import { MAX_TDMRS, RESERVED_AREAS } from "./tdmr.js";
import { TDVPS_PAGES_BASE, TDVPS_PAGES_PER_L2 } from "./vcpu.js";

/** Bit 36: Dynamic PAMT is supported. The whole value is that of version 1.5.25. */
export const TDX_FEATURES0 = 0xd1326f3f0ebfn;
export const TDX_FEATURES0_DYNAMIC_PAMT = 1n << 36n;

/** No field: what RDX holds where there is no other id to give. */
export const NULL_FIELD_ID = 2n ** 64n - 1n;

/** Bits of a field id: class code, field code, context code. */
const CLASS_SHIFT = 56n;
const CLASS_MASK = 0x3fn;
const FIELD_MASK = 0xffffffn;
const CONTEXT_MASK = 7n << 52n;
/** Bits that are 0 in the id of a single element: reserved ones, LAST_ELEMENT_IN_FIELD, LAST_FIELD_IN_SEQUENCE. */
const ZERO_MASK = (0xffn << 24n) | (0xfn << 34n) | (0x1ffn << 38n) | (7n << 47n) | (1n << 55n) | (1n << 62n);

/** What is known of a field: its value, for the field and the element within it that are asked for. */
type Read = (module: ModuleState, field: number, element: number) => bigint;

interface Entry {
  /** Id of the first element, as the module lists it. */
  readonly id: bigint;
  readonly read: Read;
  /** Fields in a row that have one entry, and elements of each. */
  readonly fields: number;
  readonly elements: number;
}

const PAGE_BYTES = BigInt(PAGE_SIZE);
const ENTRY_BYTES = 16n;
const CMRS_MAX = 32;
const PACKAGES_MAX = 8;
/** CPUID leaves and subleaves that a host may configure, and the bits of EBX:EAX and EDX:ECX that it may set. */
const CPUID_CONFIG_MAX = 32;
const CPUID_CONFIG: readonly (readonly [leaf: bigint, low: bigint, high: bigint])[] = [
  [0xffffffff_00000001n, 0x00ff0000_0fff3fffn, 0x31044d80n],
  [0x00000000_00000007n, 0xd1ab0000n << 32n, 0x1b415f7e_8c400010n],
  [0x00000000_0000001fn, 0xffff_0000001fn, 0xffffn],
  [0xffffffff_80000008n, 0x00ff0000n, 0n],
];

function entry(id: bigint, read: Read, fields = 1, elements = 1): Entry {
  return { id, read, fields, elements };
}

function constant(id: bigint, value: number | bigint): Entry {
  return entry(id, () => BigInt(value));
}

function cmr(index: number): Read {
  return ({ platform }, field) => BigInt(platform.cmrs[field]?.[index] ?? 0);
}

const features: Read = ({ hasDynamicPamt }) =>
  hasDynamicPamt ? TDX_FEATURES0 : TDX_FEATURES0 & ~TDX_FEATURES0_DYNAMIC_PAMT;

const entries: readonly Entry[] = [
  // Platform: packages, their family, model and stepping.
  constant(0x0000000200000000n, 1),
  entry(0x0000000200000001n, () => 0n, PACKAGES_MAX),
  // Version 1.5.25: vendor, build date and number, minor, major, update, internal.
  constant(0x0800000200000000n, 0x8086),
  constant(0x8800000200000001n, 0x20260101),
  constant(0x8800000100000002n, 1),
  constant(0x0800000100000003n, 5),
  constant(0x0800000100000004n, 1),
  constant(0x0800000100000005n, 25),
  constant(0x0800000100000006n, 0),
  // Handing over to another module.
  constant(0x8900000100000000n, 0),
  constant(0x8900000100000001n, 0),
  constant(0x8900000000000002n, 0),
  constant(0x8900000100000003n, 1),
  constant(0x8900000000000004n, 0),
  constant(0x8900000100000005n, 0),
  constant(0x8900000200000006n, 0),
  // Attributes, number of words of features, features.
  constant(0x0a00000200000000n, 0),
  constant(0x0a00000000000001n, 1),
  entry(0x0a00000300000008n, features),
  // Convertible memory.
  constant(0x9000000100000000n, CMRS_MAX),
  entry(0x9000000300000080n, cmr(0), CMRS_MAX),
  entry(0x9000000300000100n, cmr(1), CMRS_MAX),
  // TDMRs: limits, bytes of a PAMT entry of each level, bits of the page bitmap for a page, fewest HKID bits.
  constant(0x9100000100000008n, MAX_TDMRS),
  constant(0x9100000100000009n, RESERVED_AREAS),
  constant(0x9100000100000010n, ENTRY_BYTES),
  constant(0x9100000100000011n, ENTRY_BYTES),
  constant(0x9100000100000012n, ENTRY_BYTES),
  constant(0x9100000000000013n, 1),
  entry(0x9100000000000014n, ({ platform }) => BigInt(Math.max(0, platform.maxPa - 48))),
  // Bytes of the control structures of TDs.
  constant(0x9800000100000000n, PAGE_BYTES),
  constant(0x9800000100000100n, BigInt(TDCS_PAGES_MIN) * PAGE_BYTES),
  constant(0x9800000100000101n, PAGE_BYTES),
  constant(0x9800000100000200n, BigInt(TDVPS_PAGES_BASE) * PAGE_BYTES),
  constant(0x9800000100000201n, BigInt(TDVPS_PAGES_PER_L2) * PAGE_BYTES),
  // What a host may ask of TDs: bits that may be 1 and those that must be, CPUID, vCPUs, width of addresses.
  constant(0x1900000300000000n, ATTRIBUTES_KNOWN),
  constant(0x1900000300000001n, 0),
  constant(0x1900000300000002n, XFAM_KNOWN),
  constant(0x1900000300000003n, XFAM_REQUIRED),
  constant(0x9900000100000004n, CPUID_CONFIG.length),
  constant(0x9900000300000006n, CONFIG_FLAGS_KNOWN),
  constant(0x9900000300000007n, 0),
  constant(0x9900000100000008n, 576),
  constant(0x9900000000000009n, 46),
  entry(0x9900000300000400n, (_, field) => CPUID_CONFIG[field]?.[0] ?? NULL_FIELD_ID, CPUID_CONFIG_MAX),
  entry(0x9900000300000500n, (_, field, element) => CPUID_CONFIG[field]?.[1 + element] ?? 0n, CPUID_CONFIG_MAX, 2),
  constant(0x9900000300000600n, 0),
  constant(0x9900000100000800n, 0),
  constant(0x9900000100000801n, 0),
  entry(0x9900000300000810n, () => 0n, 64),
  entry(0x9900000300000850n, () => 0n, 64),
];

/** Id of the first field, and of the one behind the last that is modelled. */
export const FIRST_FIELD_ID = (entries[0] as Entry).id;
const NOT_MODELLED = 0xa000000300000000n;

/** Whether an id is that of no field, whatever its context. */
export function isNullFieldId(id: bigint): boolean {
  return (id | CONTEXT_MASK) === NULL_FIELD_ID;
}

/** An element of a field. */
export interface Element {
  /** Id of the element behind it. */
  readonly next: bigint;
  readonly value: bigint;
}

const classOf = (id: bigint): bigint => (id >> CLASS_SHIFT) & CLASS_MASK;

/** The element with an id; undefined when the id is none of a single element, or there is no such field. */
export function elementOf(module: ModuleState, id: bigint): Element | undefined {
  if ((id & ZERO_MASK) !== 0n) return undefined;
  const code = id & FIELD_MASK;
  const at = entries.findIndex(({ id: first, fields, elements }) => {
    const offset = code - (first & FIELD_MASK);
    return classOf(first) === classOf(id) && offset >= 0n && offset < BigInt(fields * elements);
  });
  const found = entries[at];
  if (found === undefined) return undefined;
  const { id: first, read, fields, elements } = found;
  const index = Number(code - (first & FIELD_MASK));
  const isLast = index === fields * elements - 1;
  return {
    // Within an entry the module counts on from the id that it was given.
    next: isLast ? (entries[at + 1]?.id ?? NOT_MODELLED) : (id & ~CONTEXT_MASK) + 1n,
    value: read(module, Math.floor(index / elements), index % elements),
  };
}
