/** R5: while no helper runs, the count is the number of users, and is 0 exactly when no pair is installed. */
import type { Requirement } from "./requirement.js";

export const countAndModuleAgree: Requirement = {
  id: "R5",
  title: "Count and module agree",
  create: ({ world, kernel, ghost, helpers, dynamicPamt, regions, isInstalled, regionName, checked, violate }) => ({
    onQuiescent() {
      const { refcount } = helpers;
      if (refcount === undefined || !dynamicPamt) return;
      for (let index = 0; index < regions; index++) {
        const word = refcount(kernel.watched[index] as number);
        // What was never set is no count: whoever reads it breaks R7.
        if (helpers.isCount?.(word) === false) continue;
        const count = world.shared.read(word);
        checked();
        if (count !== ghost.held(index)) {
          violate(`${regionName(index)} counts ${count} user(s) but has ${ghost.held(index)}`);
        } else if ((count === 0) === isInstalled(index)) {
          violate(`${regionName(index)} counts ${count} but ${count === 0 ? "has a page pair" : "has no page pair"}`);
        }
      }
    },
  }),
};
