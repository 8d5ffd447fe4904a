/**
 * R8: no sleeping allocation with a spinlock held or in softirq context; a lock that is also taken
 * in softirq context is taken with softirqs disabled.
 */
import { KernelEvent, Softirqs } from "../../kernel/index.js";
import { Discipline } from "../../machine/index.js";
import type { Requirement } from "./requirement.js";

const LOCK_BITS = 31;

export const noSleepingInAtomic: Requirement = {
  id: "R8",
  title: "No sleeping in atomic context",
  create({ world, kernel, ghost, checked, violate }) {
    // Two words of bits, one bit for each lock: taken in softirq context; taken with softirqs on.
    const inSoftirq = kernel.space.reserve(2, () => "lock usage", Discipline.Commuting);
    const withSoftirqs = inSoftirq + 1;
    const bits = new Map<number, number>();
    return {
      codes: [KernelEvent.Allocate, KernelEvent.MaySleep],
      onEvent(cpu, code, detail, extra) {
        checked();
        if (code === KernelEvent.Allocate && detail === 0) return;
        const other = extra === 0 ? "a mutex is taken" : "something that may sleep is done";
        const what = code === KernelEvent.Allocate ? "an allocation that may sleep is made" : other;
        if (code === KernelEvent.MaySleep && detail === 1)
          violate("something that may sleep is done with interrupts, softirqs or preemption off");
        if ((world.discipline.spinning[cpu] as number) > 0) violate(`${what} with a spinlock held`);
        else if (ghost.inSoftirq(cpu)) violate(`${what} in softirq context`);
      },
      onSpinLock(cpu, address, softirqs) {
        let bit = bits.get(address);
        if (bit === undefined) {
          bit = 1 << (bits.size % LOCK_BITS);
          bits.set(address, bit);
        }
        const word = ghost.inSoftirq(cpu) ? inSoftirq : withSoftirqs;
        if (word === withSoftirqs && softirqs === Softirqs.Disabled) return;
        world.shared.write(word, world.shared.read(word) | bit);
        checked();
        if ((world.shared.read(inSoftirq) & world.shared.read(withSoftirqs) & bit) === 0) return;
        violate(
          `${kernel.space.describe(address)} is taken in softirq context and elsewhere with softirqs enabled: ` +
            "a softirq on a CPU that holds it would wait for ever",
        );
      },
    };
  },
};
