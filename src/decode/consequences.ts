/**
 * What is lost when a SEAMCALL fails, and what to do. Both are about Linux: what its TDX code does with the failure.
 *
 * Source: Linux's `arch/x86/virt/vmx/tdx/tdx.c` with Dynamic PAMT as applied in September 2026, and `arch/x86/kvm/vmx/tdx.c`.
 */
import type { StatusFacts } from "./status-facts.js";

export interface Consequences {
  /** Pages, a TD, the host; or nothing. */
  readonly lost: string;
  readonly todo: string;
}

const NOTHING = "nothing";
const TD_ENDS = "the TD: KVM warns once, ends it, and leaves the page to the module until the TD is torn down";
const KEY_LEAKS = "the key ID and every page of the TD, with their references: KVM gives up on its teardown";
const NOT_CREATED = "this TD or vCPU: it is not created, and KVM takes back what it has given so far";
const NO_TDX = "TDX on this host: no TD can be created until the next boot";
const ALL_TDS = "every TD of the host: the module answers nothing any more";

/** What a failure of a leaf costs. Keys are names without `TDH.`. */
const lostByLeaf: Readonly<Record<string, string>> = {
  "PHYMEM.PAMT.ADD": "nothing: get frees its two pages and returns -EIO; whoever called get fails with it",
  "PHYMEM.PAMT.REMOVE": "2 pages (8 KiB): put warns once and leaks the pair; the count stays 1, so the region works on",
  "MEM.RANGE.BLOCK": TD_ENDS,
  "MEM.TRACK": TD_ENDS,
  "MEM.PAGE.REMOVE": TD_ENDS,
  "MEM.SEPT.REMOVE": TD_ENDS,
  "MEM.PAGE.DEMOTE": "the TD: KVM ends it, as a split may not fail; the two pages of the pair are freed",
  "MEM.PAGE.PROMOTE": "nothing: the 512 pages stay as they are",
  "PHYMEM.PAGE.WBINVD": "1 page and its reference, so its region's pair too: what the cache holds could destroy it",
  "PHYMEM.PAGE.RECLAIM": "1 page and its reference, so its region's pair too; the TDR stays as well",
  "VP.FLUSH": KEY_LEAKS,
  "MNG.VPFLUSHDONE": KEY_LEAKS,
  "PHYMEM.CACHE.WB": KEY_LEAKS,
  "MNG.KEY.FREEID": KEY_LEAKS,
  "MNG.CREATE": NOT_CREATED,
  "MNG.ADDCX": NOT_CREATED,
  "MNG.KEY.CONFIG": NOT_CREATED,
  "MNG.INIT": NOT_CREATED,
  "VP.CREATE": NOT_CREATED,
  "VP.ADDCX": NOT_CREATED,
  "VP.INIT": NOT_CREATED,
  "MR.EXTEND": NOT_CREATED,
  "MR.FINALIZE": NOT_CREATED,
  "MEM.PAGE.ADD": NOT_CREATED,
  "MEM.PAGE.AUG": "the TD: KVM ends it; the page's reference is put",
  "MEM.SEPT.ADD": "the TD: KVM ends it; the page's reference is put",
  "VP.RD": "the TD: KVM ends it",
  "VP.WR": "the TD: KVM ends it",
  "VP.ENTER": "this entry: KVM hands the exit to user space",
  "PHYMEM.PAGE.RDMD": NOTHING,
  "MEM.SEPT.RD": NOTHING,
  "SYS.INIT": NO_TDX,
  "SYS.LP.INIT": "TDX on this processor: it cannot be brought online for TDX",
  "SYS.RD": NO_TDX,
  "SYS.CONFIG": NO_TDX,
  "SYS.KEY.CONFIG": NO_TDX,
  "SYS.TDMR.INIT": NO_TDX,
  "SYS.SHUTDOWN": "nothing yet: the update of the module does not begin",
  "SYS.UPDATE": ALL_TDS,
  "SYS.DISABLE": "nothing in this kernel; the next one, after kexec, may find memory poisoned",
};

