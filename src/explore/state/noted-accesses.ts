/**
 * Noted accesses: what movers have learned at each node. CPUs come to the same node again and again, most often with the
 * same locks. To note the same access twice teaches nothing, so its effect on the locks held is kept here.
 */
import { Access, type WordOperation } from "../../machine/index.js";
import { withRoom } from "./grown.js";
import type { Mover, Movers } from "./movers.js";

// What is kept for each node: the version of the movers at which it holds, or 0;
const VERSION = 0;
/** how the access moves, and how many more of the locks held spin afterwards; */
const HOW = 1;
/** as whom the CPU counts, what the access gave, and the locks held before; */
const WHO = 2;
const RESULT = 3;
const EXCLUSIVE = 4;
const SHARED = 5;
/** and the locks held afterwards. */
const EXCLUSIVE_AFTER = 6;
const SHARED_AFTER = 7;
/** Integers for each node; a power of two, so that they stay in one cache line. */
const SIZE = 8;
/** Bits of `HOW` that are the mover; the number above them may be negative. */
const MOVER_BITS = 3;
const MOVER = (1 << MOVER_BITS) - 1;

export class NotedAccesses {
  private entries = new Int32Array(SIZE * 1024);

  /** @param words the word operation of each node */
  constructor(
    private readonly words: readonly WordOperation[],
    private readonly movers: Movers,
  ) {}

  /** `Movers.mover` of the access of `node`, whose word has the dense number `slot`. */
  mover(node: number, slot: number): Mover {
    const { entries, movers } = this;
    const at = SIZE * node;
    if (entries[at + VERSION] === movers.version) return ((entries[at + HOW] as number) & MOVER) as Mover;
    return movers.mover(this.words[node] as WordOperation, slot);
  }

  /** `Movers.note` of the access of `node`. */
  note(cpu: number, node: number, slot: number, result: number): void {
    const { entries, movers } = this;
    const at = SIZE * node;
    const { exclusive, shared, spinning } = movers;
    if (
      entries[at + VERSION] !== movers.version ||
      entries[at + RESULT] !== result ||
      entries[at + EXCLUSIVE] !== exclusive[cpu] ||
      entries[at + SHARED] !== shared[cpu] ||
      entries[at + WHO] !== movers.who[cpu]
    ) {
      this.learn(cpu, node, slot, result);
      return;
    }
    exclusive[cpu] = entries[at + EXCLUSIVE_AFTER] as number;
    shared[cpu] = entries[at + SHARED_AFTER] as number;
    spinning[cpu] = (spinning[cpu] as number) + ((entries[at + HOW] as number) >> MOVER_BITS);
  }

  private learn(cpu: number, node: number, slot: number, result: number): void {
    const { movers } = this;
    const word = this.words[node] as WordOperation;
    const exclusive = movers.exclusive[cpu] as number;
    const shared = movers.shared[cpu] as number;
    const spinning = movers.spinning[cpu] as number;
    movers.note(cpu, word, slot, result);
    // Plain accesses are counted each time, and at words that are kept apart the order of accesses matters.
    if (word.access === Access.Plain || movers.isKeptApart(slot)) return;
    const at = SIZE * node;
    if (at >= this.entries.length) this.entries = withRoom(this.entries, at + SIZE);
    const { entries } = this;
    entries[at + VERSION] = movers.version;
    const more = (movers.spinning[cpu] as number) - spinning;
    entries[at + HOW] = (more << MOVER_BITS) | movers.mover(word, slot);
    entries[at + WHO] = movers.who[cpu] as number;
    entries[at + RESULT] = result;
    entries[at + EXCLUSIVE] = exclusive;
    entries[at + SHARED] = shared;
    entries[at + EXCLUSIVE_AFTER] = movers.exclusive[cpu] as number;
    entries[at + SHARED_AFTER] = movers.shared[cpu] as number;
  }
}
