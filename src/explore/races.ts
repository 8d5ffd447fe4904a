/**
 * Data races: two CPUs are both about to access the same word, at least one of them writes, at least one does
 * so plainly, and both can do it now (R10).
 *
 * A CPU rests before every plain access to a word that no lock protects (`Mover.Alone`), and before every other
 * access to such a word. So it is enough to compare the places where CPUs rest. Where a lock protects a word no two
 * CPUs can come to their accesses at the same time.
 */
import { Access } from "../machine/index.js";
import { type Automaton, NodeKind } from "./automaton.js";
import { Passage } from "./store-buffers.js";
import type { Violation } from "./watch.js";
import type { World } from "./world.js";

/** Two CPUs that race, the one with the plain access first. */
export interface Race {
  readonly cpus: readonly [number, number];
  readonly nodes: readonly [number, number];
  /** A word that both access. */
  readonly address: number;
}

/** Whether `node` is an access to shared words. */
function isAccess({ kind, slot }: Automaton, node: number): boolean {
  const what = kind[node] as NodeKind;
  const accesses = what === NodeKind.Word || what === NodeKind.Fill || what === NodeKind.Gather;
  return accesses && (slot[node] as number) >= 0;
}

/** One past the last word of an access. */
function endOf({ kind, address, count }: Automaton, node: number): number {
  return (address[node] as number) + (kind[node] === NodeKind.Word ? 1 : (count[node] as number));
}

/** The first word that `one`, a plain access, and `other` conflict on, or -1. */
function conflict(automaton: Automaton, one: number, other: number): number {
  if (automaton.plain[one] !== true || !isAccess(automaton, other)) return -1;
  if (automaton.word[one]!.readOnly && automaton.word[other]!.readOnly) return -1;
  const address = Math.max(automaton.address[one] as number, automaton.address[other] as number);
  return address < Math.min(endOf(automaton, one), endOf(automaton, other)) ? address : -1;
}

/** The race between the accesses of two nodes, whatever comes before them, or null. */
export function raceOf(automaton: Automaton, cpus: readonly [number, number], nodes: readonly [number, number]) {
  const address = conflict(automaton, nodes[0], nodes[1]);
  if (address >= 0) return { cpus, nodes, address };
  const turned = conflict(automaton, nodes[1], nodes[0]);
  if (turned < 0) return null;
  return { cpus: [cpus[1], cpus[0]], nodes: [nodes[1], nodes[0]], address: turned } satisfies Race;
}

/** Whether `cpu`, which rests at an access, can do it now. */
function isReady({ automaton, nodes, shared, buffers }: World, cpu: number): boolean {
  const node = nodes[cpu] as number;
  if (buffers?.passage(cpu, node) === Passage.Waits) return false;
  const { ready } = automaton.word[node]!;
  return (
    ready === undefined || ready(shared.read(automaton.address[node] as number), automaton.argument[node] as number)
  );
}

/** Whether `cpu` rests at a plain access to shared words. */
export function restsAtPlain({ automaton, nodes }: World, cpu: number): boolean {
  return automaton.plain[nodes[cpu] as number] === true;
}

/** A race of `cpu`, which rests at a plain access, with any other CPU, or null. */
export function raceWith(world: World, cpu: number): Race | null {
  const { automaton, nodes } = world;
  for (let other = 0; other < world.cpus; other++) {
    if (other === cpu) continue;
    const address = conflict(automaton, nodes[cpu] as number, nodes[other] as number);
    if (address < 0 || !isReady(world, cpu) || !isReady(world, other)) continue;
    return { cpus: [cpu, other], nodes: [nodes[cpu] as number, nodes[other] as number], address };
  }
  return null;
}

/** A race in one sentence. */
export function describeRace({ automaton }: World, race: Race, nameOf: (address: number) => string): string {
  const [one, other] = race.nodes.map((node) => {
    const word = automaton.word[node]!;
    return `${word.readOnly ? "reads" : "writes"} it${word.access === Access.Plain ? " plainly" : ""}`;
  });
  return `data race on ${nameOf(race.address)}: CPU${race.cpus[0]} ${one} while CPU${race.cpus[1]} ${other}`;
}

/** What a violation says of a race beside its sentence. */
export function evidenceOf({ automaton }: World, race: Race): Pick<Violation, "sites" | "race"> {
  const sites = race.nodes.map((node) => automaton.site[node] as number).filter((site) => site > 0);
  return { race: race.cpus, ...(sites.length > 0 ? { sites } : {}) };
}
