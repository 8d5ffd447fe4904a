/**
 * What helpers are called with, for those that ask whether they may sleep (`in_task()`, `preemptible()`): their caller may hold
 * a spinlock, or be in softirq context. Whoever else is called is not told, so that it takes no steps.
 */
import { type Program, write } from "../machine/index.js";
import type { Kernel } from "./kernel.js";

/** Parts of `preempt_count()`. What is off more than once counts once. */
export enum PreemptCount {
  Zero = 0,
  Preemption = 1,
  Softirq = 0x100,
  SoftirqsOff = Softirq << 1,
  HardInterrupt = 0x1_0000,
}

/** From here on the CPU calls helpers with these parts of `preempt_count()`. */
export function* surround(kernel: Kernel, parts: PreemptCount): Program<void> {
  if (kernel.options.asksSurroundings === true) yield write(kernel.cpu.surroundings, parts);
}
