/** How the accesses of a CPU reach memory: the interface, and sequential consistency, its trivial case. */

/** Sequential consistency, or total store order, the memory of x86. */
export const memoryModels = ["sc", "tso"] as const;
export type MemoryModelName = (typeof memoryModels)[number];

/** What becomes of an access. */
export enum Passage {
  /** It is made on memory, now. */
  Now = 0,
  /** It is a store that goes into the buffer. */
  Buffered = 1,
  /** It can only be made after something has drained. */
  Waits = 2,
}

/** A store that reached memory. For a store to many words, contents are those of the first. */
export interface Drained {
  readonly node: number;
  readonly before: number;
  readonly after: number;
}

export interface MemoryModel {
  /** Buffers that drain by themselves: one for each CPU, or none. */
  readonly buffers: number;
  /** Whether every store has reached memory. */
  readonly allDrained: boolean;
  /** Stores of `cpu` that have yet to reach memory. */
  length(cpu: number): number;
  /** Nodes of these stores, oldest first. */
  pending(cpu: number): readonly number[];
  /** What becomes of the access of `node` to shared words, which `cpu` is about to make. */
  passage(cpu: number, node: number): Passage;
  /** What `cpu` finds in the shared word at `address`, which holds `contents` in memory. */
  view(cpu: number, address: number, contents: number): number;
  /** Keeps back the store of `node`. */
  push(cpu: number, node: number): void;
  /** Lets the oldest store of `cpu` reach memory; null if there is none. */
  drain(cpu: number): Drained | null;
  /** Says which stores are kept back, where a schedule knows it; null: what is known of words decides. */
  keepBack(isKeptBack: ((node: number) => boolean) | null): void;
}

/** Every access is made on memory when its turn comes, so all CPUs agree on one order of all accesses. */
export const sequentialConsistency: MemoryModel = {
  buffers: 0,
  allDrained: true,
  length: () => 0,
  pending: () => [],
  passage: () => Passage.Now,
  view: (_cpu, _address, contents) => contents,
  push: () => {
    throw new Error("memory is sequentially consistent: no store is kept back");
  },
  drain: () => null,
  keepBack: () => {},
};
