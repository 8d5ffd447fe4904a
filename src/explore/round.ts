/** Goes round a cycle of states once, so that a reader sees how CPUs go round and who they are. */
import type { Component } from "./open-components.js";
import type { Move } from "./search.js";
import { Outcome } from "./watch.js";
import type { World } from "./world.js";

/** Most moves of a round that is shown. */
const ROUND_MAX = 64;

/**
 * Moves from the present state on that stay among `states` until one of them comes back, each by the CPU that has not
 * moved for longest among those that can; nothing stays changed.
 */
export function roundOf(world: World, states: Component): Move[] {
  const saved: Int32Array[] = [];
  const moves: Move[] = [];
  const lastMove = new Map<number, number>();
  world.takeFingerprint();
  const seen = new Set([keyOf(world)]);
  while (moves.length < ROUND_MAX) {
    const before = new Int32Array(world.positions.size);
    const move = moveAmong(world, states, lastMove, before);
    if (move === null) break;
    saved.push(before);
    moves.push(move);
    lastMove.set(move.cpu, moves.length);
    if (seen.has(keyOf(world))) break;
    seen.add(keyOf(world));
  }
  for (let at = moves.length - 1; at >= 0; at--) {
    world.positions.restore((moves[at] as Move).cpu, saved[at] as Int32Array, 0);
  }
  return moves;
}

function keyOf(world: World): string {
  return `${world.fingerprintLow},${world.fingerprintHigh}`;
}

/** Makes one move that leads to one of `states`, and saves where the world stood before. */
function moveAmong(world: World, states: Component, lastMove: Map<number, number>, before: Int32Array): Move | null {
  const inTurn = world.unfinished().sort((one, other) => (lastMove.get(one) ?? 0) - (lastMove.get(other) ?? 0));
  for (const cpu of inTurn) {
    world.positions.save(cpu, before, 0);
    world.choices = world.newChoices();
    do {
      const outcome = world.move(cpu);
      world.takeFingerprint();
      if (outcome === Outcome.Moved && states.has(world.fingerprintLow, world.fingerprintHigh)) {
        return { cpu, choices: world.choices.list };
      }
    } while (world.restoreChoice(cpu, before, 0));
  }
  return null;
}
