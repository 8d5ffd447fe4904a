/**
 * Splitting and merging of PAMT entries, for PAGE.DEMOTE and PAGE.PROMOTE.
 *
 * The entry of the large page is locked exclusively and by itself, without the entries above it.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.PAGE.DEMOTE, TDH.MEM.PAGE.PROMOTE.
 */
import { PAGES_PER_REGION, PageType } from "../../abi/index.js";
import { fill, on, type Program, read, WRITE, write } from "../../machine/index.js";
import { ADD_COUNT, CLEAR_BITS } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import {
  BLOCK_BEPOCHS,
  BLOCK_HEADS,
  BLOCK_HIGHS,
  ENTRY_WORDS,
  HEAD,
  HIGH,
  leafHead,
  leafHigh,
  ownerOf,
  TAIL,
  TYPE_MASK,
} from "../state/pamt.js";
import { clearBit, installPagePair, orphanLocks, pairPfn } from "./page-pair.js";

/** Page frame number of the owner of a large page. */
function* ownerOfLarge(module: ModuleState, frame: number, level: number): Program {
  const head = yield read(module.pamt.headAt(frame, level));
  return ownerOf(head, yield read(module.pamt.highAt(frame, level)));
}

/** Frees the type of an entry above 4 KiB. */
function* freeLarge(module: ModuleState, frame: number, level: number): Program {
  const { pamt } = module;
  if (module.keepLeftovers) {
    yield on(CLEAR_BITS, pamt.headAt(frame, level), TYPE_MASK);
    return 0;
  }
  yield write(pamt.highAt(frame, level), 0);
  yield write(pamt.tailAt(frame, level), 0);
  yield write(pamt.headAt(frame, level), 0);
  return 0;
}

/** Makes all 4 KiB entries of a region pages of the TD at page frame number `owner`. */
function* fillPages(module: ModuleState, region: number, owner: number): Program {
  const block = module.pamt.block(region);
  yield fill(WRITE, block + BLOCK_BEPOCHS, PAGES_PER_REGION, 0);
  yield fill(WRITE, block + BLOCK_HIGHS, PAGES_PER_REGION, leafHigh(owner));
  yield fill(WRITE, block + BLOCK_HEADS, PAGES_PER_REGION, leafHead(PageType.Reg, owner));
  return 0;
}

/**
 * 2 MiB to 4 KiB. In dynamic mode the pair of pages holds the entries from here on; both are claimed.
 * @param page0 frames of the pair, or -1 in static mode
 */
export function* split2m(module: ModuleState, region: number, page0: number, page1: number): Program {
  const owner = yield* ownerOfLarge(module, region, 1);
  if (!module.dynamic) {
    yield* fillPages(module, region, owner);
    return yield* freeLarge(module, region, 1);
  }
  yield* installPagePair(module, region, page0, page1);
  yield* fillPages(module, region, owner);
  yield on(ADD_COUNT, module.pamt.entry2m(region) + TAIL, PAGES_PER_REGION);
  return 0;
}

/** 1 GiB to 2 MiB. */
export function* split1g(module: ModuleState, gib: number): Program {
  const owner = yield* ownerOfLarge(module, gib, 2);
  const { pamt } = module;
  for (let i = 0; i < PAGES_PER_REGION; i++) {
    const entry = pamt.entries2m(gib) + i * ENTRY_WORDS;
    yield fill(WRITE, entry + TAIL, 2, 0);
    yield write(entry + HIGH, leafHigh(owner));
    yield write(entry + HEAD, leafHead(PageType.Reg, owner));
  }
  return yield* freeLarge(module, gib, 2);
}

function* makeLarge(module: ModuleState, frame: number, level: number, owner: number): Program {
  const { pamt } = module;
  yield write(pamt.highAt(frame, level), leafHigh(owner));
  yield write(pamt.headAt(frame, level), leafHead(PageType.Reg, owner));
  return 0;
}

/**
 * 4 KiB to 2 MiB. In dynamic mode the pair of pages is given back.
 * @param owner page frame number of the TDR
 * @param pair receives the page frame numbers of the pair
 */
export function* merge2m(module: ModuleState, region: number, owner: number, pair: number[]): Program {
  const { pamt } = module;
  if (!module.dynamic) {
    const heads = pamt.block(region) + BLOCK_HEADS;
    for (let i = 0; i < PAGES_PER_REGION; i++) yield on(CLEAR_BITS, heads + i, TYPE_MASK);
    return yield* makeLarge(module, region, 1, owner);
  }
  pair[0] = yield* pairPfn(module, region, 0);
  pair[1] = yield* pairPfn(module, region, 1);
  yield clearBit(module, pair[0]);
  yield clearBit(module, pair[1]);
  if (!module.keepLeftovers) yield fill(WRITE, pamt.block(region) + BLOCK_HEADS, BLOCK_HEADS * 3, 0);
  // What was page count and second page is a BEPOCH again. A merge without a pair leaves the old one.
  yield fill(WRITE, pamt.entry2m(region) + TAIL, 2, 0);
  yield* makeLarge(module, region, 1, owner);
  return yield* orphanLocks(module, region);
}

/** 2 MiB to 1 GiB. */
export function* merge1g(module: ModuleState, gib: number, owner: number): Program {
  for (let i = 0; i < PAGES_PER_REGION; i++) {
    yield on(CLEAR_BITS, module.pamt.entries2m(gib) + i * ENTRY_WORDS + HEAD, TYPE_MASK);
  }
  if (module.dynamic) yield fill(WRITE, module.pamt.entry1g(gib) + TAIL, 2, 0);
  return yield* makeLarge(module, gib, 2, owner);
}
