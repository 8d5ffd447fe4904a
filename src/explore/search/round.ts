/** Follows a cycle of states once, so that a reader sees which CPUs go round, and how. */
import { Outcome } from "../step/observer.js";
import type { TransitionSystem } from "../step/system.js";
import type { Component } from "./open-components.js";
import type { Move } from "./search.js";

/** Most moves of a round that is shown. */
const ROUND_MAX = 64;

/**
 * Moves from the present state on that stay among `states` until one of them comes back, each by the CPU that has not
 * moved for longest among those that can; nothing stays changed.
 */
export function roundOf(system: TransitionSystem, states: Component): Move[] {
  const saved: Int32Array[] = [];
  const moves: Move[] = [];
  const lastMove = new Map<number, number>();
  system.takeFingerprint();
  const seen = new Set([keyOf(system)]);
  while (moves.length < ROUND_MAX) {
    const before = new Int32Array(system.savepoints.size);
    const move = moveAmong(system, states, lastMove, before);
    if (move === null) break;
    saved.push(before);
    moves.push(move);
    lastMove.set(move.cpu, moves.length);
    if (seen.has(keyOf(system))) break;
    seen.add(keyOf(system));
  }
  for (let at = moves.length - 1; at >= 0; at--) {
    system.savepoints.restore((moves[at] as Move).cpu, saved[at] as Int32Array, 0);
  }
  return moves;
}

function keyOf(system: TransitionSystem): string {
  return `${system.fingerprintLow},${system.fingerprintHigh}`;
}

/** Makes one move that leads to one of `states`, and saves where the system stood before. */
function moveAmong(
  system: TransitionSystem,
  states: Component,
  lastMove: Map<number, number>,
  before: Int32Array,
): Move | null {
  const inTurn = system.unfinished().sort((one, other) => (lastMove.get(one) ?? 0) - (lastMove.get(other) ?? 0));
  for (const cpu of inTurn) {
    system.savepoints.save(cpu, before, 0);
    system.choices = system.newChoices();
    do {
      const outcome = system.move(cpu);
      system.takeFingerprint();
      if (outcome === Outcome.Moved && states.has(system.fingerprintLow, system.fingerprintHigh)) {
        return { cpu, choices: system.choices.list };
      }
    } while (system.restoreChoice(cpu, before, 0));
  }
  return null;
}
