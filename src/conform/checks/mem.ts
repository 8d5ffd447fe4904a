/** Checks of the TDH.MEM leaves, in the order of their descriptions in the ABI Reference Specification. */
import {
  Leaf,
  Operand,
  Register,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_EPT_INVALID_PROMOTE_CONDITIONS,
  TDX_EPT_PAGE_NOT_FREE,
  TDX_EPT_WALK_FAILED,
  TDX_GPA_RANGE_ALREADY_BLOCKED,
  TDX_INTERRUPTED_BUSY,
  TDX_INTERRUPTED_RESTARTABLE,
  TDX_INTERRUPTED_RESUMABLE,
  TDX_L2_SEPT_ENTRY_NOT_FREE,
  TDX_L2_SEPT_WALK_FAILED,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAGE_METADATA_INCORRECT,
  TDX_PREVIOUS_TLB_EPOCH_BUSY,
} from "../../abi/index.js";
import { HEAD, TYPE_MASK } from "../../module/index.js";
import {
  atBitmap,
  atSeptEntry,
  before,
  both,
  type CallEnd,
  ending,
  exclusiveTdState,
  family,
  input,
  lockedTdState,
  not,
  ofOperands,
  pageCount,
  septEntry,
  strangeMetadata,
  success,
  takenPage,
  tracking,
  typedPage,
  version,
  type When,
} from "./check.js";
import { pamtPageBitmap, pamtPageWalk } from "./phymem.js";

/** Locks on the way to a Secure EPT entry: 1G, 2M and 4K entry of the TDR, OP_STATE, the tree, the entry. */
const ENTRY_LOCKS = 6;
const beforePage = before(ENTRY_LOCKS + 1);
const L2_PAGES = [Operand.R9, Operand.R10, Operand.R11] as const;

/** Whether RDX has a flag that the leaf does not know; bit 0 is known. */
const hasStrangeFlag: When = (probe) => (input(probe, Register.Rdx) & 0xffen) !== 0n;
/** Whether the call ended when it had looked how many L2 VMs there are. */
const atNumL2: When = (probe) => probe.last.endsWith("L2 VMs");
/** Whether the call ended at the reserved or used pages of a 2 MiB page that has no entry itself. */
const inPart: When = (probe) => {
  if ((input(probe, Register.Rcx) & 7n) !== 1n) return false;
  const { pamt, words } = probe.module;
  const frame = pamt.frameOf(Number(input(probe, Register.R8)));
  return ((words.read(pamt.entry1g(frame) + HEAD) | words.read(pamt.entry2m(frame) + HEAD)) & TYPE_MASK) === 0;
};

