/** Words that each CPU has for itself: its handles, its number, what it counts, and the cache of its vCPU. */

/** CPUs at most, those among them that run what helpers defer. */
export const MAX_CPUS = 8;
/** Handles of pages that have no place yet. */
export const HANDLE_SLOTS = 32;
/** A cache of pairs: its size, and room for more pages than v6 ever tops up. */
const CACHE_WORDS = 1 + 16;

const NAMES = [
  "handles in use",
  "CPU number",
  "grounds chosen",
  "BUSY since another CPU moved",
  "handles of uncharged pages",
  "what callers hold",
];

export class CpuWords {
  /** One bit for each handle in use. */
  readonly handlesInUse: number;
  /** The number of the CPU, where CPUs are told apart. */
  readonly number: number;
  /** Grounds that the environment has chosen for control pages, where frames have numbers that all CPUs know. */
  readonly groundsChosen: number;
  /** Times that a SEAMCALL was BUSY since another CPU moved, see `KernelEvent.Yield`. */
  readonly busyTurns: number;
  /** One bit for each handle of a page that nobody is charged for. */
  readonly unchargedHandles: number;
  /** What callers of helpers hold or are in, as far as helpers can ask for it: see `surround`. */
  readonly surroundings: number;
  /** The vCPU's cache of pairs: its number of pages and room for them. */
  readonly cache: number;
  private readonly places: number;

  /** @param reserve reserves words that each CPU has for itself */
  constructor(reserve: (words: number, describe: (offset: number) => string) => number) {
    const first = reserve(NAMES.length + HANDLE_SLOTS + CACHE_WORDS, (offset) => {
      const slot = offset - NAMES.length;
      if (slot < 0) return NAMES[offset] as string;
      return slot < HANDLE_SLOTS ? `page handle ${slot}` : `pamt cache word ${slot - HANDLE_SLOTS}`;
    });
    this.handlesInUse = first;
    this.number = first + 1;
    this.groundsChosen = first + 2;
    this.busyTurns = first + 3;
    this.unchargedHandles = first + 4;
    this.surroundings = first + 5;
    this.places = first + NAMES.length;
    this.cache = this.places + HANDLE_SLOTS;
  }

  /** Place of the page behind handle slot `slot`: a page frame number, 0 while it has none. */
  place(slot: number): number {
    return this.places + slot;
  }
}
