/**
 * R5: while no helper runs, the count is the number of users, and is 0 exactly when no pair is installed.
 *
 * A wrong count ends no path. Taken by itself it harms nobody; what the helpers make of it is for the other requirements.
 */
import type { Requirement } from "./requirement.js";

export const countAndModuleAgree: Requirement = {
  id: "R5",
  title: "Count and module agree",
  isAsked: ({ dynamicPamt }) => dynamicPamt,
  create: ({
    world,
    kernel,
    ghost,
    helpers,
    dynamicPamt,
    regions,
    isInstalled,
    regionName,
    checked,
    violateAside,
  }) => ({
    onQuiescent() {
      const { refcount } = helpers;
      if (refcount === undefined || !dynamicPamt) return;
      for (let index = 0; index < regions; index++) {
        const count = world.shared.read(refcount(kernel.watched[index] as number));
        checked();
        if (count !== ghost.held(index)) {
          violateAside(() => `${regionName(index)} counts ${count} user(s) but has ${ghost.held(index)}`);
        } else if ((count === 0) === isInstalled(index)) {
          const pair = count === 0 ? "has a page pair" : "has no page pair";
          violateAside(() => `${regionName(index)} counts ${count} but ${pair}`);
        }
      }
    },
  }),
};
