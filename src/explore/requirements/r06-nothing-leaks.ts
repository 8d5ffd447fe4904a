/**
 * R6: while no helper runs, every allocated page is live for a user, or in a vCPU's cache, or in an
 * installed pair, or set aside for pairs by the design; memory-cgroup charges balance. When all flows have
 * ended, they have left as many references and pages in use as they meant to, and their caches are empty.
 *
 * A wrong charge ends no path; a page that is lost does, because pages are what a path has only so many of.
 */
import { KernelEvent } from "../../kernel/index.js";
import type { Requirement } from "./requirement.js";

const PAGES_OF_PAIR = 2;
/** Where a charge is missing: an allocation that charges nobody. */
const UNCHARGED = { cause: [KernelEvent.Allocate, 1] } as const;

export const nothingLeaks: Requirement = {
  id: "R6",
  title: "Nothing leaks",
  create: ({
    world,
    kernel,
    ghost,
    helpers,
    chargedPages,
    dynamicPamt,
    flows,
    regions,
    isInstalled,
    checked,
    violate,
    violateAside,
  }) => ({
    onQuiescent() {
      checked();
      let inPairs = 0;
      let chargedInPairs = 0;
      for (let index = 0; index < regions && dynamicPamt; index++) {
        if (!isInstalled(index)) continue;
        inPairs += PAGES_OF_PAIR;
        chargedInPairs += chargedPages(index);
      }
      const setAside = helpers.setAside === undefined ? 0 : helpers.setAside();
      const live = kernel.livePages;
      let cached = 0;
      for (const own of world.own) cached += own.read(kernel.cacheWords);
      const expected = ghost.userPages + cached + inPairs + setAside;
      if (live !== expected) {
        const said = `${live} page(s) are allocated but ${expected} are accounted for`;
        if (live < expected) violate(said);
        else violate(`${said}: ${live - expected} leaked`, { lost: live - expected });
        return;
      }
      const charges = kernel.chargedPages;
      const charged = ghost.userPages - ghost.unchargedPages + cached + chargedInPairs;
      if (charges !== charged) {
        const evidence = charges < charged ? UNCHARGED : {};
        violateAside(() => `${charges} page(s) are charged to the memory cgroup instead of ${charged}`, evidence);
      }
      if (!flows || world.unfinished().length > 0) return;
      const { references, referencesMeant, userPages, pagesMeant } = ghost;
      if (references !== referencesMeant) {
        violate(`all flows have ended, and ${references} reference(s) are held instead of ${referencesMeant}`);
      }
      if (userPages !== pagesMeant) {
        violate(`all flows have ended, and ${userPages} page(s) are in use instead of ${pagesMeant}`);
      }
      if (cached !== 0) violate(`all flows have ended, and ${cached} page(s) are left in caches`);
    },
  }),
};
