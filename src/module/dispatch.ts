/**
 * Which program implements which leaf.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "SEAMCALL Instruction (Common)".
 */
import {
  hasVersions,
  Leaf,
  Operand,
  Register,
  type Registers,
  type Status,
  TDX_OPERAND_INVALID,
} from "../abi/index.js";
import { type Program, read } from "../machine/index.js";
import { tdhMemPageAdd } from "./leaves/tdh-mem-page-add.js";
import { tdhMemPageAug } from "./leaves/tdh-mem-page-aug.js";
import { tdhMemPageDemote } from "./leaves/tdh-mem-page-demote.js";
import { tdhMemPagePromote } from "./leaves/tdh-mem-page-promote.js";
import { tdhMemPageRelocate } from "./leaves/tdh-mem-page-relocate.js";
import { tdhMemPageRemove } from "./leaves/tdh-mem-page-remove.js";
import { tdhMemRangeBlock } from "./leaves/tdh-mem-range-block.js";
import { tdhMemRangeUnblock } from "./leaves/tdh-mem-range-unblock.js";
import { tdhMemSeptAdd } from "./leaves/tdh-mem-sept-add.js";
import { tdhMemSeptRd } from "./leaves/tdh-mem-sept-rd.js";
import { tdhMemSeptRemove } from "./leaves/tdh-mem-sept-remove.js";
import { tdhMemTrack } from "./leaves/tdh-mem-track.js";
import { tdhMngAddcx } from "./leaves/tdh-mng-addcx.js";
import { tdhMngCreate } from "./leaves/tdh-mng-create.js";
import { tdhMngInit } from "./leaves/tdh-mng-init.js";
import { tdhMngKeyConfig } from "./leaves/tdh-mng-key-config.js";
import { tdhMngKeyFreeid } from "./leaves/tdh-mng-key-freeid.js";
import { tdhMngVpflushdone } from "./leaves/tdh-mng-vpflushdone.js";
import { tdhMrExtend } from "./leaves/tdh-mr-extend.js";
import { tdhMrFinalize } from "./leaves/tdh-mr-finalize.js";
import { tdhPhymemCacheWb } from "./leaves/tdh-phymem-cache-wb.js";
import { tdhPhymemPageRdmd } from "./leaves/tdh-phymem-page-rdmd.js";
import { tdhPhymemPageReclaim } from "./leaves/tdh-phymem-page-reclaim.js";
import { tdhPhymemPageWbinvd } from "./leaves/tdh-phymem-page-wbinvd.js";
import { tdhPhymemPamtAdd } from "./leaves/tdh-phymem-pamt-add.js";
import { tdhPhymemPamtRemove } from "./leaves/tdh-phymem-pamt-remove.js";
import { tdhSysConfig } from "./leaves/tdh-sys-config.js";
import { tdhSysKeyConfig } from "./leaves/tdh-sys-key-config.js";
import { tdhSysRd } from "./leaves/tdh-sys-rd.js";
import { tdhSysTdmrInit } from "./leaves/tdh-sys-tdmr-init.js";
import { tdhVpAddcx } from "./leaves/tdh-vp-addcx.js";
import { tdhVpCreate } from "./leaves/tdh-vp-create.js";
import { tdhVpEnter } from "./leaves/tdh-vp-enter.js";
import { tdhVpFlush } from "./leaves/tdh-vp-flush.js";
import { tdhVpInit } from "./leaves/tdh-vp-init.js";
import type { ModuleState } from "./state/module-state.js";
import { refusal } from "./state/system.js";

/** A leaf: reads and writes the registers, returns a status. */
export type LeafProgram = (module: ModuleState, registers: Registers) => Program;

const programs: Readonly<Record<keyof typeof Leaf, LeafProgram>> = {
  MngAddcx: tdhMngAddcx,
  MngCreate: tdhMngCreate,
  MngKeyConfig: tdhMngKeyConfig,
  MngKeyFreeid: tdhMngKeyFreeid,
  MngVpflushdone: tdhMngVpflushdone,
  PhymemCacheWb: tdhPhymemCacheWb,
  PhymemPageRdmd: tdhPhymemPageRdmd,
  PhymemPageReclaim: tdhPhymemPageReclaim,
  PhymemPageWbinvd: tdhPhymemPageWbinvd,
  PhymemPamtAdd: tdhPhymemPamtAdd,
  PhymemPamtRemove: tdhPhymemPamtRemove,
  SysConfig: tdhSysConfig,
  SysKeyConfig: tdhSysKeyConfig,
  SysRd: tdhSysRd,
  SysTdmrInit: tdhSysTdmrInit,
  MngInit: tdhMngInit,
  MrFinalize: tdhMrFinalize,
  MrExtend: tdhMrExtend,
  VpCreate: tdhVpCreate,
  VpAddcx: tdhVpAddcx,
  VpInit: tdhVpInit,
  VpFlush: tdhVpFlush,
  VpEnter: tdhVpEnter,
  MemTrack: tdhMemTrack,
  MemRangeBlock: tdhMemRangeBlock,
  MemRangeUnblock: tdhMemRangeUnblock,
  MemSeptRd: tdhMemSeptRd,
  MemPageAdd: tdhMemPageAdd,
  MemPageAug: tdhMemPageAug,
  MemPageRemove: tdhMemPageRemove,
  MemPageRelocate: tdhMemPageRelocate,
  MemSeptAdd: tdhMemSeptAdd,
  MemSeptRemove: tdhMemSeptRemove,
  MemPageDemote: tdhMemPageDemote,
  MemPagePromote: tdhMemPagePromote,
};

/** By leaf number. */
export const leafPrograms: readonly (LeafProgram | undefined)[] = byNumber();

function byNumber(): (LeafProgram | undefined)[] {
  const table: (LeafProgram | undefined)[] = new Array(64).fill(undefined);
  for (const key of Object.keys(programs) as (keyof typeof Leaf)[]) table[Leaf[key]] = programs[key];
  return table;
}

/** The program of one SEAMCALL: leaf number and version in RAX. */
export function dispatch(module: ModuleState, registers: Registers): Program {
  const low = registers.low(Register.Rax);
  const leaf = low & 0xffff;
  if (registers.high(Register.Rax) !== 0 || low >>> 24 !== 0 || (low >>> 16 !== 0 && !hasVersions(leaf))) {
    return refuse(TDX_OPERAND_INVALID | Operand.Rax);
  }
  const program = leafPrograms[leaf];
  return program === undefined ? unknownLeaf(module) : program(module, registers);
}

// biome-ignore lint/correctness/useYield: a call that is refused on its registers alone takes no step
function* refuse(status: Status): Program {
  return status;
}

function* unknownLeaf(module: ModuleState): Program {
  return refusal(yield read(module.system)) || TDX_OPERAND_INVALID | Operand.Rax;
}
