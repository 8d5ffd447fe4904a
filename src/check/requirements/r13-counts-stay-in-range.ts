/**
 * R13: the kernel warns of a put when no user is left, and no later get succeeds without a pair because of it. A
 * region's counter is inside the array, also for a partial last region.
 */
import { usersCounted } from "../../helpers/index.js";
import { HelperKind, KernelEvent } from "../../kernel/index.js";
import { Sharing } from "../../machine/index.js";
import { ModuleEvent } from "../../module/index.js";
import type { Requirement } from "./requirement.js";
import { sentence } from "./sentence.js";

export const countsStayInRange = {
  id: "R13",
  title: "Counts stay in range",
  statement:
    "A put although no user is left, a bug of the caller, is reported where it happens, and cannot make a " +
    "later get succeed without a pair. The counter of a region is inside the array of counters, also for a " +
    "last region that memory only partly fills.",
  needs: ["dynamic-pamt"],
  onlyIn: "extra-put",
  whyNotExercised: ({ hasFlows }) =>
    `no caller of this run puts too often: check with --scenario extra-put${hasFlows ? ", without --flows" : ""}`,
  create({ system, kernel, ghost, helpers, countBias, dynamicPamt, isInstalled, regionName, checked, violate }) {
    /** Whether a put too many has ended. */
    const wasPutTooOften = kernel.space.reserve(1, () => "put too often", Sharing.Commuting);

    function afterExtraPut(cpu: number): void {
      // A REMOVE that failed leaves a count: nobody can tell that this put is one too many.
      if (ghost.wasKept(cpu)) return;
      checked();
      system.shared.write(wasPutTooOften, 1);
      if (!ghost.warned(cpu)) violate("a put when no user was left went unreported");
      const index = ghost.region(cpu);
      // A count that waits in a store buffer is nothing yet.
      if (index < 0 || !system.memoryModel.allDrained) return;
      const count = usersCounted(helpers, system.shared, kernel.watched[index] as number);
      if (count === undefined) return;
      // That a count begins other than 0 is for R5.
      if (count - countBias(index) !== ghost.held(index))
        violate(sentence`a put when no user was left made ${regionName(index)} count ${count}`);
    }

    function afterGet(cpu: number): void {
      const index = ghost.region(cpu);
      if (index < 0 || system.shared.read(wasPutTooOften) === 0) return;
      checked();
      if (!isInstalled(index)) violate(`after a put when no user was left a get succeeded without a page pair`);
    }

    return {
      codes: [KernelEvent.CounterOutOfRange, KernelEvent.CounterFound, KernelEvent.Leave, ModuleEvent.Fatal],
      onEvent(cpu, code, detail, extra) {
        if (code === KernelEvent.CounterOutOfRange) {
          const array = `the array of ${Math.abs(extra)}`;
          violate(`counter ${detail} is outside ${array}: the last, partial region has none`, { ends: extra < 0 });
        } else if (code === KernelEvent.CounterFound) {
          checked();
        } else if (code === ModuleEvent.Fatal) {
          if (ghost.kind(cpu) === HelperKind.ExtraPut)
            violate("the TDX module shut down in a put when no user was left");
        } else if (dynamicPamt) {
          if (detail === HelperKind.ExtraPut) afterExtraPut(cpu);
          else if (detail === HelperKind.Get && extra === 0) afterGet(cpu);
        }
      },
    };
  },
} satisfies Requirement;
