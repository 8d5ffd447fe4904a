/**
 * Attempts: a waiting loop that reads a word, and where that looks well operates on the same word at once, such as
 * `while (READ_ONCE(word) || xchg(&word, 1))`.
 *
 * Another CPU may change the word in between. Where the loop is then back at its head with nothing changed, that turn might
 * as well not have been. If the word holds in the end what was read, the read might as well have come right before. So
 * both are one step. The search tries every value that it ever saw in the word. Each but the one that was read must lead
 * back to the head and leave the word alone. The first that does not makes the search start again, with two steps.
 */
import type { Automaton } from "./automaton.js";
import { EDGE_AFTER, EDGE_NEXT } from "./edges.js";
import type { Movers } from "./movers.js";

/** A read at the head of a loop, what it found, and the operation that follows. */
interface Attempt {
  readonly head: number;
  readonly found: number;
  readonly node: number;
  /** No other value does more than lead back to the head. */
  isOneStep: boolean;
}

export class Attempts {
  /** Of each word by number: what it was seen to hold, and attempts on it. */
  private readonly values = new Map<number, Set<number>>();
  private readonly attempts = new Map<number, Attempt[]>();

  constructor(
    private readonly automaton: Automaton,
    private readonly movers: Movers,
  ) {}

  /** A CPU that has found `found` at `head` is at `node`: whether it goes on at once. */
  isOneStep(head: number, found: number, node: number): boolean {
    const slot = this.automaton.slotOf(node);
    const known = this.attempts.get(slot)?.find((each) => each.head === head && each.found === found);
    if (known !== undefined) return known.isOneStep;
    this.add(slot, { head, found, node, isOneStep: true });
    return false;
  }

  /** The word with the number `slot` was seen to hold `value`. */
  note(slot: number, value: number): void {
    const values = this.values.get(slot);
    if (values === undefined || values.has(value)) return;
    values.add(value);
    for (const attempt of this.attempts.get(slot) ?? []) this.judge(attempt, value);
  }

  /** What was done so far took the attempt for two steps, and nobody watched what the word holds. */
  private add(slot: number, attempt: Attempt): void {
    const values = this.values.get(slot) ?? new Set<number>();
    this.values.set(slot, values);
    this.attempts.set(slot, [...(this.attempts.get(slot) ?? []), attempt]);
    for (const value of values) this.judge(attempt, value);
    if (attempt.isOneStep) this.movers.unsettle();
  }

  private judge(attempt: Attempt, value: number): void {
    if (!attempt.isOneStep || value === attempt.found) return;
    const edge = this.automaton.edge(attempt.node, value);
    const { edges } = this.automaton;
    if (edges[edge + EDGE_NEXT] === attempt.head && edges[edge + EDGE_AFTER] === value) return;
    attempt.isOneStep = false;
    this.movers.unsettle();
  }
}
