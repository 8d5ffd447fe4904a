/**
 * `init-failure`: what runs at boot, with each thing that may fail there failing once, and what undoes it. It is for C,
 * whose boot runs beforehand; the scenario emits its events. The same without Dynamic PAMT is `init-failure-off`.
 */
import type { BootEvent } from "../../helpers/index.js";
import { at, choose, event, type Program } from "../../machine/index.js";
import type { Scenario } from "./scenario.js";

function* initProgram(paths: readonly (readonly BootEvent[])[]): Program {
  if (paths.length === 0) return 0;
  const path = paths[yield choose("what fails at boot", paths.length)] as readonly BootEvent[];
  for (const { code, detail, extra, site } of path) yield at(event(code, detail, extra), site);
  return 0;
}

export const initFailure: Scenario = {
  name: "init-failure",
  summary: "boot with each allocation and SEAMCALL failing once, and what undoes it",
  exploresBoot: true,
  optional: true,
  isFor: ({ hasBoot }) => hasBoot === true,
  tells: ["R6", "R7", "R13"],
  bounds: (asked) => ({ ...asked, cpus: 1, rounds: 1, regions: 1 }),
  programs: ({ helpers }) => [{ label: "boot", start: () => initProgram(helpers.bootPaths ?? []) }],
};

export const initFailureOff: Scenario = {
  ...initFailure,
  name: "init-failure-off",
  summary: "the same with Dynamic PAMT off",
  dynamicPamt: false,
};
