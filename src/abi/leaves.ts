/**
 * SEAMCALL leaf numbers (RAX bits 15:0) and which of them have versions above 0.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "Host-Side (SEAMCALL) Interface Functions".
 */
export enum Leaf {
  VpEnter = 0,
  MngAddcx = 1,
  MemPageAdd = 2,
  MemSeptAdd = 3,
  VpAddcx = 4,
  MemPageRelocate = 5,
  MemPageAug = 6,
  MemRangeBlock = 7,
  MngKeyConfig = 8,
  MngCreate = 9,
  VpCreate = 10,
  MemPageDemote = 15,
  MrExtend = 16,
  MrFinalize = 17,
  VpFlush = 18,
  MngVpflushdone = 19,
  MngKeyFreeid = 20,
  MngInit = 21,
  VpInit = 22,
  MemPagePromote = 23,
  PhymemPageRdmd = 24,
  MemSeptRd = 25,
  PhymemPageReclaim = 28,
  MemPageRemove = 29,
  MemSeptRemove = 30,
  SysKeyConfig = 31,
  SysRd = 34,
  SysTdmrInit = 36,
  MemTrack = 38,
  MemRangeUnblock = 39,
  PhymemCacheWb = 40,
  PhymemPageWbinvd = 41,
  SysConfig = 45,
  PhymemPamtAdd = 58,
  PhymemPamtRemove = 59,
}

const names: ReadonlyMap<number, string> = new Map([
  [Leaf.VpEnter, "TDH.VP.ENTER"],
  [Leaf.MngAddcx, "TDH.MNG.ADDCX"],
  [Leaf.MemPageAdd, "TDH.MEM.PAGE.ADD"],
  [Leaf.MemSeptAdd, "TDH.MEM.SEPT.ADD"],
  [Leaf.VpAddcx, "TDH.VP.ADDCX"],
  [Leaf.MemPageRelocate, "TDH.MEM.PAGE.RELOCATE"],
  [Leaf.MemPageAug, "TDH.MEM.PAGE.AUG"],
  [Leaf.MemRangeBlock, "TDH.MEM.RANGE.BLOCK"],
  [Leaf.MngKeyConfig, "TDH.MNG.KEY.CONFIG"],
  [Leaf.MngCreate, "TDH.MNG.CREATE"],
  [Leaf.VpCreate, "TDH.VP.CREATE"],
  [Leaf.MemPageDemote, "TDH.MEM.PAGE.DEMOTE"],
  [Leaf.MrExtend, "TDH.MR.EXTEND"],
  [Leaf.MrFinalize, "TDH.MR.FINALIZE"],
  [Leaf.VpFlush, "TDH.VP.FLUSH"],
  [Leaf.MngVpflushdone, "TDH.MNG.VPFLUSHDONE"],
  [Leaf.MngKeyFreeid, "TDH.MNG.KEY.FREEID"],
  [Leaf.MngInit, "TDH.MNG.INIT"],
  [Leaf.VpInit, "TDH.VP.INIT"],
  [Leaf.MemPagePromote, "TDH.MEM.PAGE.PROMOTE"],
  [Leaf.PhymemPageRdmd, "TDH.PHYMEM.PAGE.RDMD"],
  [Leaf.MemSeptRd, "TDH.MEM.SEPT.RD"],
  [Leaf.PhymemPageReclaim, "TDH.PHYMEM.PAGE.RECLAIM"],
  [Leaf.MemPageRemove, "TDH.MEM.PAGE.REMOVE"],
  [Leaf.MemSeptRemove, "TDH.MEM.SEPT.REMOVE"],
  [Leaf.SysKeyConfig, "TDH.SYS.KEY.CONFIG"],
  [Leaf.SysRd, "TDH.SYS.RD"],
  [Leaf.SysTdmrInit, "TDH.SYS.TDMR.INIT"],
  [Leaf.MemTrack, "TDH.MEM.TRACK"],
  [Leaf.MemRangeUnblock, "TDH.MEM.RANGE.UNBLOCK"],
  [Leaf.PhymemCacheWb, "TDH.PHYMEM.CACHE.WB"],
  [Leaf.PhymemPageWbinvd, "TDH.PHYMEM.PAGE.WBINVD"],
  [Leaf.SysConfig, "TDH.SYS.CONFIG"],
  [Leaf.PhymemPamtAdd, "TDH.PHYMEM.PAMT.ADD"],
  [Leaf.PhymemPamtRemove, "TDH.PHYMEM.PAMT.REMOVE"],
]);

/** Leaves that accept a version above 0. */
const versioned: ReadonlySet<number> = new Set([3, 11, 22, 23, 26, 30, 33, 53]);

/** Name as the specification writes it, e.g. `TDH.PHYMEM.PAMT.ADD`, or undefined for other numbers. */
export function leafName(leaf: number): string | undefined {
  return names.get(leaf);
}

/** Whether RAX bits 23:16 may be above 0 for this leaf. */
export function hasVersions(leaf: number): boolean {
  return versioned.has(leaf);
}
