/**
 * R6: while no helper runs, somebody accounts for every allocated page, and memory-cgroup charges balance. A page is
 * live for a user, in a vCPU's cache, in an installed pair, or set aside for pairs by the design. When all flows have
 * ended, they have left as many references and pages in use as they meant to, and their caches are empty.
 *
 * A wrong charge ends no path; a page that is lost does, because pages are what a path has only so many of.
 */
import type { Evidence } from "../../explore/index.js";
import { isBlockCharged, type Kernel, KernelEvent, MemoryLoss } from "../../kernel/index.js";
import type { Words } from "../../machine/index.js";
import { plural, pluralIs } from "../../text/index.js";
import type { CheckContext, Requirement } from "./requirement.js";

const PAGES_OF_PAIR = 2;
/** Where a charge is missing: an allocation that charges nobody. */
const UNCHARGED = { cause: [KernelEvent.Allocate, 1] } as const;

export const nothingLeaks = {
  id: "R6",
  title: "Nothing leaks",
  statement:
    "While no helper is running, every allocated page belongs to a user, lies in a vCPU's cache of pairs, is " +
    "in an installed pair, or is set aside for pairs by the design. Charges to memory cgroups match. This " +
    "includes runs in which an allocation failed at any point. Memory of the heap that nobody freed is in reach of a " +
    "variable, as it was when boot ended or when a helper allocated it.",
  whyNotExercised: () => "no state was seen in which no helper ran",
  create: (context) => ({
    codes: [KernelEvent.MemoryLost],
    onEvent(_cpu, _code, loss, pages) {
      if (loss === MemoryLoss.Forgotten) {
        context.violate("memory that a helper allocated is lost: it returns, and nobody has the address");
        return;
      }
      const what = pages > 0 ? `${plural(pages, "page")} of memory` : "memory";
      const how =
        loss === MemoryLoss.InitFailed ? "a function that fails at boot keeps it" : "what undoes boot forgets it";
      context.violate(`${what} that boot allocates is lost: ${how}`);
    },
    onQuiescent() {
      const { system, ghost, helpers, flows, checked, violate, violateAside } = context;
      checked();
      const fault = pageFault(context);
      if (fault !== undefined && !fault.isOfCharges) {
        violate(fault.message, fault.evidence);
        return;
      }
      if (fault !== undefined) violateAside(() => fault.message, fault.evidence);
      const lost = helpers.lostMemory?.(system.own);
      if (lost !== undefined)
        violate(`${lost.name} is lost: it is allocated, and no variable leads to it`, { sites: [lost.site] });
      if (!flows || !system.haveAllEnded) return;
      const { references, referencesMeant, userPages, pagesMeant } = ghost;
      if (references !== referencesMeant) {
        violate(`all flows have ended, and ${pluralIs(references, "reference")} held instead of ${referencesMeant}`);
      }
      if (userPages !== pagesMeant) {
        violate(`all flows have ended, and ${pluralIs(userPages, "page")} in use instead of ${pagesMeant}`);
      }
      const cached = pagesInCaches(context);
      if (cached !== 0) violate(`all flows have ended, and ${pluralIs(cached, "page")} left in caches`);
    },
  }),
} satisfies Requirement;

interface PageFault {
  readonly message: string;
  readonly evidence: Evidence;
  /** All pages are accounted for, and one is charged wrongly. */
  readonly isOfCharges: boolean;
}

function pagesInCaches({ system, kernel }: CheckContext): number {
  let cached = 0;
  for (let cpu = 0; cpu < system.cpus; cpu++) cached += (system.own[cpu] as Words).read(kernel.cpu.cache);
  return cached;
}

/** Whether so many charges too many can be those of single pages that were allocated for somebody, and set aside by others. */
function areRecycled(kernel: Kernel, charges: number, pages: number): boolean {
  return charges > 0 && charges <= pages && !isBlockCharged(kernel);
}

/**
 * What is wrong with the pages that are allocated, or with their charges, if anything.
 *
 * @param freed pages of users that were freed, of which the books do not know yet
 */
export function pageFault(context: CheckContext, freed = 0): PageFault | undefined {
  const { kernel, ghost, helpers, chargedPages, dynamicPamt, regions, isInstalled } = context;
  let inPairs = 0;
  let chargedInPairs = 0;
  for (let index = 0; index < regions && dynamicPamt; index++) {
    if (!isInstalled(index)) continue;
    inPairs += PAGES_OF_PAIR;
    chargedInPairs += chargedPages(index);
  }
  const setAside = helpers.setAside === undefined ? 0 : helpers.setAside();
  const live = kernel.livePages;
  const cached = pagesInCaches(context);
  const ofUsers = ghost.userPages - freed;
  const expected = ofUsers + cached + inPairs + setAside;
  if (live !== expected) {
    const message = `${pluralIs(live, "page")} allocated but ${expected} ${expected === 1 ? "is" : "are"} accounted for`;
    if (live < expected) return { message, evidence: {}, isOfCharges: false };
    const lost = live - expected;
    return { message: `${message}: ${lost} leaked`, evidence: { lost }, isOfCharges: false };
  }
  const charges = kernel.chargedPages;
  const charged = ofUsers - ghost.unchargedPages + cached + chargedInPairs;
  if (charges === charged || (context.recyclesPages && areRecycled(kernel, charges - charged, inPairs + setAside)))
    return undefined;
  const message = `${pluralIs(charges, "page")} charged to the memory cgroup instead of ${charged}`;
  return { message, evidence: charges < charged ? UNCHARGED : {}, isOfCharges: true };
}
