/** How a SEAMCALL fails at boot: with a status that no kernel takes for success, nor tries again after. */
import { Operand, TDX_OPERAND_INVALID } from "../../abi/index.js";

export const FAILED_SEAMCALL = TDX_OPERAND_INVALID | Operand.Rcx;
