/** State of the module as a whole: bits of one word, read at the beginning of every call. */
import { type Status, TDX_SUCCESS, TDX_SYS_NOT_READY, TDX_SYS_SHUTDOWN } from "../../abi/index.js";

/** SYS.CONFIG is done. */
export const SYSTEM_CONFIGURED = 1;
/** SYS.KEY.CONFIG is done on all packages. */
export const SYSTEM_READY = 2;
/** All TDMRs are initialised. */
export const SYSTEM_COMPLETE = 4;
/** The module shut itself down. */
export const SYSTEM_SHUTDOWN = 8;

/** Why a call other than SYS.CONFIG, SYS.KEY.CONFIG and SYS.RD is refused, or success. */
export function refusal(system: number): Status {
  if ((system & SYSTEM_SHUTDOWN) !== 0) return TDX_SYS_SHUTDOWN;
  return (system & SYSTEM_READY) === 0 ? TDX_SYS_NOT_READY : TDX_SUCCESS;
}

/** States of a private HKID in the key ownership table (KOT). */
export enum KeyState {
  Free = 0,
  /** Belongs to a TD. */
  Assigned = 1,
  /** Its TD's vCPUs are flushed; caches are still to be written back. */
  Flushed = 2,
  /** Caches are written back; it can be freed. */
  WrittenBack = 3,
  /** The module's own. */
  Reserved = 4,
}
