/** Observers and traces of a system: what they receive, and what they may report. */
import type { Drained } from "../state/memory-model.js";

/** How a transition ended. */
export enum Outcome {
  /** The CPU rests at its next scheduling point, or its program is done. */
  Moved = 0,
  /** It would have to wait: take the transition back. */
  Blocked = 1,
  /** A property was broken. */
  Violated = 2,
}

/** What a check says about a violation beside its message. */
export type Evidence = Pick<Violation, "facts" | "finding" | "sites" | "race" | "cause" | "ends" | "lost" | "spinning">;

/** What the engine finds by itself: CPUs wait for ever; go round for ever; race; a call or a transition has no end. */
export type Finding = "deadlock" | "cycle" | "race" | "runaway";

/** Under which property each finding is reported. */
export type Findings = Readonly<Record<Finding, string>>;

/** Each under its own name. */
export const findingsByName: Findings = { deadlock: "deadlock", cycle: "cycle", race: "race", runaway: "runaway" };

/** A broken property. */
export interface Violation {
  /** Name of the property. */
  readonly property: string;
  /** What the engine found by itself; absent where a check says so. */
  readonly finding?: Finding;
  /** What broke, in one sentence. */
  readonly message: string;
  /** What the message names, as facts of the check's own; the engine hands them through. */
  readonly facts?: object;
  /** Places in a source text that show it, see `Operation.site`; none is 0. */
  readonly sites?: readonly number[];
  /** The kind of event that caused it, by code and extra: a counterexample shows where such events came from. */
  readonly cause?: readonly [code: number, extra: number];
  /** Pages that nobody accounts for: a counterexample shows where they were allocated. */
  readonly lost?: number;
  /** The CPU that holds spinlocks which it may not: a counterexample shows which. */
  readonly spinning?: number;
  /** Two CPUs that are both about to do what may not happen at the same time. */
  readonly race?: readonly [number, number];
  /** The program cannot go on after it, or would for ever. */
  readonly ends?: boolean;
  /** The path goes on behind it, see `asides.ts`. */
  readonly goesOn?: true;
}

/** The violation with the place in a source text where it happened, unless the check has named places itself. */
export function blamed(violation: Violation, site: number): Violation {
  return violation.sites === undefined && site > 0 ? { ...violation, sites: [site] } : violation;
}

/** Receives events and states: the property checks. */
export interface Observer {
  /** An event of `cpu`'s program. */
  onEvent(cpu: number, code: number, detail: number, extra: number): void;
  /** All CPUs rest. */
  onState(): void;
  /** Whether an event is judged by more than the CPU's own words. Absent: every event. */
  looksAround?(code: number): boolean;
  /**
   * True if handling the event is a pure function of shared words, the CPU's words and its locks, and writes only those
   * words and `counts`. Absent: false for every event.
   */
  isPlain?(code: number): boolean;
  /** Counters, by what they count. */
  readonly counts?: Float64Array;
  /** How often a plain event had a further effect, such as a warning that is given for the first time. */
  readonly remarks?: number;
  /** `cpu` takes a lock by waiting. */
  onSpinLock(cpu: number, address: number, argument: number): void;
}

/** One operation that was done, for a counterexample. */
export interface Trace {
  /** `cpu` is where its next operation, or its next rest, begins. */
  onPosition?(cpu: number): void;
  /**
   * A word operation: its node; the result; contents of the word before and after, as `cpu` sees it; whether it
   * is a store that has yet to reach memory.
   */
  onWord(cpu: number, node: number, result: number, before: number, after: number, buffered: boolean): void;
  /** A store in the buffer of `cpu` reaches memory. */
  onDrain?(cpu: number, drained: Drained): void;
  onChoice(cpu: number, node: number, choice: number): void;
  onEvent(cpu: number, node: number): void;
  /** `cpu` cannot go on before the operation of `node`. */
  onWait(cpu: number, node: number): void;
}

/** An event that commutes to the right: what follows is in the same transition. */
export type IsBeginning = (code: number) => boolean;
