/**
 * Fair cycles: schedules that never end although they starve no CPU.
 *
 * Fairness is strong: a CPU that can move again and again does move. Where CPUs are interchangeable, a graph of states
 * names a CPU by its rank among the CPUs of that state. Going round a cycle may lead a CPU to another's place. So each
 * CPU is followed as a *thread* through the places that it takes. A cycle is fair if every thread that can move on it
 * does. (Emerson and Sistla, "Utilizing Symmetry when Model-Checking under Fairness Assumptions", 1997.)
 *
 * A component is fair, or it starves some thread. States in which a starved thread can move are no part of any fair
 * cycle. The search removes them and judges what remains (Emerson and Lei, 1987).
 */

/**
 * Integers of a transition: state before, state after; the CPU that moved, or the number of CPUs plus that of the CPU
 * whose store buffer drained; ranks of the CPUs in both states, see `RANK_BITS`.
 */
export const TRANSITION = 5;
const FROM = 0;
const TO = 1;
const PROCESS = 2;
const RANKS_FROM = 3;
const RANKS_TO = 4;

/** Bits of a rank; those of all CPUs are in one integer, the first lowest. */
export const RANK_BITS = 3;
const RANK = (1 << RANK_BITS) - 1;
/** The place of a CPU is its rank, that of its store buffer so much more. */
const BUFFERS = 1 << RANK_BITS;
/** Places of a state. */
const PLACES = 2 * BUFFERS;

/** States numbered from 0, the transitions between them, and the places that can move in each, as bits. */
export interface StateGraph {
  readonly states: number;
  readonly transitions: ArrayLike<number>;
  readonly enabled: ArrayLike<number>;
  readonly cpus: number;
}

/**
 * States that can come back for ever without a CPU being left out; empty if there are none.
 *
 * @param fairOnly false: any cycle will do
 */
export function endlessStates(graph: StateGraph, fairOnly: boolean): number[] {
  const parts = partsOf(graph.states, graph.transitions);
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const leftOut = fairOnly ? statesLeavingOut(graph, part) : new Set<number>();
    if (leftOut.size === 0) return part.states;
    const transitions = without(part.transitions, leftOut);
    parts.push(...partsOf(graph.states, transitions));
  }
  return [];
}

/** A strongly connected part that has transitions. */
interface Part {
  readonly states: number[];
  /** Inside it. */
  readonly transitions: number[];
}

function partsOf(states: number, transitions: ArrayLike<number>): Part[] {
  const component = components(states, transitions, TRANSITION);
  const parts = new Map<number, Part>();
  for (let at = 0; at < transitions.length; at += TRANSITION) {
    const here = component[transitions[at + FROM] as number] as number;
    if (component[transitions[at + TO] as number] !== here) continue;
    let part = parts.get(here);
    if (part === undefined) {
      part = { states: [], transitions: [] };
      parts.set(here, part);
    }
    for (let i = 0; i < TRANSITION; i++) part.transitions.push(transitions[at + i] as number);
  }
  for (let state = 0; state < states; state++) parts.get(component[state] as number)?.states.push(state);
  return [...parts.values()];
}

function without(transitions: readonly number[], states: ReadonlySet<number>): number[] {
  const kept: number[] = [];
  for (let at = 0; at < transitions.length; at += TRANSITION) {
    if (states.has(transitions[at + FROM] as number) || states.has(transitions[at + TO] as number)) continue;
    for (let i = 0; i < TRANSITION; i++) kept.push(transitions[at + i] as number);
  }
  return kept;
}

