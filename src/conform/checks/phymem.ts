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
  atOnce,
  before,
  type Check,
  check,
  countMismatch,
  input,
  not,
  pageCount,
  strangeMetadata,
  success,
  type When,
} from "./check.js";

const rax = check("RAX without Dynamic PAMT", TDX_OPERAND_INVALID | Operand.Rax, not(atOnce));

/** Whether RDMD's RCX has a level that there is not, or a reserved bit. */
const isLevelWrong: When = (probe) => {
  const rcx = input(probe, Register.Rcx);
  return (rcx & 0xff8n) !== 0n || (rcx & 7n) > (probe.module.dynamic ? 2n : 0n);
};

/** Checks that name RCX alone. */
const rcx = {
  format: check("RCX format", TDX_OPERAND_INVALID | Operand.Rcx),
  range: check("RCX range", TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rcx),
  busy: check("RCX busy", TDX_OPERAND_BUSY | Operand.Rcx),
};

/** A page for the entries of a region: where it is, and whether it is free; the bitmap comes after both walks. */
export function pamtPageWalk(name: string, operand: Operand): Check[] {
  return [
    check(`${name} busy`, TDX_OPERAND_BUSY | operand),
    check(`${name} not free (walk)`, TDX_PAGE_NOT_FREE | operand, not(atBitmap)),
  ];
}

export function pamtPageBitmap(name: string, operand: Operand): Check {
  return check(`${name} not free (bitmap)`, TDX_PAGE_NOT_FREE | operand, atBitmap);
}

export const phymemChecks: readonly (readonly [Leaf, readonly Check[]])[] = [
  [
    Leaf.PhymemPamtAdd,
    [
      rax,
      rcx.format,
      check("RDX format", TDX_OPERAND_INVALID | Operand.Rdx),
      check("RDX range", TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rdx),
      check("R8 format", TDX_OPERAND_INVALID | Operand.R8),
      check("R8 range", TDX_OPERAND_ADDR_RANGE_ERROR | Operand.R8),
      rcx.range,
      rcx.busy,
      check("RCX range not free", TDX_HPA_RANGE_NOT_FREE | Operand.Rcx),
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
      check("RCX without page pair", TDX_NO_PAMT_PAGE_PAIR | Operand.Rcx),
      check("first page not empty", TDX_PAMT_PAGE_NOT_EMPTY | 0),
      check("second page not empty", TDX_PAMT_PAGE_NOT_EMPTY | 1),
      countMismatch,
      success,
    ],
  ],
  [
    Leaf.PhymemPageRdmd,
    [
      check("RCX level or reserved bits", TDX_OPERAND_INVALID | Operand.Rcx, isLevelWrong),
      check("RCX alignment or HKID", TDX_OPERAND_INVALID | Operand.Rcx, not(isLevelWrong)),
      rcx.range,
      rcx.busy,
      success,
    ],
  ],
  [
    Leaf.PhymemPageReclaim,
    [
      check("RCX format", TDX_OPERAND_INVALID | Operand.Rcx, before(1)),
      rcx.range,
      rcx.busy,
      check("RCX owned by no TD", TDX_PAGE_METADATA_INCORRECT | Operand.Rcx),
      check("RCX not aligned to its page's size", TDX_OPERAND_INVALID | Operand.Rcx, not(before(1))),
      strangeMetadata,
      check("TDR busy", TDX_OPERAND_BUSY | Operand.Tdr),
      check("TD not in teardown", TDX_LIFECYCLE_STATE_INCORRECT),
      check("TDR with pages left", TDX_TD_ASSOCIATED_PAGES_EXIST),
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
      check("RCX in use", TDX_PAGE_METADATA_INCORRECT | Operand.Rcx, not(atBitmap)),
      check("RCX a PAMT page or reserved", TDX_PAGE_METADATA_INCORRECT | Operand.Rcx, atBitmap),
      success,
    ],
  ],
  [
    Leaf.PhymemCacheWb,
    [
      check("RCX command", TDX_OPERAND_INVALID | Operand.Rcx),
      check("cache write-back busy", TDX_OPERAND_BUSY | Operand.Wbcache),
      check("KOT busy", TDX_OPERAND_BUSY | Operand.Kot),
      check("nothing to resume", TDX_WBCACHE_RESUME_ERROR),
      check("no HKID to write back", TDX_NO_HKID_READY_TO_WBCACHE),
      success,
    ],
  ],
];
