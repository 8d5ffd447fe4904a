/** The TDX module: its state, and the way in. */
import type { Registers } from "../abi/index.js";
import type { Program } from "../machine/index.js";
import { dispatch } from "./dispatch.js";
import { ModuleState } from "./state/module-state.js";

export class TdxModule extends ModuleState {
  /**
   * One SEAMCALL: leaf number and version in RAX, outputs in the same registers.
   * The program returns the status; RAX stays as it is.
   */
  seamcall(registers: Registers): Program {
    return dispatch(this, registers);
  }
}
