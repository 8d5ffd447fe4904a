/**
 * What a call has switched off, and where: preemption, migration and softirqs, each as often as it says, and interrupts, which
 * are off or on. Whoever holds a lock of one bit is not preempted either.
 */
import { LeftOff } from "../../kernel/index.js";

/** The flags of a CPU while interrupts are on (X86_EFLAGS_IF), and while they are off. */
export const INTERRUPTS_ON = 1n << 9n;
const OFF = 0n;

/** Something that is left as no caller expects it, and the site that is to blame. */
interface Left {
  readonly what: LeftOff;
  readonly site: number;
}

/** What is switched off as often as it is called for. */
export class Depth {
  private depth = 0;
  private site = 0;

  constructor(private readonly what: LeftOff) {}

  get isOff(): boolean {
    return this.depth > 0;
  }

  disable(site: number): void {
    if (this.depth++ === 0) this.site = site;
  }

  /** @returns whether it was off */
  enable(): boolean {
    if (this.depth === 0) return false;
    this.depth--;
    return true;
  }

  left(): Left | undefined {
    return this.isOff ? { what: this.what, site: this.site } : undefined;
  }

  state(): string {
    return this.isOff ? `${this.depth}@${this.site}` : "";
  }
}

export class SwitchedOff {
  readonly preemption = new Depth(LeftOff.Preemption);
  readonly softirqs = new Depth(LeftOff.Softirqs);
  /** Whoever only stays on its CPU may sleep. */
  readonly migration = new Depth(LeftOff.Migration);
  /** Where interrupts were switched off, -1 where they are on. */
  private interruptsOffAt = -1;
  /** Locks of one bit that the call holds. */
  bitLocks = 0;

  /** Nobody else runs on the CPU, so the call may not sleep. */
  get isAtomic(): boolean {
    return this.preemption.isOff || this.bitLocks > 0 || this.keepsSoftirqsOut;
  }

  /** No softirq interrupts the call. */
  get keepsSoftirqsOut(): boolean {
    return this.softirqs.isOff || this.interruptsOff;
  }

  get interruptsOff(): boolean {
    return this.interruptsOffAt >= 0;
  }

  /** Switches interrupts off. @returns the flags of before */
  saveInterrupts(site: number): bigint {
    if (this.interruptsOff) return OFF;
    this.interruptsOffAt = site;
    return INTERRUPTS_ON;
  }

  restoreInterrupts(flags: bigint, site: number): void {
    if ((flags & INTERRUPTS_ON) !== 0n) this.interruptsOffAt = -1;
    else if (!this.interruptsOff) this.interruptsOffAt = site;
  }

  /** What is still off. */
  left(): Left[] {
    const interrupts = { what: LeftOff.Interrupts, site: this.interruptsOffAt };
    const depths = [this.preemption, this.softirqs, this.migration].map((each) => each.left());
    return [...depths, this.interruptsOff ? interrupts : undefined].filter((each) => each !== undefined);
  }

  state(): string {
    const depths = `${this.preemption.state()} ${this.softirqs.state()} ${this.migration.state()}`;
    return `${depths} ${this.interruptsOffAt} ${this.bitLocks}`;
  }
}
