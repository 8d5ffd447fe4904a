/** The numbers of the introduction, from the model: nothing is written down twice. */
import { battery, Setup } from "../../src/check/index.js";
import { designs, tdxDpamtEntryPages } from "../../src/helpers/index.js";
import { PAGE_SIZE, PTRS_PER_PMD } from "../../src/kernel/index.js";
import { pamtBytes } from "../../src/module/index.js";
import { bounds } from "./page.js";

export interface Numbers {
  /** Bytes of the entry of a 4 KiB page, as the module says it. */
  readonly entryBytes: number;
  readonly pageKib: number;
  /** Pages in a region, and MiB. */
  readonly regionPages: number;
  readonly regionMib: number;
  /** Pages in a pair, as the kernel reckons it. */
  readonly pairPages: number;
  /** For each GiB: MiB of entries without Dynamic PAMT, their share of the memory, KiB of bits with it. */
  readonly staticMib: number;
  readonly staticShare: number;
  readonly bitmapKib: number;
}

const KIB = 1024;
const GIB = KIB ** 3;

export function numbersOf(): Numbers {
  const [design, scenario] = [designs[0], battery[0]];
  if (design === undefined || scenario === undefined) throw new Error("there is no design, or no scenario");
  const { kernel } = new Setup({ design, scenario, bounds });
  const entries = Number(pamtBytes(0, BigInt(GIB), false));
  return {
    entryBytes: kernel.systemInfo.pamt4kEntrySize,
    pageKib: PAGE_SIZE / KIB,
    regionPages: PTRS_PER_PMD,
    regionMib: (PTRS_PER_PMD * PAGE_SIZE) / KIB ** 2,
    pairPages: tdxDpamtEntryPages(kernel),
    staticMib: entries / KIB ** 2,
    staticShare: entries / GIB,
    bitmapKib: Number(pamtBytes(0, BigInt(GIB), true)) / KIB,
  };
}
