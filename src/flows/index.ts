/** KVM's flows: what calls the helpers, and in what order with the SEAMCALLs around. */
import type { Program } from "../machine/index.js";
import { type Needs, TdState } from "./build.js";
import { tdCreate, vcpuCreate } from "./create.js";
import { fault, populate } from "./fault.js";
import { Locking, map2m, merge, split } from "./large.js";
import { PutWhen, teardown, zap, zapSplit } from "./release.js";
import type { FlowStage } from "./stage.js";

export { BuildError, buildTd, mapNeeds, TdState } from "./build.js";
export { TD_PARAMS } from "./create.js";
export * from "./helper-calls.js";
export { flowEnds } from "./seamcalls.js";
export type { FlowStage } from "./stage.js";
export { Td } from "./td.js";

/** A flow as the command line knows it. */
export interface Flow {
  readonly name: string;
  readonly summary: string;
  /** What the TD is like when it begins. */
  readonly td: TdState;
  readonly needs: Needs;
  /** Nothing else can run in the same TD. */
  readonly alone?: boolean;
  /** A variant that no kernel has, or a fault put in on purpose. */
  readonly variant?: boolean;
  /** The fault put in on purpose: what calls the helpers does wrong. */
  readonly wrong?: boolean;
  /** It sets the count of a region, from 0 to 512 users or back. */
  readonly setsCount?: boolean;
  run(stage: FlowStage): Program;
}

export const flows: readonly Flow[] = [
  {
    name: "td-create",
    summary: "TDR and TDCS pages of a new TD",
    td: TdState.None,
    needs: {},
    alone: true,
    run: tdCreate,
  },
  {
    name: "vcpu-create",
    summary: "TDVPR and TDCX pages of a vCPU of a TD that is being built",
    td: TdState.Building,
    needs: {},
    run: vcpuCreate,
  },
  {
    name: "populate",
    summary: "SEPT.ADD and PAGE.ADD of a 4 KiB page of a TD that is being built",
    td: TdState.Building,
    needs: {},
    run: populate,
  },
  {
    name: "fault",
    summary: "SEPT.ADD and PAGE.AUG of a 4 KiB page, pairs from the vCPU's cache",
    td: TdState.Running,
    needs: {},
    run: fault,
  },
  {
    name: "map-2m",
    summary: "PAGE.AUG of a 2 MiB page, no reference",
    td: TdState.Running,
    needs: {},
    run: map2m,
  },
  {
    name: "zap",
    summary: "BLOCK, TRACK, PAGE.REMOVE, write-back, reset and put of a 4 KiB page",
    td: TdState.Running,
    needs: { smallPage: true },
    run: (stage) => zap(stage),
  },
  {
    name: "zap-split",
    summary: "zap of one page of a 2 MiB page that was split: the first of 512 single puts",
    td: TdState.Running,
    needs: { splitPage: true },
    setsCount: true,
    run: zapSplit,
  },
  {
    name: "split",
    summary: "DEMOTE of a 2 MiB page with its pair in R12 and R13, outside the helpers' lock",
    td: TdState.Running,
    needs: { largePage: true },
    setsCount: true,
    run: (stage) => split(stage),
  },
  {
    name: "merge",
    summary: "PROMOTE of 512 pages, which returns their pair, outside the helpers' lock",
    td: TdState.Running,
    needs: { splitPage: true },
    setsCount: true,
    run: (stage) => merge(stage),
  },
  {
    name: "teardown",
    summary: "the key goes, then every page: RECLAIM, write-back, reset, put and free",
    td: TdState.Running,
    needs: { smallPage: true },
    alone: true,
    run: teardown,
  },
  {
    name: "split-locked",
    summary: "split with DEMOTE and the count under the helpers' lock, where the design has one lock",
    td: TdState.Running,
    needs: { largePage: true },
    variant: true,
    setsCount: true,
    run: (stage) => split(stage, Locking.Both),
  },
  {
    name: "split-count-late",
    summary: "split with DEMOTE under the helpers' lock, and the count set to 512 after it is released",
    td: TdState.Running,
    needs: { largePage: true },
    variant: true,
    setsCount: true,
    run: (stage) => split(stage, Locking.CallOnly),
  },
  {
    name: "merge-locked",
    summary: "merge with PROMOTE and the count under the helpers' lock, where the design has one lock",
    td: TdState.Running,
    needs: { splitPage: true },
    variant: true,
    setsCount: true,
    run: (stage) => merge(stage, Locking.Both),
  },
  {
    name: "zap-early-put",
    summary: "zap with the reference put before PAGE.REMOVE: a fault put in on purpose",
    td: TdState.Running,
    needs: { smallPage: true },
    variant: true,
    wrong: true,
    run: (stage) => zap(stage, PutWhen.BeforeRemove),
  },
  {
    name: "zap-put-before-write-back",
    summary: "zap with the reference put between PAGE.REMOVE and the write-back: a fault put in on purpose",
    td: TdState.Running,
    needs: { smallPage: true },
    variant: true,
    wrong: true,
    run: (stage) => zap(stage, PutWhen.BeforeWriteBack),
  },
];

/** The flow with this name, or undefined. */
export function flowByName(name: string): Flow | undefined {
  return flows.find((flow) => flow.name === name);
}

/** Whether these flows can all run in one TD. */
export function fitOneTd(list: readonly Flow[]): boolean {
  const [first] = list;
  return first !== undefined && list.every((flow) => flow.alone !== true && flow.td === first.td);
}
