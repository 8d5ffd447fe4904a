/**
 * Building TDs before anything is explored: what is there when the flows begin.
 *
 * The same calls as KVM makes, run once, alone, with a kind environment. Pages go through the helpers, so
 * that counts, pairs and the checker's books are as they would be.
 */
import { formatStatus, isError, Leaf, leafName } from "../abi/index.js";
import { claimFrames, claimPage, FlowPath, KernelEvent, offerPage, type Page, pfnToPhys } from "../kernel/index.js";
import { event, type Program, write } from "../machine/index.js";
import { UserError } from "../text/index.js";
import { TD_PARAMS } from "./create.js";
import { get } from "./helper-calls.js";
import { allocPair, demote, LEVEL_2M, Locking } from "./large.js";
import { flowCall, type Operands, operands } from "./seamcalls.js";
import type { FlowStage } from "./stage.js";

/** How far a TD is built before a flow begins. */
export enum TdState {
  /** Nothing: the flow creates it. */
  None = 0,
  /** Its Secure EPT has pages; vCPUs and contents are still to come. */
  Building = 1,
  /** It has a vCPU and runs. */
  Running = 2,
}

/** What a flow finds in a TD that runs, one for its CPU. */
export interface Needs {
  /** A 4 KiB guest page. */
  readonly smallPage?: boolean;
  /** A 2 MiB guest page. */
  readonly largePage?: boolean;
  /** A 2 MiB guest page that was split. */
  readonly splitPage?: boolean;
}

/** The design could not build a TD even alone. */
export class BuildError extends UserError {
  readonly code = "TD_BUILD";
}

function* must({ kernel, design }: FlowStage, leaf: Leaf, given: Operands): Program<void> {
  const status = yield* flowCall(kernel, FlowPath.Taking, leaf, operands(given));
  if (!isError(status)) return;
  throw new BuildError(
    `${design.name} cannot build a TD even alone: ${leafName(leaf)} returned ${formatStatus(status)}`,
  );
}

/** A control page, with its reference. @returns its physical address */
function* takeControl(stage: FlowStage, pfn: Page): Program<number> {
  yield* claimPage(stage.kernel, pfn);
  yield event(KernelEvent.PagesHeld, 1);
  return yield* takePage(stage, pfn);
}

/** Counts a page that is allocated and offers it to the module. @returns its physical address */
function* takePage(stage: FlowStage, pfn: Page): Program<number> {
  if ((yield* get(stage, pfn)) !== 0) {
    throw new BuildError(`${stage.design.name} cannot build a TD even alone: a get failed`);
  }
  yield* offerPage(stage.kernel, pfn);
  return pfnToPhys(pfn);
}

/** Builds the TD of `stage` up to `state`. */
export function* buildTd(stage: FlowStage, state: TdState): Program {
  if (state === TdState.None) return 0;
  const { td } = stage;
  const rdx = td.tdrPa;
  yield* must(stage, Leaf.MngCreate, { rcx: yield* takeControl(stage, td.tdr), rdx: td.hkid });
  yield* must(stage, Leaf.MngKeyConfig, { rcx: rdx });
  for (const page of td.tdcs) yield* must(stage, Leaf.MngAddcx, { rcx: yield* takeControl(stage, page), rdx });
  yield* must(stage, Leaf.MngInit, { rcx: rdx, rdx: TD_PARAMS });
  // Tables of levels 3 and 2 for all guest memory, and of level 1 for the range that is mapped with small pages.
  for (const [number, level] of [3, 2, 1].entries()) {
    yield* must(stage, Leaf.MemSeptAdd, { rcx: level, rdx, r8: yield* takeControl(stage, td.septFrame(number)) });
  }
  yield write(td.rangeSpte(td.smallGpa(0)), td.septFrame(2));
  if (state === TdState.Building) return 0;
  const tdvpr = yield* takeControl(stage, td.tdvpr);
  yield* must(stage, Leaf.VpCreate, { rcx: tdvpr, rdx });
  for (const page of td.tdcx) yield* must(stage, Leaf.VpAddcx, { rcx: yield* takeControl(stage, page), rdx: tdvpr });
  yield* must(stage, Leaf.VpInit, { rcx: tdvpr });
  yield* must(stage, Leaf.MrFinalize, { rcx: rdx });
  return 0;
}

/** Maps what the flow of the stage's CPU finds in its TD. */
export function* mapNeeds(stage: FlowStage, needs: Needs): Program {
  const { kernel, td, cpu } = stage;
  const rdx = td.tdrPa;
  if (needs.smallPage === true) {
    const pfn = td.smallPage(cpu);
    yield* claimFrames(kernel, pfn, 1);
    yield* must(stage, Leaf.MemPageAug, { rcx: td.smallGpa(cpu), rdx, r8: yield* takePage(stage, pfn) });
  }
  if (needs.largePage === true) yield* mapLarge(stage, td.largeGpa(cpu));
  if (needs.splitPage === true) {
    const rcx = td.splitGpa(cpu) | LEVEL_2M;
    yield* mapLarge(stage, td.splitGpa(cpu));
    // Its first page stands for all 512 where ownership is watched.
    yield* claimFrames(kernel, td.largePage(cpu), 1);
    yield* offerPage(kernel, td.largePage(cpu));
    yield* must(stage, Leaf.MemRangeBlock, { rcx, rdx });
    yield* must(stage, Leaf.MemTrack, { rcx: rdx });
    const sept = td.splitSeptFrame(cpu);
    yield* claimPage(kernel, sept);
    yield event(KernelEvent.PagesHeld, 1);
    if ((yield* get(stage, sept)) !== 0) throw new BuildError(`${stage.design.name} cannot split a page even alone`);
    const pair = yield* allocPair(stage);
    const status = pair === null ? -1 : yield* demote(stage, { rcx, sept, pair, locking: Locking.Both });
    if (status !== 0) throw new BuildError(`${stage.design.name} cannot split a page even alone`);
    yield write(td.rangeSpte(rcx), sept);
  }
  return 0;
}

function* mapLarge(stage: FlowStage, gpa: number): Program<void> {
  const { td, cpu } = stage;
  const pfn = td.largePage(cpu);
  yield* must(stage, Leaf.MemPageAug, { rcx: gpa | LEVEL_2M, rdx: td.tdrPa, r8: pfnToPhys(pfn) });
  yield write(td.rangeSpte(gpa), pfn);
}
