/**
 * TDH.SYS.CONFIG: tells the module which memory it manages, and where its PAMT is.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.SYS.CONFIG.
 */
import {
  Operand,
  type Registers,
  type Status,
  TDMR_INFO_SIZE,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
  TDX_SYS_BUSY,
  TDX_SYS_CONFIG_NOT_PENDING,
  TDX_SYS_SHUTDOWN,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { SET_BITS } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { KeyState, SYSTEM_CONFIGURED, SYSTEM_SHUTDOWN } from "../state/system.js";
import { checkTdmr, MAX_TDMRS, readTdmrInfo, type TdmrInfo, toTdmr } from "../state/tdmr.js";
import { acquire, type Held, leave } from "../steps/held.js";

/** R8 bit 16: Dynamic PAMT. */
const DYNAMIC_PAMT = 1n << 16n;
const HKID_MASK = 0xffffn;
/** First HKID bit of an address that still leaves a page address its 36 bits in a PAMT entry. */
const DYNAMIC_HKID_START_MAX = 48;

/** RCX array of TDMR_INFO addresses, RDX number of them, R8 options and the module's own HKID. */
export function* tdhSysConfig(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  if ((system & SYSTEM_SHUTDOWN) !== 0) return TDX_SYS_SHUTDOWN;
  const held: Held = [];
  if ((yield* acquire(held, module.globalLock, true)) !== 0) return TDX_SYS_BUSY;
  if (((yield read(module.system)) & SYSTEM_CONFIGURED) !== 0) {
    return yield* leave(module, held, TDX_SYS_CONFIG_NOT_PENDING);
  }
  return yield* leave(module, held, yield* configure(module, registers));
}

function* configure(module: ModuleState, registers: Registers): Program<Status> {
  const { rules, platform, memory } = module;
  const array = registers.rcx;
  const count = registers.rdx;
  const options = registers.r8;
  if (array % BigInt(TDMR_INFO_SIZE) !== 0n || !rules.isShared(array)) return TDX_OPERAND_INVALID | Operand.Rcx;
  if (count > BigInt(MAX_TDMRS) || count < 1n) return TDX_OPERAND_INVALID | Operand.Rdx;
  const hkid = Number(options & HKID_MASK);
  if ((options & ~(HKID_MASK | DYNAMIC_PAMT)) !== 0n) return TDX_OPERAND_INVALID | Operand.R8;
  if (hkid < platform.privateHkidMin || hkid > platform.privateHkidMax) return TDX_OPERAND_INVALID | Operand.R8;
  yield write(module.key(hkid), KeyState.Reserved);
  const dynamic = (options & DYNAMIC_PAMT) !== 0n;
  if (dynamic && rules.hkidStart > DYNAMIC_HKID_START_MAX) return TDX_OPERAND_INVALID | Operand.R8;

  const limits = { dynamic, hkidMask: rules.hkidMask, cmrs: rules.cmrs };
  const infos: TdmrInfo[] = [];
  for (let i = 0; i < Number(count); i++) {
    const entry = memory.read(array + BigInt(i) * 8n);
    if (entry % BigInt(TDMR_INFO_SIZE) !== 0n || !rules.isShared(entry)) return TDX_OPERAND_INVALID | Operand.Rcx;
    infos.push(readTdmrInfo(memory, entry));
    const status = checkTdmr(infos, i, limits);
    if (status !== TDX_SUCCESS) return status;
  }
  module.configure(infos.map(toTdmr), dynamic);
  yield write(module.tdmrsPending, infos.length);
  yield on(SET_BITS, module.system, SYSTEM_CONFIGURED);
  return TDX_SUCCESS;
}
