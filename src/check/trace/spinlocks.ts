/** Which spinlocks CPUs hold along a path, and where they took them: for whoever may not hold any. */
import { LockEffect, type WordOperation } from "../../machine/index.js";

/** A spinlock that is held. */
export interface HeldSpinlock {
  readonly cpu: number;
  readonly address: number;
  /** Place in a source text that took it; 0 for none. */
  readonly site: number;
}

export class Spinlocks {
  private held: readonly HeldSpinlock[] = [];

  /** An operation of the kernel that has happened. @param result 0 for an attempt that succeeds */
  onWord(
    cpu: number,
    { lock, ready, sleeps = false }: WordOperation,
    address: number,
    site: number,
    result: number,
  ): void {
    if (lock === LockEffect.None || sleeps || (ready === undefined && result !== 0)) return;
    if (lock === LockEffect.AcquireExclusive || lock === LockEffect.AcquireShared) {
      this.held = [...this.held, { cpu, address, site }];
    } else if (lock !== LockEffect.Promote) {
      const at = this.held.findLastIndex((each) => each.cpu === cpu && each.address === address);
      if (at >= 0) this.held = this.held.toSpliced(at, 1);
    }
  }

  /** Those that `cpu` holds now, in the order in which it took them. */
  of(cpu: number): readonly HeldSpinlock[] {
    return this.held.filter((each) => each.cpu === cpu);
  }
}
