/** Builds a transition system from programs: the one place where the parts of the engine are put together. */
import { type Program, Words } from "../../machine/index.js";
import { Automaton } from "../state/automaton.js";
import { Locations } from "../state/locations.js";
import { Movers } from "../state/movers.js";
import { RecentAccesses } from "../state/recent-accesses.js";
import { SLOT_COMMUTING, SLOT_PRIVATE } from "../state/word-classifier.js";
import { type Findings, findingsByName } from "./observer.js";
import { TransitionSystem } from "./system.js";
import { Yielding } from "./yielding.js";

/** What one CPU runs. */
export interface SystemProgram {
  /** Equal labels mean equal programs. */
  readonly label: string;
  readonly start: () => Program;
}

/** What a system is like. Reductions are on unless switched off. */
export interface SystemOptions {
  /** Words that all CPUs share, as they are in the first state; absent: all 0. */
  readonly words?: Words;
  /** Words that each CPU has for itself. Absent: none. */
  readonly isPrivate?: (address: number) => boolean;
  /** Words of which the order of accesses never matters. Absent: none. */
  readonly isCommuting?: (address: number) => boolean;
  /** Events that begin something, and so commute to the right. Absent: none. */
  readonly isBeginning?: (code: number) => boolean;
  /** The event that says that others notice what was done: who does it waits for nothing behind it. Absent: there is none. */
  readonly noticed?: number;
  /** The event by which a program says that it will try again, and a word of each CPU's own that nobody else uses. */
  readonly yields?: { readonly code: number; readonly word: number };
  /** First of `BUFFER_WORDS` words of each CPU's own: stores wait in buffers there. Absent: memory is sequentially consistent. */
  readonly storeBuffers?: number;
  /** A word of each CPU's own that nobody else uses, for its recent accesses. Absent: locks made by hand protect nothing. */
  readonly recentAccesses?: number;
  /** Look for locks made by hand from the first, and not only once a program waits in a loop. */
  readonly handMadeLocks?: boolean;
  /** Under which names the engine reports what it finds by itself. */
  readonly findings?: Findings;
  /** Accesses that only the holder of a lock makes are no scheduling points. */
  readonly protectedSteps?: boolean;
  /** Results inside a call are forgotten when it ends. */
  readonly shortCalls?: boolean;
  /** CPUs that run the same program are interchangeable. */
  readonly symmetry?: boolean;
}

/** The transition system of `programs`, one for each CPU, in its first state. */
export function systemOf(programs: readonly SystemProgram[], options: SystemOptions = {}): TransitionSystem {
  const { isPrivate, isCommuting, isBeginning = () => false, yields, storeBuffers } = options;
  const { protectedSteps = true, shortCalls = true, symmetry = true, findings = findingsByName } = options;
  const movers = new Movers(programs.length, protectedSteps);
  const locations = new Locations(movers, (address) => {
    if (isPrivate?.(address) === true) return SLOT_PRIVATE;
    return isCommuting?.(address) === true ? SLOT_COMMUTING : undefined;
  });
  const automaton = new Automaton(locations, shortCalls);
  const roots = programs.map(({ label, start }) => automaton.root(label, start));
  const words = options.words ?? new Words();
  const system = new TransitionSystem(words, automaton, movers, roots, symmetry, isBeginning, findings);
  if (storeBuffers !== undefined) system.addStoreBuffers(storeBuffers);
  if (options.noticed !== undefined) system.noticed = options.noticed;
  if (yields !== undefined) system.yielding = new Yielding(yields.code, yields.word, system.own);
  if (options.recentAccesses !== undefined) {
    movers.recent = new RecentAccesses(options.recentAccesses, system.own, (slot) => locations.addressOf(slot));
    if (options.handMadeLocks === true) movers.lookForHandMade();
  }
  return system;
}
