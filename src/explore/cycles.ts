/**
 * Cycles in a graph of states: strongly connected components (Tarjan, 1972, without recursion).
 *
 * A cycle is fair if every CPU that can move somewhere on it does move on it: a schedule that goes round it for
 * ever leaves nobody out.
 */

/** Integers of a transition in a list of them: state before, state after, CPU that moved. */
export const TRANSITION = 3;

/** Transitions as flat integers, and where those of each state begin. */
interface Graph {
  readonly transitions: ArrayLike<number>;
  /** Positions in `transitions`, state by state. */
  readonly order: Int32Array;
  /** First position in `order` of each state, and one past the last. */
  readonly first: Int32Array;
}

function graphOf(states: number, transitions: ArrayLike<number>): Graph {
  const first = new Int32Array(states + 1);
  for (let i = 0; i < transitions.length; i += TRANSITION) first[(transitions[i] as number) + 1]!++;
  for (let state = 0; state < states; state++) first[state + 1]! += first[state] as number;
  const next = first.slice();
  const order = new Int32Array(transitions.length / TRANSITION);
  for (let i = 0; i < transitions.length; i += TRANSITION) order[next[transitions[i] as number]!++] = i;
  return { transitions, order, first };
}

/** The component of each state, numbered from 0. */
function components({ transitions, order, first }: Graph): Int32Array {
  const states = first.length - 1;
  const component = new Int32Array(states).fill(-1);
  const found = new Int32Array(states);
  const low = new Int32Array(states);
  const open: number[] = [];
  const way: number[] = [];
  const at = first.slice(0, states);
  let clock = 0;
  let count = 0;
  for (let root = 0; root < states; root++) {
    if (found[root] !== 0) continue;
    way.push(root);
    while (way.length > 0) {
      const state = way[way.length - 1] as number;
      if (found[state] === 0) {
        found[state] = low[state] = ++clock;
        open.push(state);
      }
      if ((at[state] as number) < (first[state + 1] as number)) {
        const target = transitions[(order[at[state]!++] as number) + 1] as number;
        if (found[target] === 0) way.push(target);
        else if (component[target]! < 0) low[state] = Math.min(low[state] as number, found[target] as number);
        continue;
      }
      way.pop();
      if (low[state] === found[state]) {
        for (;;) {
          const member = open.pop() as number;
          component[member] = count;
          if (member === state) break;
        }
        count++;
      }
      const parent = way[way.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[state] as number);
    }
  }
  return component;
}

/**
 * A state on a cycle, or -1 if there is none.
 *
 * @param states number of states; they are numbered from 0
 * @param transitions `TRANSITION` integers each
 * @param fairOnly only fair cycles count
 */
export function stateOnCycle(states: number, transitions: ArrayLike<number>, fairOnly: boolean): number {
  const component = components(graphOf(states, transitions));
  // Of each component: CPUs that move inside it, and CPUs that can move from it, as bits.
  const inside = new Int32Array(states);
  const from = new Int32Array(states);
  for (let i = 0; i < transitions.length; i += TRANSITION) {
    const here = component[transitions[i] as number] as number;
    const bit = 1 << (transitions[i + 2] as number);
    from[here]! |= bit;
    if (component[transitions[i + 1] as number] === here) inside[here]! |= bit;
  }
  for (let state = 0; state < states; state++) {
    const here = component[state] as number;
    if (inside[here] !== 0 && (!fairOnly || inside[here] === from[here])) return state;
  }
  return -1;
}
