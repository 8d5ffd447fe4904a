/**
 * Flows that set a count need to know where it is. A design that keeps none has none to set. C may keep one that was
 * not found, and then the checker would not judge the C.
 */
import type { Design, PamtHelpers } from "../helpers/index.js";
import { OptionError } from "./options/error.js";
import type { Scenario } from "./scenarios/index.js";

/** @throws OptionError for a flow that sets a count, of C whose counter was not found */
export function expectCounter({ setsCount }: Scenario, design: Design, { refcount }: PamtHelpers): void {
  if (setsCount === undefined || design.source === undefined || refcount !== undefined) return;
  throw new OptionError(
    `the flow ${setsCount} sets the count of a region, and ${design.name} shows no counter; ` +
      "name the function that finds one: --entry counter=FUNCTION",
  );
}

/** The first of the scenarios that may be refused: to be looked at before time is spent on others. */
export function withoutCounter({
  design,
  scenarios,
}: {
  readonly design: Design;
  readonly scenarios: readonly Scenario[];
}): readonly Scenario[] {
  if (design.source === undefined) return [];
  return scenarios.filter(({ setsCount }) => setsCount !== undefined).slice(0, 1);
}
