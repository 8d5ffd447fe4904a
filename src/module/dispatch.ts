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

/** By leaf number. */
export const leafPrograms: readonly (LeafProgram | undefined)[] = byNumber([
  [Leaf.MngAddcx, tdhMngAddcx],
  [Leaf.MngCreate, tdhMngCreate],
  [Leaf.MngKeyConfig, tdhMngKeyConfig],
  [Leaf.MngKeyFreeid, tdhMngKeyFreeid],
  [Leaf.MngVpflushdone, tdhMngVpflushdone],
  [Leaf.PhymemCacheWb, tdhPhymemCacheWb],
  [Leaf.PhymemPageRdmd, tdhPhymemPageRdmd],
  [Leaf.PhymemPageReclaim, tdhPhymemPageReclaim],
  [Leaf.PhymemPageWbinvd, tdhPhymemPageWbinvd],
  [Leaf.PhymemPamtAdd, tdhPhymemPamtAdd],
  [Leaf.PhymemPamtRemove, tdhPhymemPamtRemove],
  [Leaf.SysConfig, tdhSysConfig],
  [Leaf.SysKeyConfig, tdhSysKeyConfig],
  [Leaf.SysRd, tdhSysRd],
  [Leaf.SysTdmrInit, tdhSysTdmrInit],
  [Leaf.MngInit, tdhMngInit],
  [Leaf.MrFinalize, tdhMrFinalize],
  [Leaf.MrExtend, tdhMrExtend],
  [Leaf.VpCreate, tdhVpCreate],
  [Leaf.VpAddcx, tdhVpAddcx],
  [Leaf.VpInit, tdhVpInit],
  [Leaf.VpFlush, tdhVpFlush],
  [Leaf.VpEnter, tdhVpEnter],
  [Leaf.MemTrack, tdhMemTrack],
  [Leaf.MemRangeBlock, tdhMemRangeBlock],
  [Leaf.MemRangeUnblock, tdhMemRangeUnblock],
  [Leaf.MemSeptRd, tdhMemSeptRd],
  [Leaf.MemPageAdd, tdhMemPageAdd],
  [Leaf.MemPageAug, tdhMemPageAug],
  [Leaf.MemPageRemove, tdhMemPageRemove],
  [Leaf.MemPageRelocate, tdhMemPageRelocate],
  [Leaf.MemSeptAdd, tdhMemSeptAdd],
  [Leaf.MemSeptRemove, tdhMemSeptRemove],
  [Leaf.MemPageDemote, tdhMemPageDemote],
  [Leaf.MemPagePromote, tdhMemPagePromote],
]);

function byNumber(entries: readonly (readonly [Leaf, LeafProgram])[]): (LeafProgram | undefined)[] {
  const table: (LeafProgram | undefined)[] = new Array(64).fill(undefined);
  for (const [leaf, program] of entries) table[leaf] = program;
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
