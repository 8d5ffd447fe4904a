/**
 * SEAMCALL leaves: numbers (RAX bits 15:0), names, and which of them have versions above 0.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "Host-Side (SEAMCALL) Interface Functions".
 */
interface Row {
  readonly number: number;
  /** RAX bits 23:16 may be above 0. */
  readonly versions?: true;
}

/** The leaves of the model. The specification's name follows from the key: `MemPageAdd` is TDH.MEM.PAGE.ADD. */
const table = {
  VpEnter: { number: 0 },
  MngAddcx: { number: 1 },
  MemPageAdd: { number: 2 },
  MemSeptAdd: { number: 3, versions: true },
  VpAddcx: { number: 4 },
  MemPageRelocate: { number: 5 },
  MemPageAug: { number: 6 },
  MemRangeBlock: { number: 7 },
  MngKeyConfig: { number: 8 },
  MngCreate: { number: 9 },
  VpCreate: { number: 10 },
  MemPageDemote: { number: 15 },
  MrExtend: { number: 16 },
  MrFinalize: { number: 17 },
  VpFlush: { number: 18 },
  MngVpflushdone: { number: 19 },
  MngKeyFreeid: { number: 20 },
  MngInit: { number: 21 },
  VpInit: { number: 22, versions: true },
  MemPagePromote: { number: 23, versions: true },
  PhymemPageRdmd: { number: 24 },
  MemSeptRd: { number: 25 },
  PhymemPageReclaim: { number: 28 },
  MemPageRemove: { number: 29 },
  MemSeptRemove: { number: 30, versions: true },
  SysKeyConfig: { number: 31 },
  SysRd: { number: 34 },
  SysTdmrInit: { number: 36 },
  MemTrack: { number: 38 },
  MemRangeUnblock: { number: 39 },
  PhymemCacheWb: { number: 40 },
  PhymemPageWbinvd: { number: 41 },
  SysConfig: { number: 45 },
  PhymemPamtAdd: { number: 58 },
  PhymemPamtRemove: { number: 59 },
} as const satisfies Readonly<Record<string, Row>>;

type Table = typeof table;

/** Numbers of the leaves. */
export const Leaf = Object.fromEntries(Object.entries(table).map(([key, { number }]) => [key, number])) as {
  readonly [Key in keyof Table]: Table[Key]["number"];
};
export type Leaf = Table[keyof Table]["number"];

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(table).map(([key, { number }]) => [number, `TDH${key.replace(/[A-Z]/g, ".$&").toUpperCase()}`]),
);

/** Leaves that the model does not have and that have versions. */
const OTHERS_WITH_VERSIONS = [11, 26, 33, 53];

const versioned: ReadonlySet<number> = new Set([
  ...OTHERS_WITH_VERSIONS,
  ...Object.values<Row>(table).flatMap(({ number, versions }) => (versions === true ? [number] : [])),
]);

/** Name as the specification writes it, e.g. `TDH.PHYMEM.PAMT.ADD`, or undefined for other numbers. */
export function leafName(leaf: number): string | undefined {
  return names.get(leaf);
}

/** The leaf with this name, or undefined. */
export function leafByName(name: string): number | undefined {
  return [...names].find(([, known]) => known === name)?.[0];
}

/** Whether RAX bits 23:16 may be above 0 for this leaf. */
export function hasVersions(leaf: number): boolean {
  return versioned.has(leaf);
}
