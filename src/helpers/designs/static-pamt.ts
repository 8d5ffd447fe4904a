/**
 * `static-pamt`: no Dynamic PAMT. The 4 KiB level of the PAMT is allocated for all memory at start
 * (about 0.4 % of it), and the helpers have nothing to do.
 */
import type { Design } from "../design.js";
import { withAllocAndFree } from "../pair.js";

export const staticPamt: Design = {
  name: "static-pamt",
  origin: "kernels without Dynamic PAMT",
  summary: "the 4 KiB level is allocated at start; get and put do nothing",
  staticPamt: true,
  create: (kernel) =>
    withAllocAndFree(kernel, {
      // biome-ignore lint/correctness/useYield: a program that has nothing to do
      *tdxPamtGet() {
        return 0;
      },
      *tdxPamtPut() {},
    }),
};
