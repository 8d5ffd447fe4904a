/**
 * What an operand is, leaf by leaf, and which lock is meant where it is BUSY.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, input operands of each leaf; the locks are those that
 * `test/module/lock-order.test.ts` lists.
 */

/** Registers of the leaves that take or give physical pages. Keys are names without `TDH.`. */
const registers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "VP.ENTER": { RCX: "the TDVPR page of the vCPU" },
  "MNG.ADDCX": { RCX: "the new control page (TDCX)", RDX: "the TDR" },
  "MEM.PAGE.ADD": { RCX: "the guest address", RDX: "the TDR", R8: "the new guest page", R9: "the source page" },
  "MEM.SEPT.ADD": { RCX: "the guest address and level", RDX: "the TDR", R8: "the new Secure EPT page" },
  "VP.ADDCX": { RCX: "the new control page (TDCX)", RDX: "the TDVPR" },
  "MEM.PAGE.RELOCATE": { RCX: "the guest address, or its present page", RDX: "the TDR", R8: "the new page" },
  "MEM.PAGE.AUG": { RCX: "the guest address and level", RDX: "the TDR", R8: "the new guest page" },
  "MEM.RANGE.BLOCK": { RCX: "the guest address and level", RDX: "the TDR" },
  "MEM.RANGE.UNBLOCK": { RCX: "the guest address and level", RDX: "the TDR" },
  "MNG.KEY.CONFIG": { RCX: "the TDR" },
  "MNG.CREATE": { RCX: "the new TDR page", RDX: "the key ID" },
  "VP.CREATE": { RCX: "the new TDVPR page", RDX: "the TDR" },
  "MEM.PAGE.DEMOTE": {
    RCX: "the guest address and level, or the 2M entry of the page that is split",
    RDX: "the TDR",
    R8: "the new Secure EPT page",
    R12: "the first page of the pair",
    R13: "the second page of the pair",
  },
  "MR.EXTEND": { RCX: "the guest address", RDX: "the TDR" },
  "MR.FINALIZE": { RCX: "the TDR" },
  "VP.FLUSH": { RCX: "the TDVPR" },
  "MNG.VPFLUSHDONE": { RCX: "the TDR" },
  "MNG.KEY.FREEID": { RCX: "the TDR" },
  "MNG.INIT": { RCX: "the TDR", RDX: "the TD parameters (TD_PARAMS)" },
  "VP.INIT": { RCX: "the TDVPR" },
  "MEM.PAGE.PROMOTE": { RCX: "the guest address and level, or a page of it", RDX: "the TDR" },
  "PHYMEM.PAGE.RDMD": { RCX: "the page and level" },
  "MEM.SEPT.RD": { RCX: "the guest address and level", RDX: "the TDR" },
  "PHYMEM.PAGE.RECLAIM": { RCX: "the page to take back" },
  "MEM.PAGE.REMOVE": { RCX: "the guest address and level, or its page", RDX: "the TDR" },
  "MEM.SEPT.REMOVE": { RCX: "the guest address and level, or the Secure EPT page", RDX: "the TDR" },
  "MEM.TRACK": { RCX: "the TDR" },
  "SYS.TDMR.INIT": { RCX: "the base of the TDMR" },
  "SYS.CONFIG": { RCX: "the array of TDMR_INFO addresses", RDX: "how many TDMRs", R8: "the global key ID and options" },
  "PHYMEM.PAGE.WBINVD": { RCX: "the page to write back" },
  "PHYMEM.PAMT.ADD": {
    RCX: "the 2 MiB region that is to get a pair",
    RDX: "the first page of the pair",
    R8: "the second page of the pair",
  },
  "PHYMEM.PAMT.REMOVE": { RCX: "the 2 MiB region that is to lose its pair" },
};

/** Operands that are no registers: things that the module finds by itself. */
const implicit: Readonly<Record<string, string>> = {
  ATTRIBUTES: "attributes of the TD parameters",
  XFAM: "extended features (XFAM) of the TD parameters",
  EXEC_CONTROLS: "execution controls of the TD parameters",
  EPTP_CONTROLS: "EPTP controls of the TD parameters",
  MAX_VCPUS: "number of vCPUs of the TD parameters",
  CPUID_CONFIG: "CPUID configuration of the TD parameters",
  TSC_FREQUENCY: "TSC frequency of the TD parameters",
  NUM_L2_VMS: "number of nested VMs of the TD parameters",
  TDR: "the TD's root page, found by its pages",
  TDVPR: "the vCPU's root page",
  TDCS: "the TD's control structure",
  TDVPS: "the vCPU's control structure",
  SEPT_TREE: "the TD's Secure EPT as a whole",
  SEPT_ENTRY: "an entry of the Secure EPT",
  TD_EPOCH: "the TD's epoch of TLB tracking",
  OP_STATE: "the TD's operation state",
  SYS: "the module as a whole",
  TDMR: "the TDMR",
  KOT: "the table of key owners",
  KET: "the table of keys",
  WBCACHE: "the write-back of caches",
};

/** Registers that name a physical page or region, so that BUSY means the lock of its PAMT entry. */
const NAMES_PHYSICAL = /\b(?:page|pages|region|TDR|TDVPR|pair)\b/;

/**
 * What an operand is.
 *
 * @param leaf name of the leaf with `TDH.`; null if it is not known
 * @param operand e.g. `RCX`
 */
export function operandMeaning(leaf: string | null, operand: string): string | null {
  const known = leaf === null ? undefined : registers[leaf.replace(/^TDH\./, "")]?.[operand];
  return known ?? implicit[operand] ?? null;
}

/** Which lock a call could not have; null where that cannot be said. */
export function lockMeant(leaf: string | null, operand: string): string | null {
  if (operand in implicit) return `the lock of ${operand}`;
  const meaning = operandMeaning(leaf, operand);
  if (meaning === null || !NAMES_PHYSICAL.test(meaning)) return null;
  if (meaning.includes("region")) return "the lock of its 2M PAMT entry, which pages of pairs that lie there share";
  return meaning.startsWith("the guest address")
    ? "the lock of the Secure EPT entry, or of the page's PAMT entry"
    : "the lock of its PAMT entry, or of the 2M entry above";
}
