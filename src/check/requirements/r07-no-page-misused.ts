/** R7: no double free, no free of a page the module owns, no use of an address never set, reset before free. */
import { KernelEvent, PageMisuse } from "../../kernel/index.js";
import { ModuleEvent } from "../../module/index.js";
import type { Requirement } from "./requirement.js";
import { misuse, page, sentence } from "./sentence.js";

/** What has to be done before a page is freed. */
const NOT_RESET = ": tdx_quirk_reset_page() has to overwrite it first";

export const noPageMisused = {
  id: "R7",
  title: "No page is misused",
  statement:
    "No page is freed twice. No page is freed or overwritten while the module owns it. No page is given to the " +
    "module twice. No address that was never set is handed to free or to the module. What the module left in a " +
    "page is overwritten before the page is freed. The struct page of a page is read and written only while the page " +
    "is allocated, and the module does not have it.",
  whyNotExercised: () => "no page was freed",
  create: ({ helpers, checked, violate }) => ({
    codes: [KernelEvent.PageMisused, KernelEvent.PageFreed, KernelEvent.MemoryMisused, ModuleEvent.SilentWrite],
    onEvent(_cpu, code, detail, extra) {
      if (code === KernelEvent.PageFreed) {
        checked();
        return;
      }
      if (code === ModuleEvent.SilentWrite) {
        violate("the TDX module wrote into a page that it had handed back");
        return;
      }
      // The extra of such a misuse is what was misused, and no page.
      if (code === KernelEvent.MemoryMisused || detail === PageMisuse.Uninitialised) {
        violate(() => misuse(helpers, code, detail, extra), { ends: true });
        return;
      }
      const what = misuse(helpers, KernelEvent.PageMisused, detail, extra);
      const hint = detail === PageMisuse.NotReset ? NOT_RESET : "";
      // A page that is no page at all cannot be worked with.
      violate(extra === 0 ? what : sentence`${what} (${page(Math.abs(extra))})${hint}`, { ends: extra <= 0 });
    },
  }),
} satisfies Requirement;
