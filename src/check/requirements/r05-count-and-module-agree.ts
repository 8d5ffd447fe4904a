/**
 * R5: while no helper runs, the count is the number of users, and is 0 exactly when no pair is installed.
 *
 * A wrong count ends no path. By itself it harms nobody; the other requirements judge what the helpers then do.
 */
import { usersCounted } from "../../helpers/index.js";
import { plural } from "../../text/index.js";
import type { CheckContext, Requirement } from "./requirement.js";
import { type Sentence, sentence } from "./sentence.js";

const NO_COUNTER = "no counter was found; name the function that finds one: --entry counter=FUNCTION";

export const countAndModuleAgree = {
  id: "R5",
  title: "Count and module agree",
  statement:
    "While no helper is running, the count of a region is the number of its users, and it is 0 exactly when " +
    "the module has no page pair for the region.",
  isAsked: ({ dynamicPamt }) => dynamicPamt,
  needs: ["dynamic-pamt", "counter"],
  whyNotExercised: ({ isC, hasCounter }) => {
    if (hasCounter) return "no state was seen in which no helper ran";
    return isC ? NO_COUNTER : "the design counts no users, so there is no count to compare";
  },
  create: (context) => ({
    onQuiescent() {
      const { helpers, regions, checked, violateAside } = context;
      if (helpers.refcount === undefined) return;
      for (let index = 0; index < regions; index++) {
        // What was never set is no count: whoever reads it breaks R7.
        if (helpers.isCount?.(helpers.refcount(context.kernel.watched[index] as number)) === false) continue;
        checked();
        const fault = countFault(context, index);
        if (fault !== undefined) violateAside(() => fault);
      }
    },
  }),
} satisfies Requirement;

/**
 * What is wrong with the count of watched region number `index`, if anything. A pair that the module did not give back,
 * by nobody's fault, may be counted as one user more, or not at all: whether a later get works is R14.
 *
 * @param bias what the count says of no user, where that is not to be judged
 */
export function countFault(context: CheckContext, index: number, bias = 0): Sentence | undefined {
  const { system, kernel, ghost, helpers, isInstalled, regionName } = context;
  const counted = usersCounted(helpers, system.shared, kernel.watched[index] as number);
  if (counted === undefined) return undefined;
  const count = counted - bias;
  const held = ghost.held(index);
  const installed = isInstalled(index);
  const isKept = installed && ghost.isKept(index);
  if (count !== held && !(isKept && count === held + 1)) {
    return sentence`${regionName(index)} counts ${plural(count, "user")} but has ${held}`;
  }
  if ((count === 0) !== installed || isKept) return undefined;
  return sentence`${regionName(index)} counts ${count} but ${count === 0 ? "has a page pair" : "has no page pair"}`;
}