/** Leaves that KVM makes again when they are BUSY, by letting the vCPU fault again. */
const FAULTS_AGAIN: ReadonlySet<string> = new Set(["MEM.PAGE.AUG", "MEM.SEPT.ADD", "MEM.PAGE.ADD"]);

/** What codes cost whatever the leaf. */
const lostByCode: Readonly<Record<string, string>> = {
  TDX_SYS_SHUTDOWN: ALL_TDS,
  TDX_SYS_NOT_READY: NO_TDX,
  TDX_SEAMCALL_VMFAILINVALID: NO_TDX,
  TDX_SEAMCALL_GP: NO_TDX,
  TDX_SEAMCALL_UD: "nothing: the module was not asked",
  TDX_TD_FATAL: "the TD",
  TDX_NON_RECOVERABLE_VCPU: "the vCPU, and so the TD",
  TDX_NON_RECOVERABLE_TD: "the TD",
  TDX_NON_RECOVERABLE_TD_NON_ACCESSIBLE: "the TD",
  TDX_NON_RECOVERABLE_TD_WRONG_APIC_MODE: "the TD",
  TDX_NON_RECOVERABLE_TD_CORRUPTED_MD: "the TD",
};

/** What to do about a code that a leaf returned. Keys are `LEAF CODE`. */
const todoByBoth: Readonly<Record<string, string>> = {
  "PHYMEM.PAMT.ADD TDX_OPERAND_BUSY":
    "find the ADD, REMOVE or DEMOTE that ran outside dpamt_lock, or the call that named a page there without a reference",
  "PHYMEM.PAMT.REMOVE TDX_OPERAND_BUSY":
    "find the ADD, REMOVE or DEMOTE that ran outside dpamt_lock, or the call on a page there whose reference was put too early",
  "PHYMEM.PAMT.ADD TDX_HPA_RANGE_NOT_FREE":
    "the count said 0 and the module has a pair: look for an earlier REMOVE that failed, or a DEMOTE that was not counted",
  "PHYMEM.PAMT.ADD TDX_PAGE_NOT_FREE":
    "a page of the pair is the module's already: look for a page that was freed while it was given away",
  "PHYMEM.PAMT.ADD TDX_OPERAND_INVALID":
    "with RAX: Dynamic PAMT was not switched on in SYS.CONFIG; else print RCX, RDX and R8, one is malformed",
  "PHYMEM.PAMT.REMOVE TDX_NO_PAMT_PAGE_PAIR":
    "the count said 1 and the module has no pair: look for a put too many, or a count that changes outside the lock",
  "PHYMEM.PAMT.REMOVE TDX_PAMT_PAGE_NOT_EMPTY":
    "look for a put that came before the last SEAMCALL on its page, or a put too many",
  "MEM.PAGE.DEMOTE TDX_OPERAND_BUSY":
    "with R12 or R13 an ADD or REMOVE of their regions is in the way: make DEMOTE under dpamt_lock",
  "PHYMEM.PAGE.RECLAIM TDX_PAGE_METADATA_INCORRECT":
    "the page is not the module's: look for a page that was reclaimed twice, or never given",
  "PHYMEM.PAGE.RECLAIM TDX_TD_ASSOCIATED_PAGES_EXIST": "look for the page of the TD that failed to come back before",
  "SYS.INIT TDX_INCORRECT_CPUID_VALUE":
    "update the BIOS, or switch on in its setup what TDX needs; the module and the processor must fit",
};

