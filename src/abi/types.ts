/**
 * Page types and levels as the PAMT and the interface encode them.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "Physical Address Metadata Table";
 * ABI Reference Specification, TDH.PHYMEM.PAGE.RDMD.
 */

/** Type of a page in its PAMT entry (bits 20:16). */
export enum PageType {
  /** Not assigned: free for the host. */
  Nda = 0,
  /** In a reserved area of its TDMR. */
  Rsvd = 1,
  /** Private memory of a TD. */
  Reg = 3,
  /** Root control page of a TD. */
  Tdr = 4,
  /** Further control page of a TD or a vCPU. */
  Tdcx = 5,
  /** Root control page of a vCPU. */
  Tdvpr = 6,
  /** Page of a Secure EPT. */
  Ept = 8,
  /** A 2 MiB entry with a page pair, and the pages of pairs. */
  Pamt = 15,
}

/** Size of a page, and depth in the PAMT. */
export enum Level {
  Page4K = 0,
  Page2M = 1,
  Page1G = 2,
}

const typeNames: ReadonlyMap<number, string> = new Map([
  [PageType.Nda, "NDA"],
  [PageType.Rsvd, "RSVD"],
  [PageType.Reg, "REG"],
  [PageType.Tdr, "TDR"],
  [PageType.Tdcx, "TDCX"],
  [PageType.Tdvpr, "TDVPR"],
  [PageType.Ept, "EPT"],
  [PageType.Pamt, "PAMT"],
]);

const levelNames = ["4K", "2M", "1G"];

/** Name of a page type, e.g. `REG`. */
export function pageTypeName(type: number): string {
  return typeNames.get(type) ?? `type ${type}`;
}

/** Name of a level, e.g. `2M`. */
export function levelName(level: number): string {
  return levelNames[level] ?? `level ${level}`;
}
