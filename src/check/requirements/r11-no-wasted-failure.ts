/**
 * R11 (a warning): a get whose region is backed all the while needs no memory, so it should not be
 * able to fail.
 */
import { HelperKind, KernelEvent } from "../../kernel/index.js";
import { Sharing, type Words } from "../../machine/index.js";
import type { Requirement } from "./requirement.js";
import { sentence } from "./sentence.js";

export const noWastedFailure = {
  id: "R11",
  title: "No wasted failure",
  statement:
    "A get whose region is in use by somebody else from beginning to end of the call needs no memory, so it " +
    "should not be able to fail. Reported as a warning: it does not make a check fail, because the merged code " +
    "does it.",
  warning: true,
  isAsked: ({ dynamicPamt }) => dynamicPamt,
  needs: ["dynamic-pamt"],
  whyNotExercised: ({ cpus, hasFlows }) => {
    if (hasFlows) return "no get of these flows ran while others used its region; two faults do: --flows fault+fault";
    return cpus < 2
      ? "one CPU alone never gets while others use the region: --cpus 2"
      : "no get ran while others used its region all the while";
  },
  create({ system, kernel, ghost, regionName, checked, violate }) {
    // For each CPU: 1 + the region of its get if others have used that since the get began, else 0.
    const backed = kernel.space.reserve(1, () => "region in use since get began", Sharing.Commuting);
    const own = (cpu: number) => system.own[cpu] as Words;
    return {
      codes: [KernelEvent.Enter, KernelEvent.Leave],
      onEvent(cpu, code, detail, extra) {
        const index = ghost.region(cpu);
        if (code === KernelEvent.Enter) {
          const already = detail === HelperKind.Get && index >= 0 && ghost.held(index) > 0;
          own(cpu).write(backed, already ? index + 1 : 0);
          if (index < 0 || ghost.held(index) > 0) return;
          for (let other = 0; other < system.cpus; other++) {
            if (own(other).read(backed) === index + 1) own(other).write(backed, 0);
          }
        } else if (detail === HelperKind.Get && own(cpu).read(backed) !== 0) {
          own(cpu).write(backed, 0);
          checked();
          if (extra !== 0)
            violate(
              () =>
                sentence`a get failed for want of memory although ${regionName(index)} was in use by others all the while`,
            );
        }
      },
    };
  },
} satisfies Requirement;
