/** R12: without Dynamic PAMT the helpers make no SEAMCALL, allocate no pair and return success. */
import { HelperKind, KernelEvent } from "../../kernel/index.js";
import type { Requirement } from "./requirement.js";
import { helper, leaf, returned, sentence } from "./sentence.js";

export const nothingWithoutDynamicPamt = {
  id: "R12",
  title: "Without Dynamic PAMT the helpers do nothing",
  statement:
    "On a host whose module does not run with Dynamic PAMT the helpers return success, make no SEAMCALL and " +
    "allocate nothing but the page that tdx_alloc_page is asked for.",
  isAsked: ({ dynamicPamt }) => !dynamicPamt,
  onlyIn: "dpamt-off",
  whyNotExercised: ({ hasFlows }) =>
    `Dynamic PAMT was on in every scenario of this run: check with --scenario dpamt-off${hasFlows ? ", without --flows" : ""}`,
  create: ({ ghost, checked, violate }) => ({
    codes: [KernelEvent.SeamcallReturned, KernelEvent.Allocate, KernelEvent.Leave],
    onEvent(cpu, code, detail, extra) {
      const kind = ghost.kind(cpu);
      // Split and merge are KVM's own, with SEAMCALLs of their own.
      if (kind === HelperKind.None || kind === HelperKind.Split || kind === HelperKind.Merge) return;
      if (code === KernelEvent.SeamcallReturned) {
        violate(sentence`a helper made ${leaf(detail)} although Dynamic PAMT is off`);
      } else if (code === KernelEvent.Allocate) {
        if (kind !== HelperKind.Alloc) violate("get or put allocated memory although Dynamic PAMT is off");
      } else {
        checked();
        if (detail === HelperKind.Get && extra !== 0)
          violate(sentence`${helper("get", "tdx_pamt_get")} returned ${returned(extra)} although Dynamic PAMT is off`);
      }
    },
  }),
} satisfies Requirement;
