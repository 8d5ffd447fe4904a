/** Checks of the TDH.PHYMEM leaves, in the order of their descriptions in the ABI Reference Specification. */
import {
  Leaf,
  Operand,
  Register,
  TDX_HPA_RANGE_NOT_FREE,
  TDX_LIFECYCLE_STATE_INCORRECT,
  TDX_NO_HKID_READY_TO_WBCACHE,
  TDX_NO_PAMT_PAGE_PAIR,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAGE_METADATA_INCORRECT,
  TDX_PAGE_NOT_FREE,
  TDX_PAMT_PAGE_NOT_EMPTY,
  TDX_TD_ASSOCIATED_PAGES_EXIST,
  TDX_WBCACHE_RESUME_ERROR,
} from "../../abi/index.js";
import {
  atBitmap,
  before,
  beforeAnyStep,
  type CallEnd,
  countMismatch,
  ending,
  input,
  not,
  pageCount,
  strangeMetadata,
  success,
  type When,
} from "./check.js";

const rax = ending("RAX without Dynamic PAMT", TDX_OPERAND_INVALID | Operand.Rax, not(beforeAnyStep));

/** Whether RDMD's RCX has a level that there is not, or a reserved bit. */
const isLevelWrong: When = (probe) => {
  const rcx = input(probe, Register.Rcx);
  return (rcx & 0xff8n) !== 0n || (rcx & 7n) > (probe.module.dynamic ? 2n : 0n);
};

/** Checks that name RCX alone. */
const rcx = {
  format: ending("RCX format", TDX_OPERAND_INVALID | Operand.Rcx),
  range: ending("RCX range", TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rcx),
  busy: ending("RCX busy", TDX_OPERAND_BUSY | Operand.Rcx),
};

/** A page for the entries of a region: where it is, and whether it is free; the bitmap comes after both walks. */
export function pamtPageWalk(name: string, operand: Operand): CallEnd[] {
  return [
    ending(`${name} busy`, TDX_OPERAND_BUSY | operand),
    ending(`${name} not free (walk)`, TDX_PAGE_NOT_FREE | operand, not(atBitmap)),
  ];
}

export function pamtPageBitmap(name: string, operand: Operand): CallEnd {
  return ending(`${name} not free (bitmap)`, TDX_PAGE_NOT_FREE | operand, atBitmap);
}

export const phymemChecks: readonly (readonly [Leaf, readonly CallEnd[]])[] = [
  [
    Leaf.PhymemPamtAdd,
    [
      rax,
      rcx.format,
      ending("RDX format", TDX_OPERAND_INVALID | Operand.Rdx),
      ending("RDX range", TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rdx),
      ending("R8 format", TDX_OPERAND_INVALID | Operand.R8),
      ending("R8 range", TDX_OPERAND_ADDR_RANGE_ERROR | Operand.R8),
      rcx.range,
      rcx.busy,
      ending("RCX range not free", TDX_HPA_RANGE_NOT_FREE | Operand.Rcx),
      ...pamtPageWalk("RDX", Operand.Rdx),
      ...pamtPageWalk("R8", Operand.R8),
      pamtPageBitmap("RDX", Operand.Rdx),
      pamtPageBitmap("R8", Operand.R8),
      success,
    ],
  ],
  [
    Leaf.PhymemPamtRemove,
    [
      rax,
      rcx.format,
      rcx.range,
      rcx.busy,
      ending("RCX without page pair", TDX_NO_PAMT_PAGE_PAIR | Operand.Rcx),
      ending("first page not empty", TDX_PAMT_PAGE_NOT_EMPTY | 0),
      ending("second page not empty", TDX_PAMT_PAGE_NOT_EMPTY | 1),
      countMismatch,
      success,
    ],
  ],
  [
    Leaf.PhymemPageRdmd,
    [
      ending("RCX level or reserved bits", TDX_OPERAND_INVALID | Operand.Rcx, isLevelWrong),
      ending("RCX alignment or HKID", TDX_OPERAND_INVALID | Operand.Rcx, not(isLevelWrong)),
      rcx.range,
      rcx.busy,
      success,
    ],
  ],
  [
    Leaf.PhymemPageReclaim,
    [
      ending("RCX format", TDX_OPERAND_INVALID | Operand.Rcx, before(1)),
      rcx.range,
      rcx.busy,
      ending("RCX owned by no TD", TDX_PAGE_METADATA_INCORRECT | Operand.Rcx),
      ending("RCX not aligned to its page's size", TDX_OPERAND_INVALID | Operand.Rcx, not(before(1))),
      strangeMetadata,
      ending("TDR busy", TDX_OPERAND_BUSY | Operand.Tdr),
      ending("TD not in teardown", TDX_LIFECYCLE_STATE_INCORRECT),
      ending("TDR with pages left", TDX_TD_ASSOCIATED_PAGES_EXIST),
      pageCount,
      success,
    ],
  ],
  [
    Leaf.PhymemPageWbinvd,
    [
      rcx.format,
      rcx.range,
      rcx.busy,
      ending("RCX in use", TDX_PAGE_METADATA_INCORRECT | Operand.Rcx, not(atBitmap)),
      ending("RCX a PAMT page or reserved", TDX_PAGE_METADATA_INCORRECT | Operand.Rcx, atBitmap),
      success,
    ],
  ],
  [
    Leaf.PhymemCacheWb,
    [
      ending("RCX command", TDX_OPERAND_INVALID | Operand.Rcx),
      ending("cache write-back busy", TDX_OPERAND_BUSY | Operand.Wbcache),
      ending("KOT busy", TDX_OPERAND_BUSY | Operand.Kot),
      ending("nothing to resume", TDX_WBCACHE_RESUME_ERROR),
      ending("no HKID to write back", TDX_NO_HKID_READY_TO_WBCACHE),
      success,
    ],
  ],
];
