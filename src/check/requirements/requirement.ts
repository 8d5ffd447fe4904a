/**
 * What a requirement is to the checker: a named check that watches events and states.
 */
import type { Evidence, Finding, TransitionSystem } from "../../explore/index.js";
import type { PamtHelpers } from "../../helpers/index.js";
import type { Kernel } from "../../kernel/index.js";
import type { Ghost } from "../ghost.js";
import type { Sentence } from "./sentence.js";

/** What a check sees and how it reports. */
export interface CheckContext {
  readonly system: TransitionSystem;
  readonly kernel: Kernel;
  readonly ghost: Ghost;
  readonly helpers: PamtHelpers;
  /** The module runs with Dynamic PAMT. */
  readonly dynamicPamt: boolean;
  /** CPUs run flows, which tell what they leave in use. */
  readonly flows: boolean;
  /** Number of watched regions. */
  readonly regions: number;
  /** Whether watched region number `index` has a page pair installed. */
  isInstalled(index: number): boolean;
  /** By how much the count of watched region number `index` differed from its users before anybody did anything. */
  countBias(index: number): number;
  /** Pages of its pair that a memory cgroup is to be charged for. */
  chargedPages(index: number): number;
  /** Pages of pairs and those set aside may be charged as well, unless they come in blocks. */
  readonly recyclesPages: boolean;
  /** Name of watched region number `index`. */
  regionName(index: number): Sentence;
  /** Counts that the check was made once more. */
  checked(): void;
  /** @param what a function where most of what is said is told before: it is called if something is new */
  violate(what: string | Sentence | (() => Sentence), evidence?: Evidence): void;
  /** Says what does not fail the check and should be known. */
  warn(what: Sentence): void;
  /** The same as `violate` for what ends no path: told once. For `onQuiescent`, which is never part of a shortcut. */
  violateAside(what: () => string | Sentence, evidence?: Evidence): void;
}

/**
 * A check of one requirement. Each function is called where its name says.
 *
 * Checks keep their state in journaled words, so that backtracking restores it. Their reaction to an event may depend only
 * on words of the event's CPU, shared words and the locks that the CPU holds, so that macro-steps can record it
 * (`Observer.isPlain`); at `Enter` and `Leave` it may look further.
 */
export interface Check {
  /** At each event with one of these codes. */
  readonly codes?: readonly number[];
  readonly onEvent?: OnEvent;
  /** In each state. */
  readonly onState?: () => void;
  /** In each state in which no helper is running and memory has all that was stored. */
  readonly onQuiescent?: () => void;
  /** When `cpu` takes a lock by waiting. */
  readonly onSpinLock?: OnSpinLock;
}

export type OnEvent = (cpu: number, code: number, detail: number, extra: number) => void;
export type OnSpinLock = (cpu: number, address: number, softirqs: number) => void;

/** A run, as far as it decides whether a check is made in it. */
export interface Run {
  readonly isC: boolean;
  readonly hasCounter: boolean;
  readonly isOff: boolean;
  readonly hasFlows: boolean;
  readonly cpus: number;
  readonly isTso: boolean;
}

/** All that is known of one requirement. Its file says it with `satisfies`, so that its id stays a type. */
export interface Requirement<Id extends string = `R${number}`> {
  readonly id: Id;
  readonly title: string;
  /** What its page in docs/requirements says at the top, without links and marks of emphasis. */
  readonly statement: string;
  /** What the engine finds by itself and breaks it. */
  readonly findings?: readonly Finding[];
  /** Broken, it is reported but does not fail the check. */
  readonly warning?: boolean;
  /** Judges each event before the others do: what it blames has one cause, and is not put down to them. */
  readonly first?: boolean;
  /** Whether a scenario with these settings can break it at all (default: every scenario). Only then `create` is called. */
  isAsked?(settings: Pick<CheckContext, "dynamicPamt" | "kernel">): boolean;
  /** What its check is never made without. */
  readonly needs?: readonly ("dynamic-pamt" | "counter")[];
  /** Name of the one scenario in which its check is made. */
  readonly onlyIn?: string;
  /** Why its check was never made in a run that has what it needs, and what to do. */
  whyNotExercised(run: Run): string;
  create(context: CheckContext): Check;
}
