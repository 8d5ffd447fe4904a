/**
 * What a step meets: the earlier step of another CPU that holds the lock it finds taken, or that made the value it reads.
 * It is asked of facts alone, so that readers of a saved result can ask it, too.
 */
import type { Action, LockAction } from "./facts.js";

/** As much of a step as links are made from. */
export interface LinkedStep {
  readonly cpu: number;
  readonly action: Action;
}

/** Why a step leads back to an earlier one: a lock that is held there, or a value that was stored there. */
export interface Meeting {
  /** Index of the earlier step, of another CPU. */
  readonly to: number;
  readonly by: "lock" | "value";
}

/** For each step, by its index: the earlier step that it meets, where it meets one. */
export function linksOf(steps: readonly LinkedStep[]): readonly (Meeting | undefined)[] {
  const held = new Holders();
  const stored = new Map<string, { readonly cpu: number; readonly at: number }>();
  return steps.map(({ cpu, action }, at) => {
    switch (action.kind) {
      case "lock": {
        const found = action.effect === "release" ? undefined : held.against(cpu, action);
        held.note(cpu, action, at);
        return action.busy && found !== undefined ? { to: found, by: "lock" } : undefined;
      }
      case "wait": {
        if (action.for !== "word") return undefined;
        const holder = held.ofOthers(cpu, action.word);
        return holder === undefined ? lastStore(stored, cpu, action.word) : { to: holder, by: "lock" };
      }
      case "word": {
        const found = lastStore(stored, cpu, action.word);
        if (action.changed && action.buffered !== true) stored.set(action.word, { cpu, at });
        return found;
      }
      case "drain":
        if (action.changed) stored.set(action.word, { cpu, at });
        return undefined;
      default:
        return undefined;
    }
  });
}

function lastStore(
  stored: ReadonlyMap<string, { readonly cpu: number; readonly at: number }>,
  cpu: number,
  word: string,
): Meeting | undefined {
  const last = stored.get(word);
  return last === undefined || last.cpu === cpu ? undefined : { to: last.at, by: "value" };
}

/** A hold on a lock: who has it, and the step that took it. */
interface Hold {
  readonly cpu: number;
  readonly lock: string;
  readonly mode: LockAction["mode"];
  readonly at: number;
}

/** Who holds which lock at each step. */
class Holders {
  private holds: readonly Hold[] = [];

  /** The step of another CPU by which it keeps `cpu` from what it tries. */
  against(cpu: number, { lock, mode }: LockAction): number | undefined {
    return this.holds.findLast(
      (hold) => hold.cpu !== cpu && hold.lock === lock && (mode === "exclusive" || hold.mode === "exclusive"),
    )?.at;
  }

  /** The step by which another CPU than `cpu` took `lock`. */
  ofOthers(cpu: number, lock: string): number | undefined {
    return this.holds.findLast((hold) => hold.cpu !== cpu && hold.lock === lock)?.at;
  }

  note(cpu: number, { lock, effect, mode, busy }: LockAction, at: number): void {
    if (busy) return;
    const mine = this.holds.findLastIndex((hold) => hold.cpu === cpu && hold.lock === lock);
    const others = mine < 0 ? this.holds : this.holds.toSpliced(mine, 1);
    if (effect === "release") this.holds = others;
    else this.holds = [...(effect === "promote" ? others : this.holds), { cpu, lock, mode, at }];
  }
}
