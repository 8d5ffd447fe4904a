/** R12: without Dynamic PAMT the helpers make no SEAMCALL, allocate no pair and return success. */
import { leafName } from "../../abi/index.js";
import { HelperKind, KernelEvent } from "../../kernel/index.js";
import type { Requirement } from "./requirement.js";

export const nothingWithoutDynamicPamt: Requirement = {
  id: "R12",
  title: "Without Dynamic PAMT the helpers do nothing",
  isAsked: ({ dynamicPamt }) => !dynamicPamt,
  create: ({ ghost, dynamicPamt, checked, violate }) => ({
    codes: [KernelEvent.SeamcallReturned, KernelEvent.Allocate, KernelEvent.Leave],
    onEvent(cpu, code, detail, extra) {
      if (dynamicPamt) return;
      const kind = ghost.kind(cpu);
      // Split and merge are KVM's own, with SEAMCALLs of their own.
      if (kind === HelperKind.None || kind === HelperKind.Split || kind === HelperKind.Merge) return;
      if (code === KernelEvent.SeamcallReturned) {
        violate(`a helper made ${leafName(detail)} although Dynamic PAMT is off`);
      } else if (code === KernelEvent.Allocate) {
        if (kind !== HelperKind.Alloc) violate("get or put allocated memory although Dynamic PAMT is off");
      } else {
        checked();
        if (detail === HelperKind.Get && extra !== 0) violate(`get returned ${extra} although Dynamic PAMT is off`);
      }
    },
  }),
};
