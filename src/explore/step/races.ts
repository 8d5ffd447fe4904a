/**
 * Data races: two CPUs are both about to access the same word, and can do it now. At least one writes, and at least one
 * access is plain.
 *
 * A CPU rests before every plain access to a word that no lock protects (`Mover.Alone`), and before every other
 * access to such a word. So it is enough to compare the places where CPUs rest. Where a lock protects a word no two
 * CPUs can come to their accesses at the same time.
 */
import { Access } from "../../machine/index.js";
import type { Automaton } from "../state/automaton.js";
import { Passage } from "../state/memory-model.js";
import { NodeKind } from "../state/node-kind.js";
import type { Violation } from "./observer.js";
import type { TransitionSystem } from "./system.js";

/** Two CPUs that race, the one with the plain access first. */
export interface Race {
  readonly cpus: readonly [number, number];
  readonly nodes: readonly [number, number];
  /** A word that both access. */
  readonly address: number;
}

/** Whether `node` is an access to shared words. */
function isAccess(automaton: Automaton, node: number): boolean {
  const kind = automaton.kindOf(node);
  const accesses = kind === NodeKind.Word || kind === NodeKind.Fill || kind === NodeKind.Gather;
  return accesses && automaton.isShared(node);
}

/** One past the last word of an access. */
function endOf(automaton: Automaton, node: number): number {
  return automaton.addressOf(node) + (automaton.kindOf(node) === NodeKind.Word ? 1 : automaton.countOf(node));
}

/** The first word that `one`, a plain access, and `other` conflict on, or -1. */
function conflict(automaton: Automaton, one: number, other: number): number {
  if (!automaton.isPlain(one) || !isAccess(automaton, other)) return -1;
  if (automaton.word[one]!.readOnly && automaton.word[other]!.readOnly) return -1;
  const address = Math.max(automaton.addressOf(one), automaton.addressOf(other));
  return address < Math.min(endOf(automaton, one), endOf(automaton, other)) ? address : -1;
}

/** Whether the access of `node` is a conditional atomic that does nothing but load where it finds `contents`. */
function isFailing(automaton: Automaton, node: number, contents: number): boolean {
  return automaton.word[node]!.fails?.(contents, automaton.argumentOf(node)) === true;
}

/** An access that was made. */
export interface Made {
  readonly cpu: number;
  readonly node: number;
  /** What it found in its word. */
  readonly before: number;
}

/** The race between two accesses, whatever comes before them, or null. */
export function raceOf(automaton: Automaton, one: Made, other: Made): Race | null {
  for (const [first, second] of [
    [one, other],
    [other, one],
  ] as const) {
    const address = conflict(automaton, first.node, second.node);
    if (address < 0 || isOfLoads(automaton, first.node, second.node, second.before)) continue;
    return { cpus: [first.cpu, second.cpu], nodes: [first.node, second.node], address };
  }
  return null;
}

/** Whether neither `one`, a plain access, nor `other`, which finds `contents`, writes: it may be a conditional atomic. */
function isOfLoads(automaton: Automaton, one: number, other: number, contents: number): boolean {
  return automaton.word[one]!.readOnly && isFailing(automaton, other, contents);
}

/** Whether `cpu`, which rests at an access, can do it now. */
function isReady({ automaton, nodes, shared, memoryModel }: TransitionSystem, cpu: number): boolean {
  const node = nodes[cpu] as number;
  if (memoryModel.passage(cpu, node) === Passage.Waits) return false;
  const { ready } = automaton.word[node]!;
  return ready === undefined || ready(shared.read(automaton.addressOf(node)), automaton.argumentOf(node));
}

/** What `cpu` finds in the word at `address` now. */
function found({ shared, memoryModel }: TransitionSystem, cpu: number, address: number): number {
  return memoryModel.view(cpu, address, shared.read(address));
}

/** Whether `cpu` rests at a plain access to shared words. */
export function restsAtPlain({ automaton, nodes }: TransitionSystem, cpu: number): boolean {
  return automaton.isPlain(nodes[cpu] as number);
}

/** A race of `cpu`, which rests at a plain access, with any other CPU, or null. */
export function raceWith(system: TransitionSystem, cpu: number): Race | null {
  const { automaton, nodes } = system;
  for (let other = 0; other < system.cpus; other++) {
    if (other === cpu) continue;
    const address = conflict(automaton, nodes[cpu] as number, nodes[other] as number);
    if (address < 0 || !isReady(system, cpu) || !isReady(system, other)) continue;
    if (isOfLoads(automaton, nodes[cpu] as number, nodes[other] as number, found(system, other, address))) continue;
    return { cpus: [cpu, other], nodes: [nodes[cpu] as number, nodes[other] as number], address };
  }
  return null;
}

/** A race in one sentence. */
export function describeRace({ automaton }: TransitionSystem, race: Race, nameOf: (address: number) => string): string {
  const [one, other] = race.nodes.map((node) => {
    const word = automaton.word[node]!;
    return `${word.readOnly ? "reads" : "writes"} it${word.access === Access.Plain ? " plainly" : ""}`;
  });
  return `data race on ${nameOf(race.address)}: CPU${race.cpus[0]} ${one} while CPU${race.cpus[1]} ${other}`;
}

/** What a violation says of a race beside its sentence. */
export function evidenceOf({ automaton }: TransitionSystem, race: Race): Pick<Violation, "finding" | "sites" | "race"> {
  const sites = race.nodes.map((node) => automaton.siteOf(node)).filter((site) => site > 0);
  return { finding: "race", race: race.cpus, ...(sites.length > 0 ? { sites } : {}) };
}
