/**
 * TDH.PHYMEM.CACHE.WB: writes back the caches, so that flushed key ids can be freed.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.CACHE.WB.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_NO_HKID_READY_TO_WBCACHE,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
  TDX_WBCACHE_RESUME_ERROR,
} from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { KeyState, refusal } from "../state/system.js";
import { acquire, type Held, leave } from "../steps/held.js";

/** RCX 0 to begin, 1 to resume; the model is never interrupted in it, so there is nothing to resume. */
export function* tdhPhymemCacheWb(module: ModuleState, registers: Registers): Program {
  const refused = refusal(yield read(module.system));
  if (refused !== TDX_SUCCESS) return refused;
  if (registers.high(Register.Rcx) !== 0 || registers.low(Register.Rcx) > 1) return TDX_OPERAND_INVALID | Operand.Rcx;
  const held: Held = [];
  if ((yield* acquire(held, module.cacheLock, true)) !== 0) {
    return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Wbcache);
  }
  if ((yield* acquire(held, module.kotLock, false)) !== 0) {
    return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Kot);
  }
  if (registers.low(Register.Rcx) !== 0) return yield* leave(module, held, TDX_WBCACHE_RESUME_ERROR);
  const { privateHkidMin, privateHkidMax } = module.platform;
  let written = 0;
  for (let hkid = privateHkidMin; hkid <= privateHkidMax; hkid++) {
    if ((yield read(module.key(hkid))) !== KeyState.Flushed) continue;
    yield write(module.key(hkid), KeyState.WrittenBack);
    written++;
  }
  return yield* leave(module, held, written === 0 ? TDX_NO_HKID_READY_TO_WBCACHE : TDX_SUCCESS);
}
