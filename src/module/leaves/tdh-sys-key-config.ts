/**
 * TDH.SYS.KEY.CONFIG: sets the module's own key on a package. The model has one package.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.SYS.KEY.CONFIG.
 */
import {
  type Registers,
  TDX_SUCCESS,
  TDX_SYS_BUSY,
  TDX_SYS_KEY_CONFIG_NOT_PENDING,
  TDX_SYS_SHUTDOWN,
} from "../../abi/index.js";
import { on, type Program, read } from "../../machine/index.js";
import { SET_BITS } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { SYSTEM_CONFIGURED, SYSTEM_READY, SYSTEM_SHUTDOWN } from "../state/system.js";
import { acquire, type Held, leave } from "../steps/held.js";

/** No operands. */
export function* tdhSysKeyConfig(module: ModuleState, _registers: Registers): Program {
  if (((yield read(module.system)) & SYSTEM_SHUTDOWN) !== 0) return TDX_SYS_SHUTDOWN;
  const held: Held = [];
  if ((yield* acquire(held, module.globalLock, true)) !== 0) return TDX_SYS_BUSY;
  const system = yield read(module.system);
  if ((system & SYSTEM_CONFIGURED) === 0 || (system & SYSTEM_READY) !== 0) {
    return yield* leave(module, held, TDX_SYS_KEY_CONFIG_NOT_PENDING);
  }
  yield on(SET_BITS, module.system, SYSTEM_READY);
  return yield* leave(module, held, TDX_SUCCESS);
}
