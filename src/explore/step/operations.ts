/** What one operation of a CPU does, whoever drives the CPU: a step of a search, or a replay. */
import type { WordOperation, Words } from "../../machine/index.js";
import { EDGE_AFTER, EDGE_HIGH, EDGE_LOW, EDGE_MASK, EDGE_RESULT } from "../state/edges.js";
import { Passage } from "../state/memory-model.js";
import { NodeKind } from "../state/node-kind.js";
import type { StepContext } from "./context.js";

// Looking these up in other files takes as long as what they decide.
const BUFFERED = Passage.Buffered;
const [AFTER, RESULT] = [EDGE_AFTER, EDGE_RESULT];
const [LOW, HIGH, MASK] = [EDGE_LOW, EDGE_HIGH, EDGE_MASK];

/**
 * Does the word operation of `node`.
 *
 * @param words where the word is: those of `cpu` alone, or those that all CPUs share
 * @param before what `cpu` finds in the word
 * @returns the edge that it takes, in `Automaton.edges`
 */
export function doWord(
  context: StepContext,
  cpu: number,
  node: number,
  words: Words,
  passage: Passage,
  before: number,
): number {
  const { automaton, noted, trace } = context;
  const slot = automaton.slotOf(node);
  const last = automaton.lastEdge(node, before);
  const edge = last >= 0 ? last : automaton.edge(node, before);
  const { edges } = automaton;
  const result = edges[edge + RESULT] as number;
  const after = edges[edge + AFTER] as number;
  if (slot >= 0) noted.note(cpu, node, slot, result);
  if (automaton.hasLoops && slot >= 0) {
    context.attempts.note(slot, before);
    context.attempts.note(slot, after);
  }
  if (passage === BUFFERED) {
    context.memoryModel.push(cpu, node);
  } else if (after !== before) {
    const address = automaton.addressOf(node);
    const mask = edges[edge + MASK] as number;
    words.replace(address, before, after, mask, edges[edge + LOW] as number, edges[edge + HIGH] as number);
  }
  if (trace !== null) {
    context.nodes[cpu] = node;
    trace.onWord(cpu, node, result, before, after, passage === BUFFERED);
  }
  return edge;
}

/** Does the Fill or Gather of `node`. @returns what the program is handed */
export function doRange(context: StepContext, cpu: number, node: number, passage: Passage): number {
  const { automaton, movers, trace } = context;
  context.blockedMemo?.spoil();
  const slot = automaton.slotOf(node);
  const isGather = automaton.kindOf(node) === NodeKind.Gather;
  if (slot >= 0) movers.noteRange(cpu, automaton.word[node] as WordOperation, slot, isGather);
  refuseOwnWords(context, node);
  const result = passage === BUFFERED ? keptBack(context, cpu, node) : onMemory(context, node, isGather);
  if (trace !== null) {
    context.nodes[cpu] = node;
    trace.onWord(cpu, node, result, 0, 0, passage === BUFFERED);
  }
  return result;
}

/**
 * Words that each CPU has for itself are only ever touched with the region held. Whoever fills or gathers holds it
 * exclusively, so those words are 0 now.
 */
function refuseOwnWords({ automaton, own, emptyRanges }: StepContext, node: number): void {
  for (const words of own) {
    if (emptyRanges.knows(words, node)) continue;
    if (words.gather(automaton.addressOf(node), automaton.countOf(node)) !== 0)
      throw new Error("words of a CPU are read by another: share its page frames");
    emptyRanges.keep(words, node);
  }
}

function keptBack({ memoryModel }: StepContext, cpu: number, node: number): number {
  memoryModel.push(cpu, node);
  return 0;
}

function onMemory({ automaton, shared }: StepContext, node: number, isGather: boolean): number {
  const address = automaton.addressOf(node);
  const count = automaton.countOf(node);
  const argument = automaton.argumentOf(node);
  const step = automaton.extraOf(node);
  if (isGather) return shared.gather(address, count, automaton.detailOf(node), step) & argument;
  shared.fill(address, count, argument, automaton.word[node]!.mask, step);
  return 0;
}
