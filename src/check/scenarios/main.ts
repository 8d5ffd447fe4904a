/**
 * `main`: every CPU allocates a page, uses it, frees it, then gets, uses and puts a guest page of a
 * contended region, again and again.
 */
import { alloc, free, get, put } from "../../flows/index.js";
import { guestFrame, NULL_PAGE } from "../../kernel/index.js";
import { become, choose, type Program } from "../../machine/index.js";
import type { Scenario, Stage } from "./scenario.js";
import { use } from "./use.js";

/** A control page: allocated, used, freed. */
function* controlPage(stage: Stage, round: number): Program {
  if (round === stage.bounds.rounds) return 0;
  const page = yield* alloc(stage);
  if (page !== NULL_PAGE) {
    yield* use(stage, page);
    yield* free(stage, page);
  }
  return yield become(`guest page, round ${round}`, () => guestPage(stage, round));
}

/** A guest page: counted, used, given up. */
function* guestPage(stage: Stage, round: number): Program {
  const { contended } = stage.kernel.memory;
  const region = contended[yield choose("region of the guest page", contended.length)] as number;
  const page = yield* guestFrame(stage.kernel, region);
  if ((yield* get(stage, page)) === 0) {
    yield* use(stage, page);
    yield* put(stage, page);
  }
  return yield become(`control page, round ${round + 1}`, () => controlPage(stage, round + 1));
}

// biome-ignore lint/correctness/useYield: a program that does nothing
function* nothing(): Program {
  return 0;
}

export const main: Scenario = {
  name: "main",
  summary: "all CPUs allocate, use and free control pages and get, use and put guest pages",
  bounds: (asked) => asked,
  programs: (stage) =>
    Array.from({ length: stage.bounds.cpus }, () => ({ label: "main", start: () => controlPage(stage, 0) })),
};

/** `seamcall-failure`: the same programs, and PAMT.ADD or PAMT.REMOVE may fail by nobody's fault (R14). */
export const seamcallFailure: Scenario = {
  ...main,
  name: "seamcall-failure",
  summary: "the same in one region, with a PAMT.ADD or PAMT.REMOVE that fails by nobody's fault",
  bounds: (asked) => ({
    ...asked,
    cpus: Math.min(asked.cpus, 2),
    rounds: 1,
    regions: 1,
    allocFailures: 0,
    seamcallFailures: Math.max(1, asked.seamcallFailures ?? 0),
  }),
};

/** `dpamt-off`: the same programs on a host without Dynamic PAMT (R12). */
export const dpamtOff: Scenario = {
  ...main,
  name: "dpamt-off",
  summary: "the same with Dynamic PAMT off: the helpers have nothing to do",
  dynamicPamt: false,
  bounds: (asked) => ({ ...asked, cpus: Math.min(asked.cpus, 2), rounds: 1 }),
  // What never asked the module whether it has Dynamic PAMT cannot know that it has not.
  programs: (stage) =>
    stage.helpers.isUnaware === true ? [{ label: "unaware", start: nothing }] : main.programs(stage),
};
