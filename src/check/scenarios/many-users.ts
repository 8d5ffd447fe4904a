/**
 * `many-users`: one CPU takes each of the 512 pages of a region into use, and gives them back. A counter that is too
 * narrow for so many users, or that takes a large number for a negative one, shows here and nowhere else.
 */
import { get, put } from "../../flows/index.js";
import { HelperKind, KernelEvent, PTRS_PER_PMD, spinLock, spinUnlock } from "../../kernel/index.js";
import { become, event, type Program } from "../../machine/index.js";
import type { Scenario, Stage } from "./scenario.js";
import { use } from "./use.js";

/** Users that a region can have: one for each of its 4 KiB pages. */
const USERS = PTRS_PER_PMD;
/** Calls after which the CPU comes to a scheduling point, whatever the helpers do: a transition has only so many steps. */
const CALLS_AT_ONCE = 32;

function pageOf({ kernel }: Stage, index: number): number {
  return (kernel.memory.contended[0] as number) * PTRS_PER_PMD + index;
}

/** Numbers of users at which a counter of so many bits, or of one more with a sign, has run over. */
function isTurningPoint(users: number): boolean {
  return (users & (users - 1)) === 0;
}

/** Between so many calls, takes a lock that nobody else wants. */
function* rest(lock: number, calls: number): Program<void> {
  if (calls % CALLS_AT_ONCE !== 0) return;
  yield spinLock(lock);
  yield spinUnlock(lock);
}

/** Pages up to `users` are in use: takes the next. */
function* take(stage: Stage, lock: number, users: number): Program {
  yield* rest(lock, users);
  if (users === USERS) return yield become("give page 0 back", () => give(stage, lock, 0));
  const page = pageOf(stage, users);
  const turns = isTurningPoint(users + 1);
  // A put right after the get that made a count overflow shows the consequence before the count itself is judged.
  if (turns) yield event(KernelEvent.Enter, HelperKind.Several);
  if ((yield* get(stage, page)) !== 0) return 0;
  if (turns) {
    yield* put(stage, page);
    if ((yield* get(stage, page)) !== 0) return 0;
    yield event(KernelEvent.Leave, HelperKind.Several);
    yield* use(stage, page);
  }
  return yield become(`take page ${users + 1}`, () => take(stage, lock, users + 1));
}

/** Pages from `given` on are in use: gives that one back. The last is used before, and again with all others gone. */
function* give(stage: Stage, lock: number, given: number): Program {
  yield* rest(lock, given);
  if (given === USERS) return yield become("one user again", () => again(stage));
  const page = pageOf(stage, given);
  if (isTurningPoint(USERS - given)) yield* use(stage, page);
  yield* put(stage, page);
  return yield become(`give page ${given + 1} back`, () => give(stage, lock, given + 1));
}

function* again(stage: Stage): Program {
  const page = pageOf(stage, 0);
  if ((yield* get(stage, page)) !== 0) return 0;
  yield* use(stage, page);
  yield* put(stage, page);
  return 0;
}

export const manyUsers: Scenario = {
  name: "many-users",
  summary: `all ${USERS} pages of a region are taken into use and given back`,
  crowded: true,
  // One CPU and an environment without a choice: the states are a line.
  bounds: (asked) => ({
    ...asked,
    cpus: 1,
    rounds: 1,
    regions: 1,
    allocFailures: 0,
    seamcallFailures: 0,
    placement: "adversarial",
  }),
  programs: (stage) => {
    const lock = stage.kernel.space.reserve(1, () => "lock between calls");
    return [{ label: "many users", start: () => take(stage, lock, 0) }];
  },
};
