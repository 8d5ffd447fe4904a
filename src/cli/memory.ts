/**
 * Memory that this process may take. Two things can run out: the heap of the engine, and the memory of the machine or
 * of the process's group. The engine or the system then ends the process.
 */
import { totalmem } from "node:os";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { MemoryGauge } from "../check/index.js";

const MB = 2 ** 20;
/** Shares of what there is that are used. */
const MACHINE_SHARE = 0.75;
const HEAP_SHARE = 0.75;
/** Most bytes of the part of the heap that what is new lies in. */
const YOUNG = 48 * MB;
/** Milliseconds between two looks, and how much longer than it took to collect garbage they are apart. */
const LOOK_MS = 4;
const COLLECTING = 3;
/** Of what may be used, what has to be free after garbage was collected. Less would mean to collect it again and again. */
const FREE_SHARE = 0.1;

/** MB that are used where no flag says how many. */
export function usualMegabytes(): number {
  const constrained = process.constrainedMemory();
  const there = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor((MACHINE_SHARE * there) / MB);
}

/** What is in use and what may be: in all, and in the heap of the engine. */
interface Use {
  readonly all: number;
  readonly heap: number;
  readonly heapMost: number;
}

function present(): Use {
  const { used_heap_size: heap, external_memory: external, heap_size_limit: limit } = getHeapStatistics();
  // What is young has a part of its own, which is of no use to what stays.
  return { all: heap + external, heap, heapMost: HEAP_SHARE * Math.max(limit - YOUNG, limit / 2) };
}

let collector: (() => void) | undefined;

/** Collects garbage: until then it counts as used. */
function collect(): void {
  if (collector === undefined) {
    setFlagsFromString("--expose-gc");
    collector = runInNewContext("gc") as () => void;
  }
  collector();
}

/**
 * The memory of this process, up to `megabytes` in all.
 *
 * @param look what is in use, and how garbage is collected; tests have others
 */
export function memoryGauge(megabytes: number, look = { present, collect }): MemoryGauge {
  const most = megabytes * MB;
  let next = 0;
  let full = false;
  const isOver = ({ all, heap, heapMost }: Use, further: number, share: number): boolean =>
    all + further > share * most || heap > share * heapMost;
  const lacks = (further: number): boolean => {
    if (!isOver(look.present(), further, 1)) return false;
    look.collect();
    return isOver(look.present(), further, further > 0 ? 1 : 1 - FREE_SHARE);
  };
  return {
    isFull() {
      const now = performance.now();
      if (now < next) return full;
      full = lacks(0);
      const after = performance.now();
      next = after + Math.max(LOOK_MS, COLLECTING * (after - now));
      return full;
    },
    hasRoom: (bytes) => !lacks(bytes),
  };
}
