/** A SEAMCALL on a page in use: it walks to the page and so tells whether the pair is there. */
import { Leaf, Level, Register, Registers } from "../../abi/index.js";
import { KernelEvent, type Page, pageToPfn, pfnToPhys, seamcall } from "../../kernel/index.js";
import { event, type Program } from "../../machine/index.js";
import type { Stage } from "./scenario.js";

export function* use({ kernel, bounds }: Stage, page: Page): Program<void> {
  if (bounds.use === "none") return;
  const args = new Registers();
  args.set(Register.Rcx, pfnToPhys(yield* pageToPfn(kernel, page)));
  if (bounds.use === "rdmd") {
    const status = yield* seamcall(kernel, Leaf.PhymemPageRdmd, args);
    yield event(KernelEvent.Used, status, args.number(Register.R8));
  } else {
    const status = yield* seamcall(kernel, Leaf.PhymemPageWbinvd, args);
    yield event(KernelEvent.Used, status, Level.Page4K);
  }
}
