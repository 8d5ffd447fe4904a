/**
 * What Linux says of TDX without a status: warnings whose cause is a SEAMCALL, and the steps of the module's start.
 *
 * Source: Linux's `arch/x86/virt/vmx/tdx/tdx.c`, and `arch/x86/kvm/vmx/tdx.c`.
 */

export interface Message {
  /** Stable, for programs. */
  readonly id: string;
  readonly pattern: RegExp;
  readonly title: string;
  /** Name of the leaf that has failed, if it is one. */
  readonly leaf?: string;
  readonly means: string;
  readonly lost: string;
  readonly todo: string;
}

const NO_TDX = "TDX on this host: no TD can be created until the next boot";
const NOTHING = "nothing";

export const messages: readonly Message[] = [
  {
    id: "pamt-put-warned",
    pattern: /\b(?:WARNING:.{0,200}|RIP: [0-9a-f]{4}:)tdx_(?:pamt_put|free_(?:control_)?page)\+0x/,
    title: "tdx_pamt_put() warned",
    leaf: "TDH.PHYMEM.PAMT.REMOVE",
    means: "PAMT.REMOVE failed on a put; the merged kernel does not print the status",
    lost: "2 pages (8 KiB): the pair is leaked, the count stays 1",
    todo: "read the status with ftrace or a kprobe on the return of tdh_phymem_pamt_remove()",
  },
  {
    id: "pamt-get-warned",
    pattern: /\b(?:WARNING:.{0,200}|RIP: [0-9a-f]{4}:)tdx_(?:pamt_get|alloc_(?:control_)?page)\+0x/,
    title: "tdx_pamt_get() warned",
    leaf: "TDH.PHYMEM.PAMT.ADD",
    means: "PAMT.ADD failed on a get, which returns -EIO; the merged kernel does not print the status",
    lost: "nothing: get frees its two pages; whoever called get fails with it",
    todo: "read the status with ftrace or a kprobe on the return of tdh_phymem_pamt_add()",
  },
  {
    id: "module-not-loaded",
    pattern: /tdx: (?:TDX )?module not loaded|SEAMCALL failed: TDX [Mm]odule not loaded/,
    title: "the TDX module is not loaded",
    means: "the first SEAMCALL returned VMFAILINVALID",
    lost: NO_TDX,
    todo: "check the BIOS setup, and that the boot chain loads a TDX module",
  },
  {
    id: "not-in-bios",
    pattern: /SEAMCALL failed: TDX disabled by BIOS|tdx: TDX not supported by the host platform|tdx: not supported by/,
    title: "TDX is off",
    means: "the BIOS has not enabled TDX, or the processor has none",
    lost: NO_TDX,
    todo: "switch TDX on in the BIOS setup",
  },
  {
    id: "init-failed",
    pattern: /\btdx: (?:TDX-Module|TDX module|module) initialization failed \(-?\d{1,5}\)/i,
    title: "the TDX module's initialisation failed",
    means: "Linux gave up on it; the number is Linux's error, and -5 is a SEAMCALL that failed",
    lost: NO_TDX,
    todo: "look for the SEAMCALL that failed, some lines further up",
  },
  {
    id: "init-refused",
    pattern: /\btdx: initialization failed: ./,
    title: "Linux did not start the TDX module",
    means: "the line says which condition of Linux is not met",
    lost: NO_TDX,
    todo: "mend what the line names: private key IDs, hibernation, TDMRs or reserved areas",
  },
  {
    id: "needs-feature",
    pattern: /\btdx: (?:XSAVE is|MOVDIR64B is|Self-snoop is) required for TDX/,
    title: "the processor lacks what TDX needs",
    means: "Linux does not start the module without that feature",
    lost: NO_TDX,
    todo: "check the processor and the BIOS setup",
  },
  {
    id: "rbp-clobber",
    pattern: /\bframe pointer \(RBP\) clobber bug present/,
    title: "the TDX module is too old",
    means: "it would overwrite RBP, and Linux refuses to use it",
    lost: NO_TDX,
    todo: "update the TDX module",
  },
  {
    id: "hkid-leaked",
    pattern: /tdh_mng_(?:vpflushdone|key_freeid)\(\) failed\. HKID -?\d{1,6} is leaked/,
    title: "KVM leaks a key ID",
    means: "the SEAMCALL before it failed, so the TD keeps its key",
    lost: "the key ID and every page of the TD, with their references",
    todo: "decode the status of the line before",
  },
  {
    id: "package-offline",
    pattern: /TDX requires all packages to have an online CPU/,
    title: "the last processor of a package stays online",
    means: "freeing a key needs a processor on each package",
    lost: NOTHING,
    todo: "end all TDs before the package is taken offline",
  },
  {
    id: "machine-check",
    pattern: /TDX private memory error\. Possible kernel bug/,
    title: "a machine check on memory of the module or of a TD",
    means: "the kernel read or wrote a page that the module owns, or one that was not reset when it came back",
    lost: "what the page held; the kernel may stop",
    todo: "look for a page that was used or freed while it was the module's (R7)",
  },
  {
    id: "pamt-size",
    pattern: /\b\d{1,12} KB allocated for PAMT/,
    title: "memory of the static PAMT",
    means: "with Dynamic PAMT only its 1G and 2M levels and a bitmap",
    lost: NOTHING,
    todo: NOTHING,
  },
  {
    id: "dynamic-pamt-on",
    pattern: /\btdx: Enable Dynamic PAMT/,
    title: "Dynamic PAMT is on",
    means: "the module supports it, and Linux has asked for it",
    lost: NOTHING,
    todo: NOTHING,
  },
];
