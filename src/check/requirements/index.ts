/** All requirements that the explorer checks, in the order of their ids. */
import { freeNeverFails } from "./r01-free-never-fails.js";
import { getFailsOnlyForMemory } from "./r02-get-fails-only-for-memory.js";
import { installedBeforeReturn } from "./r03-installed-before-return.js";
import { lastPutCleansUp } from "./r04-last-put-cleans-up.js";
import { countAndModuleAgree } from "./r05-count-and-module-agree.js";
import { nothingLeaks } from "./r06-nothing-leaks.js";
import { noPageMisused } from "./r07-no-page-misused.js";
import { noSleepingInAtomic } from "./r08-no-sleeping-in-atomic.js";
import { noDeadlockNoLivelock } from "./r09-no-deadlock-no-livelock.js";
import { noDataRace } from "./r10-no-data-race.js";
import { noWastedFailure } from "./r11-no-wasted-failure.js";
import { nothingWithoutDynamicPamt } from "./r12-nothing-without-dynamic-pamt.js";
import { countsStayInRange } from "./r13-counts-stay-in-range.js";
import { failureIsNotSuccess } from "./r14-failure-is-not-success.js";
import type { Requirement } from "./requirement.js";

const list = [
  freeNeverFails,
  getFailsOnlyForMemory,
  installedBeforeReturn,
  lastPutCleansUp,
  countAndModuleAgree,
  nothingLeaks,
  noPageMisused,
  noSleepingInAtomic,
  noDeadlockNoLivelock,
  noDataRace,
  noWastedFailure,
  nothingWithoutDynamicPamt,
  countsStayInRange,
  failureIsNotSuccess,
] as const satisfies readonly Requirement[];

export type RequirementId = (typeof list)[number]["id"];

export const requirements: readonly Requirement<RequirementId>[] = list;

/** What each requirement says, by its id. */
export const statements: Readonly<Record<string, string>> = Object.fromEntries(
  requirements.map(({ id, statement }) => [id, statement]),
);

export type { Requirement } from "./requirement.js";
