/** R4: when no user is left, the pair is removed. That its pages are freed is R6. */
import type { Requirement } from "./requirement.js";
import { sentence } from "./sentence.js";

export const lastPutCleansUp = {
  id: "R4",
  title: "Last put cleans up",
  statement:
    "When a region has no user and no helper is running, its page pair has been removed. (That the two pages " +
    "are freed as well is R6.)",
  isAsked: ({ dynamicPamt }) => dynamicPamt,
  needs: ["dynamic-pamt"],
  whyNotExercised: () => "a region without a user was never seen while no helper ran",
  create: ({ ghost, regions, isInstalled, regionName, checked, violate }) => ({
    onQuiescent() {
      for (let index = 0; index < regions; index++) {
        if (ghost.held(index) > 0) continue;
        checked();
        // One that the module did not give back stays: R14.
        if (isInstalled(index) && !ghost.isKept(index))
          violate(sentence`${regionName(index)} has no user but its page pair is still installed`);
      }
    },
  }),
} satisfies Requirement;
