/**
 * R13: a put when no user is left is reported where it happens and cannot make a later get succeed
 * without a pair; a region's counter is inside the array, also for a partial last region.
 */
import { HelperKind, KernelEvent } from "../../kernel/index.js";
import type { Requirement } from "./requirement.js";

export const countsStayInRange: Requirement = {
  id: "R13",
  title: "Counts stay in range",
  create: ({ ghost, dynamicPamt, checked, violate }) => ({
    codes: [KernelEvent.CounterOutOfRange, KernelEvent.CounterFound, KernelEvent.Leave],
    onEvent(cpu, code, detail, extra) {
      if (code === KernelEvent.CounterOutOfRange) {
        violate(`counter ${detail} is outside the array of ${extra}: the last, partial region has none`);
      } else if (code === KernelEvent.CounterFound) {
        checked();
      } else if (detail === HelperKind.ExtraPut && dynamicPamt) {
        checked();
        if (!ghost.warned(cpu)) violate("a put when no user was left went unreported");
      }
    },
  }),
};
