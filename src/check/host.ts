/** The explored host: the layout of its memory, and which of its words each CPU has for itself. */
import { type Kernel, MAX_CPUS, type Memory, PTRS_PER_PMD } from "../kernel/index.js";
import { BLOCK_WORDS, type Pamt } from "../module/index.js";
import { type Bounds, MAX_REGIONS } from "./options/bounds.js";
import type { Scenario } from "./scenarios/index.js";

/** The modelled host has one TDMR of 1 GiB at 4 GiB. */
export const FIRST_GIB = 4;
const FIRST_REGION = FIRST_GIB * PTRS_PER_PMD;
/** First contended region, counted in 2 MiB from the start of the TDMR. */
const FIRST_CONTENDED = 16;
/** First of the regions that hold nothing but the control pages of one TD, and of those that are one large page. */
const FIRST_HOME = 32;
const FIRST_LARGE = 40;
const NEUTRAL = 64;
/** 2 MiB regions for blocks of that size, behind the neutral one. */
const CHUNKS = 8;

export const PLATFORM = {
  maxPa: 46,
  keyidBits: 6,
  privateHkidMin: 32,
  privateHkidMax: 63,
  cmrs: [[0, 2 ** 34]],
} as const;

/** Memory of the host as the kernel sees it. @throws RangeError for bounds that it has no room for */
export function hostMemory(scenario: Scenario, { regions, cpus }: Bounds): Memory {
  if (regions > MAX_REGIONS || cpus > MAX_CPUS) {
    throw new RangeError(`${cpus} CPUs and ${regions} regions do not fit: at most ${MAX_CPUS} and ${MAX_REGIONS}`);
  }
  const contended = Array.from({ length: regions }, (_, index) => FIRST_REGION + FIRST_CONTENDED + index);
  const neutral = FIRST_REGION + NEUTRAL;
  const chunksAfter = (neutral: number) => Array.from({ length: CHUNKS }, (_, index) => neutral + 1 + index);
  // First fit begins in the first contended region, so that pages and pairs lie where they are counted.
  const firstPfn = (FIRST_REGION + FIRST_CONTENDED) * PTRS_PER_PMD;
  if (scenario.flows === true) {
    const each = (first: number) => Array.from({ length: cpus }, (_, index) => FIRST_REGION + first + index);
    const endPfn = (FIRST_REGION + PTRS_PER_PMD) * PTRS_PER_PMD;
    const regions = { contended, neutral, chunks: chunksAfter(neutral) };
    return { firstPfn, endPfn, ...regions, homes: each(FIRST_HOME), larges: each(FIRST_LARGE) };
  }
  if (scenario.partialRegion !== true) {
    const endPfn = (FIRST_REGION + PTRS_PER_PMD) * PTRS_PER_PMD;
    const { crowded = false } = scenario;
    return { firstPfn, endPfn, contended, neutral, chunks: chunksAfter(neutral), crowded };
  }
  const last = FIRST_REGION + FIRST_CONTENDED;
  const endPfn = last * PTRS_PER_PMD + PTRS_PER_PMD / 2;
  const start = FIRST_REGION + 1;
  return { firstPfn, endPfn, contended: [last], neutral: start, chunks: chunksAfter(start) };
}

/** Tells words of the frames that every CPU has for itself, and of its page handles. */
export function privateWords(kernel: Kernel, pamt: Pamt): (address: number) => boolean {
  const words = new Set<number>();
  for (const pfn of kernel.placement.cpuFrames()) {
    words.add(kernel.frames.word(pfn));
    const frame = pamt.frameOfPfn(pfn);
    const block = pamt.block(frame);
    for (let at = frame % PTRS_PER_PMD; at < BLOCK_WORDS; at += PTRS_PER_PMD) words.add(block + at);
  }
  return (address) => kernel.isCpuPrivate(address) || words.has(address);
}
