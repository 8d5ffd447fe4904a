/** When a search begins again, because it has learned that CPUs rest elsewhere. */
import type { TransitionSystem } from "../step/system.js";

/** States after which a search that has to begin again does so, beside as many as it had when it learned that. */
const FURTHER_STATES = 256;

export class Restarts {
  /** States when the search learned first that its result will not count, or -1. */
  private since = -1;

  /** The search begins. */
  begin(): void {
    this.since = -1;
  }

  /**
   * Whether the search begins again now. Where it learns of one more loop it goes on for a while: other loops are often
   * near, and each needs a restart.
   *
   * @param states states met so far
   * @param isOver something was found, or there is nothing more to do
   */
  isDue({ movers }: TransitionSystem, states: number, isOver: boolean): boolean {
    if (movers.broken) return true;
    if (!movers.unsettled) return false;
    if (this.since < 0) this.since = states;
    return isOver || states >= 2 * this.since + FURTHER_STATES;
  }
}
