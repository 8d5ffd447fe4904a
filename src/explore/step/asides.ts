/**
 * Asides: violations that end no path, so that they do not hide what breaks behind them.
 *
 * They are faults of bookkeeping. The programs really reach the state behind, so further violations there are real. A
 * search reports each property once, with the first path that it finds to it.
 */
import type { Evidence, Violation } from "./observer.js";

export class Asides {
  private readonly told = new Set<string>();
  private readonly pending: Violation[] = [];

  /** Whether something is to be reported. */
  get any(): boolean {
    return this.pending.length > 0;
  }

  /** Notes that `property` is broken, unless that is known. @param what asked for only where it is not */
  add(property: string, what: () => Pick<Violation, "message" | "facts">, evidence: Evidence = {}): void {
    if (this.told.has(property) || this.pending.some((each) => each.property === property)) return;
    this.pending.push({ property, ...what(), ...evidence, goesOn: true });
  }

  /** What was recorded since it was last taken or dropped. */
  get noted(): Violation[] {
    return [...this.pending];
  }

  /** From here on it is known that `property` is broken. */
  tell(property: string): void {
    this.told.add(property);
  }

  /** The same as `noted`; from here on it is known. */
  take(): Violation[] {
    for (const { property } of this.pending) this.told.add(property);
    return this.pending.splice(0);
  }

  /** Drops what the move has recorded: the search takes the move back, and making it again records it again. */
  drop(): void {
    // Searches do this before each move, and setting a length takes time.
    if (this.pending.length > 0) this.pending.length = 0;
  }

  /** Forgets all, for a search that begins. */
  reset(): void {
    this.drop();
    this.told.clear();
  }
}
