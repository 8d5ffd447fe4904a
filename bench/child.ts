/**
 * What runs in a process of its own, so that it starts cold and its memory is its alone. Each part is
 * imported where it is used: the coarse model must not pay for loading the module.
 */
import { memoryUsage, resourceUsage } from "node:process";
import type { Bounds } from "../src/check/index.js";
import type { CallRates } from "./calls.js";

export interface SearchRun {
  readonly states: number;
  readonly transitions: number;
  /** Seconds of the search. */
  readonly seconds: number;
  /** Requirements found broken. */
  readonly broken: readonly string[];
  /** Most bytes that the process took. */
  readonly bytes: number;
}

export interface HostRun {
  readonly seconds: number;
  /** Bytes that the host takes, on the heap and in typed arrays. */
  readonly bytes: number;
}

/** Bounds of the full-detail exploration. */
export const FULL_DETAIL = {
  cpus: 4,
  rounds: 2,
  regions: 1,
  placement: "adversarial",
  allocFailures: 1,
  use: "rdmd",
} as const;

const GIB = 2 ** 30;
const FIRST_GIB = 4;
const LARGE_HOST_GIB = 2048;

const peakBytes = (): number => resourceUsage().maxRSS * 1024;
const seconds = (since: number): number => (performance.now() - since) / 1000;

async function coarse(cpus: number, rounds: number, symmetric: boolean): Promise<SearchRun> {
  const { exploreCoarse } = await import("./coarse.js");
  const { statistics, broken } = exploreCoarse(cpus, rounds, symmetric);
  const { states, transitions, seconds } = statistics;
  return { states, transitions, seconds, broken, bytes: peakBytes() };
}

/** Bounds of the exploration with shortcuts and without: those of `dpamt check`. */
const USUAL = { ...FULL_DETAIL, cpus: 3, regions: 2 };

/** A design over the whole kernel and module model. The set-up counts as part of the search. */
async function fullDetail(name: string, bounds: Bounds, stepByStep = false): Promise<SearchRun> {
  const { DepthFirst } = await import("../src/explore/index.js");
  const { scenarioByName } = await import("../src/check/scenarios/index.js");
  const { Setup } = await import("../src/check/setup.js");
  const { designByName } = await import("../src/helpers/index.js");
  const design = designByName(name);
  const scenario = scenarioByName("main");
  if (design === undefined || scenario === undefined) throw new Error(`the ${name} design or the scenario is gone`);
  const begin = performance.now();
  const setup = new Setup({ design, scenario, bounds });
  if (stepByStep) setup.system.goStepByStep();
  const search = new DepthFirst(setup, {});
  while (!search.slice(Number.POSITIVE_INFINITY));
  const { states, transitions } = search.statistics;
  return { states, transitions, seconds: seconds(begin), broken: [...search.found.keys()], bytes: peakBytes() };
}

/** A booted host of so many GiB. */
async function bootedHost(gibs: number) {
  const { AddressSpace, Words } = await import("../src/machine/index.js");
  const { boot, simpleHost, TdxModule } = await import("../src/module/index.js");
  const before = memoryUsage();
  const begin = performance.now();
  const cmrs = [[0, (FIRST_GIB + gibs) * GIB]] as const;
  const platform = { maxPa: 52, keyidBits: 6, privateHkidMin: 32, privateHkidMax: 63, cmrs };
  const words = new Words(false);
  const module = new TdxModule(words, new AddressSpace(), platform);
  boot(module, simpleHost(FIRST_GIB, gibs));
  const taken = seconds(begin);
  const after = memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return { words, module, seconds: taken, bytes };
}

async function largeHost(): Promise<HostRun> {
  const { seconds, bytes } = await bootedHost(LARGE_HOST_GIB);
  return { seconds, bytes };
}

/** Does the work that the arguments name. */
export async function work([name, ...rest]: readonly string[]): Promise<SearchRun | HostRun | CallRates> {
  switch (name) {
    case "coarse":
      return coarse(Number(rest[0]), Number(rest[1]), rest[2] === "symmetric");
    case "full-detail":
      return fullDetail("fast-path", FULL_DETAIL);
    case "shortcuts":
      return fullDetail("global-lock", USUAL);
    case "steps":
      return fullDetail("global-lock", USUAL, true);
    case "large-host":
      return largeHost();
    case "calls":
      return (await import("./calls.js")).callRates(rest[0] === "direct" ? "direct" : "stepped");
    default:
      throw new Error(`nothing is called ${name}`);
  }
}
