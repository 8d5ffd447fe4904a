/**
 * TDH.SYS.RD: reads a global metadata field. The model has the fields that describe the PAMT.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.SYS.RD, "Global Metadata".
 */
import {
  Register,
  type Registers,
  TDX_METADATA_FIELD_ID_INCORRECT,
  TDX_SUCCESS,
  TDX_SYS_SHUTDOWN,
} from "../abi/index.js";
import { type Program, read } from "../machine/index.js";
import type { ModuleState } from "./module-state.js";
import { SYSTEM_SHUTDOWN } from "./system.js";
import { MAX_TDMRS, RESERVED_AREAS } from "./tdmr.js";

/** Bit 36: Dynamic PAMT is supported. The whole value is that of version 1.5.25. */
export const TDX_FEATURES0 = 0xd1326f3f0ebfn;
export const TDX_FEATURES0_DYNAMIC_PAMT = 1n << 36n;

interface Field {
  readonly id: bigint;
  /** The id that the module returns for the next read. */
  readonly next: bigint;
  readonly value: (module: ModuleState) => bigint;
}

const ENTRY_BYTES = 16n;

const fields: readonly Field[] = [
  { id: 0x0a00000300000008n, next: 0x9000000100000000n, value: () => TDX_FEATURES0 },
  { id: 0x9100000100000008n, next: 0x9100000100000009n, value: () => BigInt(MAX_TDMRS) },
  { id: 0x9100000100000009n, next: 0x9100000100000010n, value: () => BigInt(RESERVED_AREAS) },
  { id: 0x9100000100000010n, next: 0x9100000100000011n, value: () => ENTRY_BYTES },
  { id: 0x9100000100000011n, next: 0x9100000100000012n, value: () => ENTRY_BYTES },
  { id: 0x9100000100000012n, next: 0x9100000000000013n, value: () => ENTRY_BYTES },
  { id: 0x9100000000000013n, next: 0x9100000000000014n, value: () => 1n },
  {
    id: 0x9100000000000014n,
    next: 0x9800000100000000n,
    value: ({ platform }) => BigInt(Math.max(0, platform.maxPa - 48)),
  },
];

/** RDX field id. Outputs: RDX id of the next field, R8 value; both 0-valued as the field is. */
export function* tdhSysRd(module: ModuleState, registers: Registers): Program {
  if (((yield read(module.system)) & SYSTEM_SHUTDOWN) !== 0) return TDX_SYS_SHUTDOWN;
  const field = fields.find(({ id }) => id === registers.rdx);
  if (field === undefined) return TDX_METADATA_FIELD_ID_INCORRECT;
  registers.put(Register.Rdx, field.next);
  registers.put(Register.R8, field.value(module));
  return TDX_SUCCESS;
}
