/** Records of the bounds: how far an exploration goes. Schedules, results and scenarios have them. */
import type { MemoryModelName } from "../../explore/index.js";
import { MAX_CPUS, type PlacementName } from "../../kernel/index.js";
import type { OptionTable, ResultValuesOf } from "./record.js";

/** Most contended regions that the layout of the host has room for. */
export const MAX_REGIONS = 8;

/** In the order of the help and of results. */
export const boundOptions = {
  cpus: {
    kind: "whole",
    range: [1, MAX_CPUS],
    isModelLimit: true,
    default: 3,
    // Two CPUs show every failure known, and every design is through in seconds.
    defaultToCompare: 2,
    value: "n",
    help: `CPUs, 1 to ${MAX_CPUS}`,
    label: "CPUs",
    part: "bounds",
    counts: "CPU",
    isFixedByFlows: true,
  },
  rounds: {
    kind: "whole",
    range: [1, 100],
    default: 2,
    value: "n",
    help: "times each CPU runs its program",
    label: "Rounds",
    part: "bounds",
    counts: "round",
    isFixedByFlows: true,
  },
  regions: {
    kind: "whole",
    range: [1, MAX_REGIONS],
    isModelLimit: true,
    default: 2,
    value: "n",
    help: `2 MiB regions that CPUs fight over, 1 to ${MAX_REGIONS}`,
    label: "Regions",
    part: "bounds",
    counts: "region",
  },
  placement: {
    kind: "one",
    alternatives: {
      adversarial: "anywhere that matters",
      "first-fit": "at the lowest free address",
    } satisfies Record<PlacementName, string>,
    default: "adversarial",
    value: "kind",
    help: "where pages lie: anywhere that matters, or at the lowest free address",
    label: "Placement of pages",
    part: "pages",
    isFixedByFlows: true,
  },
  allocFailures: {
    kind: "whole",
    range: [0, 20],
    default: 1,
    value: "n",
    help: "allocations that may fail",
    label: "Failing allocations",
    part: "bounds",
    counts: "failing allocation",
  },
  seamcallFailures: {
    kind: "whole",
    range: [0, 20],
    default: 0,
    isAddedLater: true,
    value: "n",
    help: "SEAMCALLs that may fail by nobody's fault: PAMT.ADD and REMOVE; with --flows, any",
    label: "Failing SEAMCALLs",
    part: "bounds",
    counts: "failing SEAMCALL",
    description: "SEAMCALLs that may fail by nobody's fault; none when absent.",
  },
  use: {
    kind: "one",
    alternatives: { rdmd: "TDH.PHYMEM.PAGE.RDMD", wbinvd: "TDH.PHYMEM.PAGE.WBINVD", none: "none" },
    default: "rdmd",
    value: "call",
    help: "SEAMCALL made on a page in use",
    label: "Use of a page",
    part: "pages",
    isFixedByFlows: true,
  },
  memory: {
    kind: "one",
    alternatives: { sc: "sequentially consistent", tso: "store buffers of x86 (tso)" } satisfies Record<
      MemoryModelName,
      string
    >,
    default: "sc",
    isAddedLater: true,
    value: "model",
    help: "sc: all CPUs see one order of all accesses; tso: stores wait in buffers, as on x86",
    label: "Memory",
    part: "memory",
    description: "What memory is like: sequentially consistent (also when absent), or with the store buffers of x86.",
  },
} as const satisfies OptionTable;

/** How far an exploration goes. */
export type Bounds = ResultValuesOf<typeof boundOptions>;
