/**
 * Yielding: CPUs that go round until another has moved. A program says that something was BUSY and that it will try
 * again. The first time it may: the obstacle may be gone by now. A CPU that says so twice while nobody else has moved
 * waits until somebody does.
 */
import type { Words } from "../../machine/index.js";

/** Turns after which a CPU waits. */
const TURNS_TO_SLEEP = 2;

export class Yielding {
  /** Some program has said so at some time, so that CPUs may be asleep. */
  any = false;

  /**
   * @param code event by which a program says so
   * @param turns word that each CPU has for itself: how often it has said so since another CPU moved
   * @param own words that each CPU has for itself
   */
  constructor(
    readonly code: number,
    private readonly turns: number,
    private readonly own: readonly Words[],
  ) {}

  hasYielded(cpu: number): boolean {
    return this.any && (this.own[cpu] as Words).read(this.turns) >= TURNS_TO_SLEEP;
  }

  /** `cpu` says that it will try again. */
  turn(cpu: number): void {
    this.any = true;
    const own = this.own[cpu] as Words;
    own.write(this.turns, own.read(this.turns) + 1);
  }

  /** `cpu` has moved. */
  wakeOthers(cpu: number): void {
    for (let other = 0; other < this.own.length; other++) {
      if (other !== cpu) (this.own[other] as Words).write(this.turns, 0);
    }
  }
}
