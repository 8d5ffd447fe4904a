/**
 * The TDX module in direct form: the same programs as plain functions, several times as fast.
 *
 * For one processor at a time. A call runs to its end at once, so calls cannot overlap; the explorer and
 * whoever steps through calls use `TdxModule`.
 */
import type { Registers, Status } from "../abi/index.js";
import { runDirect } from "../machine/direct.js";
import { benign, type Environment } from "../machine/index.js";
import { bootWith, type HostConfig } from "../module/boot.js";
import { ModuleState } from "../module/state/module-state.js";
import { dispatch } from "./programs.js";

/**
 * Makes one SEAMCALL: leaf number and version in RAX, outputs in the same registers.
 * @returns the status; RAX stays as it is
 */
export function seamcall(module: ModuleState, registers: Registers, environment: Environment = benign): Status {
  return runDirect(module.words, environment, dispatch, module, registers);
}

/** The module as SYS.INIT and SYS.LP.INIT leave it. */
export class DirectTdxModule extends ModuleState {
  /**
   * Makes one SEAMCALL: leaf number and version in RAX, outputs in the same registers.
   * @returns the status; RAX stays as it is
   */
  seamcall(registers: Registers, environment: Environment = benign): Status {
    return seamcall(this, registers, environment);
  }

  /**
   * Configures and initialises the module.
   * @throws BootError when a call fails, with the status and the call
   */
  boot(config: HostConfig): void {
    bootWith(this, config, (registers) => this.seamcall(registers));
  }
}