/** What to do about a code, whatever the leaf. */
const todoByCode: Readonly<Record<string, string>> = {
  TDX_SEAMCALL_VMFAILINVALID: 'check in the BIOS setup that TDX is on and a module is loaded; see dmesg for "virt/tdx"',
  TDX_SEAMCALL_GP: "switch TDX on in the BIOS setup, on all packages",
  TDX_SEAMCALL_UD: "harmless while the host reboots; else find the SEAMCALL that runs before VMXON on that processor",
  TDX_OPERAND_BUSY: "make the call again; if it stays BUSY, find who holds the lock",
  TDX_SYS_BUSY: "make the call again",
  TDX_RND_NO_ENTROPY: "make the call again; Linux does so 10 times",
  TDX_KEY_GENERATION_FAILED: "make the call again",
  TDX_INTERRUPTED_RESUMABLE: "make the call again with the same operands",
  TDX_INTERRUPTED_RESTARTABLE: "make the call again",
  TDX_PREVIOUS_TLB_EPOCH_BUSY: "kick the vCPUs out of guest mode and make the call again",
  TDX_TLB_TRACKING_NOT_DONE: "call TDH.MEM.TRACK, kick all vCPUs, and make the call again",
  TDX_GPA_RANGE_NOT_BLOCKED: "call TDH.MEM.RANGE.BLOCK first, then TDH.MEM.TRACK",
  TDX_MISSING_PAMT_PAGE_PAIR: "call tdx_pamt_get() for the page before it is handed over; look for a put too many",
  TDX_INTERRUPTED_PAMT: "add the page pair and make the call again",
  TDX_SYS_SHUTDOWN: "look further up for what shut it down; only a boot or an update brings TDX back",
  TDX_TD_FATAL: "tear the TD down",
  TDX_OPERAND_INVALID: "print the operand and compare it with the ABI specification: alignment, reserved bits, key ID",
  TDX_OPERAND_ADDR_RANGE_ERROR: "check that the page lies in memory of the boot: hot-added memory is in no TDMR",
  TDX_PAGE_METADATA_INCORRECT: "ask for the page's type (TDH.PHYMEM.PAGE.RDMD) and find who gave or took it before",
  TDX_FLUSHVP_NOT_DONE: "call TDH.VP.FLUSH for each vCPU, on the processor where it ran last",
  TDX_HKID_NOT_FREE: "take another key ID; look for a TD whose key was not freed",
};

/** What to do about codes of a class. */
const todoByClass: ReadonlyMap<number, string> = new Map([
  [0x05, "see which step of the module's initialisation, update or shutdown came before"],
  [0x09, "update the BIOS, or change its setup: the platform is not as the module needs it"],
  [0x0a, "compare the TDMRs that Linux built with the memory map: dmesg has both"],
  [0xff, "look for messages of Linux just before"],
]);

const todoByOutcome: Readonly<Record<StatusFacts["outcome"], string>> = {
  success: "nothing: the call succeeded",
  recoverable: "make the call again; if it fails for ever, find what is in the way",
  "not-recoverable": "making the same call again fails again: find the caller that broke its rules",
};

/** @param leaf name of the leaf with `TDH.`; null if it is not known */
export function consequencesOf(leaf: string | null, facts: StatusFacts): Consequences {
  const plain = leaf?.replace(/^TDH\./, "") ?? "";
  const code = facts.name ?? "";
  return { lost: lostBy(plain, code, facts), todo: todoFor(plain, code, facts) };
}

function lostBy(leaf: string, code: string, { outcome, bits, origin }: StatusFacts): string {
  const byCode = lostByCode[code];
  if (byCode !== undefined) return byCode;
  if (outcome === "success") return NOTHING;
  if (bits.fatal && origin === "module") return "the TD";
  if (code === "TDX_OPERAND_BUSY" && FAULTS_AGAIN.has(leaf))
    return "nothing: the vCPU faults again, and KVM tries once more";
  const byLeaf = lostByLeaf[leaf];
  if (byLeaf !== undefined) return byLeaf;
  return leaf === ""
    ? "that depends on the leaf: name it too"
    : "unknown: Linux has no code for this leaf that dpamt knows";
}

function todoFor(leaf: string, code: string, { outcome, origin, class: number }: StatusFacts): string {
  const special = todoByBoth[`${leaf} ${code}`] ?? todoByCode[code];
  if (special !== undefined) return special;
  if (origin === "errno") return "look for the function that made it: SEAMCALL never returns one";
  if (outcome === "success") return todoByOutcome.success;
  return todoByClass.get(number) ?? todoByOutcome[outcome];
}
