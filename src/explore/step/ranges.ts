/** Operations on many words at once: fills and gathers. */
import type { WordOperation, Words } from "../../machine/index.js";
import type { Automaton } from "../state/automaton.js";
import type { Movers } from "../state/movers.js";
import { NodeKind } from "../state/node-kind.js";
import { Passage, type StoreBuffers } from "../state/store-buffers.js";
import type { BlockedMemo } from "./blocked-memo.js";

/** What they work on: a system, as far as they go. */
interface Memory {
  readonly automaton: Automaton;
  readonly movers: Movers;
  readonly shared: Words;
  readonly own: readonly Words[];
  readonly buffers: StoreBuffers | null;
  readonly waiting: BlockedMemo | null;
}

/** Does the Fill or Gather of `node`. @returns what the program is handed */
export function performRange(system: Memory, cpu: number, node: number, passage: Passage): number {
  const { automaton, movers, shared } = system;
  const word = automaton.word[node] as WordOperation;
  const address = automaton.address[node] as number;
  const count = automaton.count[node] as number;
  const argument = automaton.argument[node] as number;
  const isGather = automaton.kind[node] === NodeKind.Gather;
  system.waiting?.spoil();
  const slot = automaton.slot[node] as number;
  if (slot >= 0) movers.noteRange(cpu, word, slot, isGather);
  // Words that each CPU has for itself are only ever touched with the region held; whoever fills
  // or gathers holds it exclusively, so those words are 0 now.
  for (const own of system.own) {
    if (own.gather(address, count) !== 0) throw new Error("words of a CPU are read by another: share its page frames");
  }
  const step = automaton.extra[node] as number;
  if (passage === Passage.Buffered) {
    (system.buffers as StoreBuffers).push(cpu, node);
    return 0;
  }
  if (isGather) return shared.gather(address, count, automaton.detail[node] as number, step) & argument;
  shared.fill(address, count, argument, word.mask, step);
  return 0;
}
