/**
 * R3: from a successful get until the matching put begins, the region's pair is installed. No SEAMCALL on the page
 * misses it or finds it BUSY.
 */
import { isBusy, isError, Level, TDX_SUCCESS } from "../../abi/index.js";
import { FlowPath, HelperKind, KernelEvent } from "../../kernel/index.js";
import { ModuleEvent } from "../../module/index.js";
import { plural } from "../../text/index.js";
import type { Requirement } from "./requirement.js";
import { sentence, status } from "./sentence.js";

export const installedBeforeReturn = {
  id: "R3",
  title: "Installed before return",
  statement:
    "From the return of a successful get until the matching put begins, the region's page pair is installed. " +
    "No SEAMCALL on the page finds the pair missing, and none finds the page BUSY because of an ADD or REMOVE. " +
    "The module does not shut down.",
  needs: ["dynamic-pamt"],
  whyNotExercised: () => "no page was in use: no get and no tdx_alloc_page succeeded",
  create: ({ ghost, dynamicPamt, regions, isInstalled, regionName, checked, violate }) => ({
    codes: [KernelEvent.Used, KernelEvent.FlowReturned, ModuleEvent.Fatal],
    onEvent(cpu, code, detail, extra) {
      if (code === KernelEvent.FlowReturned) {
        if (detail !== FlowPath.Taking) return;
        checked();
        // BUSY is tried again: whether that ever ends is for R9 to say.
        if (isError(extra) && !isBusy(extra)) violate(sentence`a SEAMCALL on a page in use returned ${status(extra)}`);
        return;
      }
      if (code === KernelEvent.Used) {
        checked();
        if (detail !== TDX_SUCCESS) violate(sentence`a SEAMCALL on a page in use returned ${status(detail)}`);
        else if (extra !== Level.Page4K) violate("a SEAMCALL on a page in use found no page pair for its region");
        return;
      }
      const kind = ghost.kind(cpu);
      const isGivenUp = kind === HelperKind.Put || kind === HelperKind.Free || kind === HelperKind.ExtraPut;
      if (!isGivenUp) violate("the TDX module shut down");
    },
    onState() {
      if (!dynamicPamt) return;
      for (let index = 0; index < regions; index++) {
        if (ghost.held(index) <= 0) continue;
        checked();
        if (isInstalled(index)) continue;
        violate(sentence`${regionName(index)} has ${plural(ghost.held(index), "user")} but no page pair`);
      }
    },
  }),
} satisfies Requirement;
