/**
 * SEAMCALL leaves that the model does not have, by number and name. Those of the model are in `leaves.ts`.
 *
 * Source: Intel TDX Module 1.5 and 2.0 ABI Reference Specifications, "Host-Side (SEAMCALL) Interface Functions". The
 * published source of module 2.0 has TDX Connect, 128 to 166. Linux's `arch/x86/virt/vmx/tdx/tdx.h` has 60, 61 and 69.
 */
import { leafName } from "./leaves.js";

const further: ReadonlyMap<number, string> = new Map([
  [11, "TDH.MNG.RD"],
  [12, "TDH.MEM.RD"],
  [13, "TDH.MNG.WR"],
  [14, "TDH.MEM.WR"],
  [26, "TDH.VP.RD"],
  [27, "TDH.MNG.KEY.RECLAIMID"],
  [32, "TDH.SYS.INFO"],
  [33, "TDH.SYS.INIT"],
  [35, "TDH.SYS.LP.INIT"],
  [37, "TDH.SYS.RDALL"],
  [42, "TDH.MEM.SEPT.WR"],
  [43, "TDH.VP.WR"],
  [44, "TDH.SYS.LP.SHUTDOWN"],
  [48, "TDH.SERVTD.BIND"],
  [49, "TDH.SERVTD.PREBIND"],
  [52, "TDH.SYS.SHUTDOWN"],
  [53, "TDH.SYS.UPDATE"],
  [60, "TDH.EXT.INIT"],
  [61, "TDH.EXT.MEM.ADD"],
  [64, "TDH.EXPORT.ABORT"],
  [65, "TDH.EXPORT.BLOCKW"],
  [66, "TDH.EXPORT.RESTORE"],
  [68, "TDH.EXPORT.MEM"],
  [69, "TDH.SYS.DISABLE"],
  [70, "TDH.EXPORT.PAUSE"],
  [71, "TDH.EXPORT.TRACK"],
  [72, "TDH.EXPORT.STATE.IMMUTABLE"],
  [73, "TDH.EXPORT.STATE.TD"],
  [74, "TDH.EXPORT.STATE.VP"],
  [75, "TDH.EXPORT.UNBLOCKW"],
  [80, "TDH.IMPORT.ABORT"],
  [81, "TDH.IMPORT.END"],
  [82, "TDH.IMPORT.COMMIT"],
  [83, "TDH.IMPORT.MEM"],
  [84, "TDH.IMPORT.TRACK"],
  [85, "TDH.IMPORT.STATE.IMMUTABLE"],
  [86, "TDH.IMPORT.STATE.TD"],
  [87, "TDH.IMPORT.STATE.VP"],
  [96, "TDH.MIG.STREAM.CREATE"],
  [128, "TDH.IOMMU.SETREG"],
  [129, "TDH.IOMMU.GETREG"],
  [130, "TDH.SPDM.CREATE"],
  [131, "TDH.SPDM.DELETE"],
  [132, "TDH.IDE.STREAM.CREATE"],
  [133, "TDH.IDE.STREAM.BLOCK"],
  [134, "TDH.IDE.STREAM.DELETE"],
  [135, "TDH.IDE.STREAM.IDEKMREQ"],
  [136, "TDH.IDE.STREAM.IDEKMRSP"],
  [137, "TDH.DEVIF.CREATE"],
  [138, "TDH.DEVIF.REMOVE"],
  [139, "TDH.DEVIF.REQUEST"],
  [140, "TDH.DEVIF.RESPONSE"],
  [150, "TDH.DMAR.ADD"],
  [151, "TDH.DMAR.BLOCK"],
  [152, "TDH.DMAR.READ"],
  [153, "TDH.DMAR.REMOVE"],
  [154, "TDH.MMIO.MT.ADD"],
  [155, "TDH.MMIO.MT.SET"],
  [156, "TDH.MMIO.MT.RD"],
  [157, "TDH.MMIO.MT.REMOVE"],
  [158, "TDH.MMIO.MAP"],
  [159, "TDH.MMIO.BLOCK"],
  [160, "TDH.MMIO.UNMAP"],
  [161, "TDH.IQ.INV.REQUEST"],
  [162, "TDH.IQ.INV.PROCESS"],
  [163, "TDH.MEM.SHARED.SEPT.WR"],
  [164, "TDH.DEVIF.MT.ADD"],
  [165, "TDH.DEVIF.MT.REMOVE"],
  [166, "TDH.DEVIF.MT.RD"],
]);

/** Numbers that RAX bits 15:0 can have. */
const LEAVES = 1 << 16;

const numbers: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, leaf) => [publicLeafName(leaf), leaf] as const).flatMap(([name, leaf]) =>
    name === undefined ? [] : [[name, leaf] as const],
  ),
);

/** Name of a leaf, in the model or not, e.g. `TDH.SYS.INIT`; undefined for numbers that no public module has. */
export function publicLeafName(leaf: number): string | undefined {
  return leafName(leaf) ?? further.get(leaf);
}

/**
 * The leaf with this name, in the model or not, or undefined. The name may be the kernel's (`TDH_SYS_INIT`,
 * `tdh_sys_init`) or the specification's. Without `TDH` in front its end is enough where only one leaf ends so, as
 * `PAMT.REMOVE`.
 */
export function publicLeafByName(name: string): number | undefined {
  const plain = name.toUpperCase().replace(/_/g, ".");
  if (plain.startsWith("TDH.")) return numbers.get(plain);
  const whole = numbers.get(`TDH.${plain}`);
  if (whole !== undefined || !plain.includes(".")) return whole;
  const ending = [...numbers].filter(([known]) => known.endsWith(`.${plain}`));
  return ending.length === 1 ? ending[0]?.[1] : undefined;
}

/** The parts of RAX of a call: leaf in bits 15:0, version in bits 23:16. */
export function leafAndVersion(rax: bigint): { readonly leaf: number; readonly version: number } {
  return { leaf: Number(rax % BigInt(LEAVES)), version: Number((rax >> 16n) & 0xffn) };
}