/** States of a part in which a thread can move that never does so inside the part. */
function statesLeavingOut({ enabled, cpus }: StateGraph, { states, transitions }: Part): Set<number> {
  const number = new Map(states.map((state, index) => [state, index]));
  // Pairs of nodes of the graph of threads, a node being a place in a state; and whether the thread itself moves.
  const ways: number[] = [];
  for (let at = 0; at < transitions.length; at += TRANSITION) {
    const from = PLACES * (number.get(transitions[at + FROM] as number) as number);
    const to = PLACES * (number.get(transitions[at + TO] as number) as number);
    for (let cpu = 0; cpu < cpus; cpu++) {
      const before = rankOf(transitions[at + RANKS_FROM] as number, cpu);
      const after = rankOf(transitions[at + RANKS_TO] as number, cpu);
      ways.push(from + before, to + after, 0, from + BUFFERS + before, to + BUFFERS + after, 0);
    }
    const process = transitions[at + PROCESS] as number;
    const before = rankedPlace(transitions[at + RANKS_FROM] as number, process, cpus);
    ways.push(from + before, to + rankedPlace(transitions[at + RANKS_TO] as number, process, cpus), 1);
  }
  const threads = components(PLACES * states.length, ways, 3);
  const moves = new Set<number>();
  for (let at = 0; at < ways.length; at += 3) {
    const thread = threads[ways[at] as number] as number;
    if (ways[at + 2] === 1 && threads[ways[at + 1] as number] === thread) moves.add(thread);
  }
  const leftOut = new Set<number>();
  for (const [index, state] of states.entries()) {
    for (let place = 0; place < PLACES; place++) {
      const canMove = (((enabled[state] as number) >>> place) & 1) !== 0;
      if (canMove && !moves.has(threads[PLACES * index + place] as number)) leftOut.add(state);
    }
  }
  return leftOut;
}

function rankOf(ranks: number, cpu: number): number {
  return (ranks >>> (RANK_BITS * cpu)) & RANK;
}

/** Place of a CPU, or of its store buffer, in a state with these ranks. */
export function rankedPlace(ranks: number, process: number, cpus: number): number {
  return process < cpus ? rankOf(ranks, process) : BUFFERS + rankOf(ranks, process - cpus);
}

/**
 * The strongly connected component of each node, numbered from 0 (Tarjan, 1972, without recursion).
 *
 * @param edges `size` integers each, of which the first two are where it begins and ends
 */
function components(nodes: number, edges: ArrayLike<number>, size: number): Int32Array {
  const { first, order } = sorted(nodes, edges, size);
  const component = new Int32Array(nodes).fill(-1);
  const found = new Int32Array(nodes);
  const low = new Int32Array(nodes);
  const open: number[] = [];
  const way: number[] = [];
  const at = first.slice(0, nodes);
  let clock = 0;
  let count = 0;
  for (let root = 0; root < nodes; root++) {
    if (found[root] !== 0) continue;
    way.push(root);
    while (way.length > 0) {
      const node = way[way.length - 1] as number;
      if (found[node] === 0) {
        found[node] = low[node] = ++clock;
        open.push(node);
      }
      if ((at[node] as number) < (first[node + 1] as number)) {
        const target = edges[(order[at[node]!++] as number) + 1] as number;
        if (found[target] === 0) way.push(target);
        else if (component[target]! < 0) low[node] = Math.min(low[node] as number, found[target] as number);
        continue;
      }
      way.pop();
      if (low[node] === found[node]) {
        for (;;) {
          const member = open.pop() as number;
          component[member] = count;
          if (member === node) break;
        }
        count++;
      }
      const parent = way[way.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[node] as number);
    }
  }
  return component;
}

/** Positions of edges node by node, and where those of each node begin. */
function sorted(nodes: number, edges: ArrayLike<number>, size: number) {
  const first = new Int32Array(nodes + 1);
  for (let i = 0; i < edges.length; i += size) first[(edges[i] as number) + 1]!++;
  for (let node = 0; node < nodes; node++) first[node + 1]! += first[node] as number;
  const next = first.slice();
  const order = new Int32Array(edges.length / size);
  for (let i = 0; i < edges.length; i += size) order[next[edges[i] as number]!++] = i;
  return { first, order };
}
