/** R2: get returns 0 or -ENOMEM, the latter only when an allocation failed; losing a race is no error. */
import { ENOMEM, HelperKind, KernelEvent, Warning } from "../../kernel/index.js";
import type { Requirement } from "./requirement.js";
import { helper, returned, sentence } from "./sentence.js";

const GET = helper("get", "tdx_pamt_get");
const ALLOC = helper("tdx_alloc_page", "tdx_alloc_page");

export const getFailsOnlyForMemory = {
  id: "R2",
  title: "Get fails only for want of memory",
  statement:
    "tdx_pamt_get returns 0 or -ENOMEM, and -ENOMEM only if an allocation failed during the call. " +
    "tdx_alloc_page returns null only if one did. Losing a race against another get or put is not an error, " +
    "and the kernel does not warn on these paths.",
  whyNotExercised: ({ hasFlows }) =>
    hasFlows
      ? "no flow of this run calls get or allocates a page; add one that does: --flows fault"
      : "no get and no tdx_alloc_page returned",
  create: ({ ghost, checked, violate }) => ({
    codes: [KernelEvent.Leave, KernelEvent.Warn],
    onEvent(cpu, code, detail, extra) {
      if (code === KernelEvent.Warn) {
        if (detail === Warning.Complaint || ghost.addFailed(cpu)) return;
        const kind = ghost.kind(cpu);
        if (kind === HelperKind.Get || kind === HelperKind.Alloc) violate("the kernel warned on the get path");
        return;
      }
      const failed = ghost.allocationFailed(cpu);
      if (detail === HelperKind.Get) {
        checked();
        if (extra === 0 || ghost.addFailed(cpu)) return;
        if (extra !== -ENOMEM) violate(sentence`${GET} returned ${returned(extra)}, which is neither 0 nor -ENOMEM`);
        else if (!failed)
          violate(sentence`${GET} returned ${returned(-ENOMEM, "-ENOMEM")} although no allocation failed`);
      } else if (detail === HelperKind.Alloc) {
        checked();
        const mayFail = ghost.addFailed(cpu);
        if (extra < 0 && extra !== -ENOMEM && !mayFail)
          violate(sentence`${ALLOC} returned the error ${returned(extra)}, which is not -ENOMEM`);
        else if (extra <= 0 && !failed && !mayFail) {
          const what = returned(extra, extra === 0 ? "null" : "-ENOMEM");
          violate(sentence`${ALLOC} returned ${what} although no allocation failed`);
        }
      }
    },
  }),
} satisfies Requirement;
