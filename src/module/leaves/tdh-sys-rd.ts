/**
 * TDH.SYS.RD: reads a global metadata field.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.SYS.RD; the module's published source.
 */
import {
  Register,
  type Registers,
  TDX_METADATA_FIELD_ID_INCORRECT,
  TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT,
  TDX_SUCCESS,
  TDX_SYS_SHUTDOWN,
} from "../../abi/index.js";
import { type Program, read } from "../../machine/index.js";
import { elementOf, FIRST_FIELD_ID, isNullFieldId, NULL_FIELD_ID } from "../state/global-metadata.js";
import type { ModuleState } from "../state/module-state.js";
import { SYSTEM_SHUTDOWN } from "../state/system.js";

/** RDX field id. Outputs: RDX id of the next field, all ones when there is none to give; R8 value, 0 on an error. */
export function* tdhSysRd(module: ModuleState, registers: Registers): Program {
  if (((yield read(module.system)) & SYSTEM_SHUTDOWN) !== 0) return TDX_SYS_SHUTDOWN;
  const id = registers.rdx;
  registers.put(Register.Rdx, NULL_FIELD_ID);
  registers.put(Register.R8, 0n);
  if (isNullFieldId(id)) {
    registers.put(Register.Rdx, FIRST_FIELD_ID);
    return TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
  }
  const element = elementOf(module, id);
  if (element === undefined) return TDX_METADATA_FIELD_ID_INCORRECT;
  registers.put(Register.Rdx, element.next);
  registers.put(Register.R8, element.value);
  return TDX_SUCCESS;
}
