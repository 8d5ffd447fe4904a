/**
 * The TDX module: its state, and the way in.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "SEAMCALL Instruction (Common)".
 */
import { hasVersions, Operand, Register, type Registers, type Status, TDX_OPERAND_INVALID } from "../abi/index.js";
import { type Program, read } from "../machine/index.js";
import { leafPrograms } from "./dispatch.js";
import { ModuleState } from "./module-state.js";
import { refusal } from "./system.js";

export class TdxModule extends ModuleState {
  /**
   * One SEAMCALL: leaf number and version in RAX, outputs in the same registers.
   * The program returns the status; RAX stays as it is.
   */
  seamcall(registers: Registers): Program {
    const low = registers.low(Register.Rax);
    const leaf = low & 0xffff;
    if (registers.high(Register.Rax) !== 0 || low >>> 24 !== 0 || (low >>> 16 !== 0 && !hasVersions(leaf))) {
      return refuse(TDX_OPERAND_INVALID | Operand.Rax);
    }
    const program = leafPrograms[leaf];
    return program === undefined ? unknownLeaf(this) : program(this, registers);
  }
}

// biome-ignore lint/correctness/useYield: a call that is refused on its registers alone takes no step
function* refuse(status: Status): Program {
  return status;
}

function* unknownLeaf(module: ModuleState): Program {
  return refusal(yield read(module.system)) || TDX_OPERAND_INVALID | Operand.Rax;
}