const tdr: readonly CallEnd[] = typedPage("RDX", Operand.Rdx, "TDR");
const td: readonly CallEnd[] = [...tdr, ...lockedTdState];
/** RDX with a flag in bit 0. */
const flags = ending("RDX flags", TDX_OPERAND_INVALID | Operand.Rdx, hasStrangeFlag);
const tdWithFlags: readonly CallEnd[] = [
  flags,
  ...typedPage("RDX", Operand.Rdx, "TDR", not(hasStrangeFlag)),
  ...lockedTdState,
];
const state = ending("RCX entry state", TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
/** The page that an entry points to, locked by itself. */
const pageBusy = (name: string, when: When = not(atSeptEntry)): readonly CallEnd[] => [
  strangeMetadata,
  ending(`${name} busy`, TDX_OPERAND_BUSY | Operand.Rcx, when),
];
const interrupted: readonly CallEnd[] = [
  ending("interrupted", TDX_INTERRUPTED_RESTARTABLE),
  ending("interrupted, and another processor waits", TDX_INTERRUPTED_BUSY),
];
const atSmallEntry: When = (probe) => probe.refused.startsWith("4K entry");
const atLargeEntry: When = (probe) => /^(2M|1G) entry/.test(probe.refused);
const l2Busy = ending("L2 Secure EPT page busy", TDX_OPERAND_BUSY | Operand.Rcx, both(atSmallEntry, not(beforePage)));

export const memChecks: readonly (readonly [Leaf, readonly CallEnd[]])[] = [
  [
    Leaf.MemPageAdd,
    [
      ...tdr,
      ...exclusiveTdState,
      ending("RCX format or level", TDX_OPERAND_INVALID | Operand.Rcx),
      ending("RCX walk", TDX_EPT_WALK_FAILED | Operand.Rcx),
      state,
      ending("R9 format", TDX_OPERAND_INVALID | Operand.R9),
      ...takenPage("R8", [Operand.R8]),
      pageCount,
      success,
    ],
  ],
  [
    Leaf.MemPageAug,
    [
      ...td,
      ...septEntry,
      state,
      ...takenPage("R8", [Operand.R8]).map((each) =>
        each.name === "R8 in use"
          ? ending(each.name, TDX_PAGE_METADATA_INCORRECT | Operand.R8, (probe, status) => {
              return !inPart(probe, status) && !atBitmap(probe, status);
            })
          : each.name === "R8 a PAMT page or reserved"
            ? ending(each.name, TDX_PAGE_METADATA_INCORRECT | Operand.R8, both(atBitmap, not(inPart)))
            : each,
      ),
      ending("R8 of 2 MiB in use in part", TDX_PAGE_METADATA_INCORRECT | Operand.R8, inPart),
      pageCount,
      success,
    ],
  ],
  [
    Leaf.MemPageRelocate,
    [
      ...td,
      ...septEntry,
      state,
      ending("R8 the page itself", TDX_OPERAND_INVALID | Operand.R8, beforePage),
      ...pageBusy("page"),
      ...tracking,
      ...takenPage("R8", [Operand.R8], not(beforePage)),
      pageCount,
      success,
    ],
  ],
  [Leaf.MemPageRemove, [...td, ...septEntry, state, ...pageBusy("page"), ...tracking, pageCount, success]],
  [
    Leaf.MemPageDemote,
    [
      ...tdWithFlags,
      ...septEntry,
      state,
      ...tracking,
      ...takenPage("R8", [Operand.R8]),
      ...takenPage("R9 to R11", L2_PAGES),
      ...interrupted,
      family("L2 Secure EPT walk", TDX_L2_SEPT_WALK_FAILED),
      ending("page busy", TDX_OPERAND_BUSY | Operand.Rcx, not(atSeptEntry)),
      ending("R12 format", TDX_OPERAND_INVALID | Operand.R12),
      ending("R13 format", TDX_OPERAND_INVALID | Operand.R13),
      ending("R12 range", TDX_OPERAND_ADDR_RANGE_ERROR | Operand.R12),
      ending("R13 range", TDX_OPERAND_ADDR_RANGE_ERROR | Operand.R13),
      ...pamtPageWalk("R12", Operand.R12),
      ...pamtPageWalk("R13", Operand.R13),
      pamtPageBitmap("R12", Operand.R12),
      pamtPageBitmap("R13", Operand.R13),
      pageCount,
      success,
    ],
  ],
  [
    Leaf.MemPagePromote,
    [
      version,
      ...td,
      ...septEntry,
      state,
      ...pageBusy("Secure EPT page", both(atSmallEntry, beforePage)),
      ...tracking,
      ending("pages cannot be merged", TDX_EPT_INVALID_PROMOTE_CONDITIONS | Operand.Rcx),
      ...interrupted,
      l2Busy,
      ending("merged page busy", TDX_OPERAND_BUSY | Operand.Rcx, atLargeEntry),
      pageCount,
      success,
    ],
  ],
  [
    Leaf.MemSeptAdd,
    [
      version,
      ...tdWithFlags,
      ...septEntry,
      state,
      ...takenPage("R8", [Operand.R8]),
      ofOperands("R9 to R11 without such an L2 VM", TDX_OPERAND_INVALID, L2_PAGES, atNumL2),
      family("L2 Secure EPT walk", TDX_L2_SEPT_WALK_FAILED),
      ...takenPage("R9 to R11", L2_PAGES, not(atNumL2)),
      family("L2 Secure EPT entry not free", TDX_L2_SEPT_ENTRY_NOT_FREE),
      ending("interrupted between pages", TDX_INTERRUPTED_RESUMABLE),
      pageCount,
      success,
    ],
  ],
  [
    Leaf.MemSeptRemove,
    [
      version,
      ...td,
      ...septEntry,
      state,
      ...pageBusy("Secure EPT page", both(atSmallEntry, beforePage)),
      ...tracking,
      ending("Secure EPT page not empty", TDX_EPT_PAGE_NOT_FREE | Operand.Rcx),
      l2Busy,
      pageCount,
      success,
    ],
  ],
  [
    Leaf.MemSeptRd,
    [
      ...typedPage("RDX", Operand.Rdx, "TDR", before(1)),
      ...lockedTdState,
      ending("RDX attributes for L2 VMs", TDX_OPERAND_INVALID | Operand.Rdx, not(before(1))),
      ...septEntry,
      success,
    ],
  ],
  [
    Leaf.MemRangeBlock,
    [...td, ...septEntry, ending("RCX blocked already", TDX_GPA_RANGE_ALREADY_BLOCKED | Operand.Rcx), state, success],
  ],
  [
    Leaf.MemRangeUnblock,
    [...td, ...septEntry, state, ...tracking.filter(({ name }) => name === "RCX not tracked"), success],
  ],
  [
    Leaf.MemTrack,
    [
      ...typedPage("RCX", Operand.Rcx, "TDR"),
      ...lockedTdState,
      ending("TD_EPOCH busy", TDX_OPERAND_BUSY | Operand.TdEpoch),
      ending("vCPUs run in the previous epoch", TDX_PREVIOUS_TLB_EPOCH_BUSY),
      success,
    ],
  ],
];
