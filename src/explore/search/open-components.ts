/**
 * Strongly connected components of the states of a depth-first search, each judged when the search leaves it (Tarjan,
 * 1972). It keeps the states of components that the search has not left yet, and the transitions between them. If the
 * search hardly ever returns to a state of its path, these are the states of the path.
 */
import { endlessStates, rankedPlace, TRANSITION } from "./components.js";

/** A state of a component that is not left yet. */
interface OpenState {
  readonly low: number;
  readonly high: number;
  /** Ranks of the CPUs, see `components.ts`. */
  readonly ranks: number;
  /** Places that can move, as bits. */
  enabled: number;
  /** Number of the first open state that can be reached from it, as far as is known. */
  first: number;
  /** Integers of transitions that were kept before it was entered. */
  readonly transitions: number;
}

/** States of one component, by fingerprint. */
export class Component {
  private readonly keys = new Set<string>();

  add(low: number, high: number): void {
    this.keys.add(`${low},${high}`);
  }

  has(low: number, high: number): boolean {
    return this.keys.has(`${low},${high}`);
  }
}

export class OpenComponents {
  private readonly open: OpenState[] = [];
  private readonly places = new Map<number, number>();
  /** Numbers of the states of the path. */
  private readonly path: number[] = [];
  private readonly transitions: number[] = [];

  constructor(private readonly cpus: number) {}

  /** The search goes on from a new state, to which `process` has led from that on top of the path. */
  enter(low: number, high: number, ranks: number, process: number): void {
    const number = this.open.length;
    const before = this.transitions.length;
    const parent = this.path[this.path.length - 1];
    if (parent !== undefined) this.connect(parent, number, process, ranks);
    this.open.push({ low, high, ranks, enabled: 0, first: number, transitions: before });
    this.places.set(keyOf(low, high), number);
    this.path.push(number);
  }

  /** `process` can move from the state on top of the path. */
  canMove(process: number): void {
    const state = this.open[this.path[this.path.length - 1] as number] as OpenState;
    state.enabled |= 1 << rankedPlace(state.ranks, process, this.cpus);
  }

  /** `process` has led from the state on top of the path to one that is known. */
  meet(low: number, high: number, ranks: number, process: number): void {
    this.canMove(process);
    const target = this.places.get(keyOf(low, high));
    if (target === undefined) return;
    const found = this.open[target] as OpenState;
    if (found.low !== low || found.high !== high) return;
    const top = this.path[this.path.length - 1] as number;
    this.connect(top, target, process, ranks);
    const state = this.open[top] as OpenState;
    state.first = Math.min(state.first, target);
  }

  private connect(parent: number, target: number, process: number, ranks: number): void {
    const state = this.open[parent] as OpenState;
    state.enabled |= 1 << rankedPlace(state.ranks, process, this.cpus);
    this.transitions.push(parent, target, process, state.ranks, ranks);
  }

  /**
   * The search is done with the state on top of the path.
   *
   * @returns the component that is left with it, if CPUs can go round in it for ever with none left out
   */
  leave(): Component | null {
    const number = this.path.pop() as number;
    const { first, transitions } = this.open[number] as OpenState;
    const parent = this.path[this.path.length - 1];
    if (first < number) {
      const state = this.open[parent as number] as OpenState;
      state.first = Math.min(state.first, first);
      return null;
    }
    const component = this.judge(number, parent === undefined ? transitions : transitions + TRANSITION);
    for (const { low, high } of this.open.slice(number)) this.places.delete(keyOf(low, high));
    this.open.length = number;
    this.transitions.length = transitions;
    return component;
  }

  /** @param from first integer of the transitions inside the component that begins with state `root` */
  private judge(root: number, from: number): Component | null {
    if (this.transitions.length === from) return null;
    const states = this.open.slice(root);
    const transitions = this.transitions.slice(from);
    for (let at = 0; at < transitions.length; at += TRANSITION) {
      transitions[at]! -= root;
      transitions[at + 1]! -= root;
    }
    const enabled = states.map((state) => state.enabled);
    const endless = endlessStates({ states: states.length, transitions, enabled, cpus: this.cpus }, true);
    if (endless.length === 0) return null;
    const component = new Component();
    const members = endless.includes(0) ? endless.map((index) => states[index] as OpenState) : states;
    for (const { low, high } of members) component.add(low, high);
    return component;
  }
}

/** A number for a fingerprint; two may have the same. */
function keyOf(low: number, high: number): number {
  return (low >>> 0) * 2 ** 21 + ((high >>> 0) & (2 ** 21 - 1));
}
