/**
 * R1: no SEAMCALL on a put or free path returns an error, BUSY included, and nothing warns there. Such paths are in
 * helpers and in the flows around them.
 */
import { isError, Leaf } from "../../abi/index.js";
import { FlowPath, HelperKind, KernelEvent, Warning } from "../../kernel/index.js";
import { ModuleEvent } from "../../module/index.js";
import type { Requirement } from "./requirement.js";
import { leaf, sentence, shortLeaf, status } from "./sentence.js";

export const freeNeverFails = {
  id: "R1",
  title: "Free never fails",
  statement:
    "No SEAMCALL made on a put or free path returns an error, BUSY included; the kernel does not warn there; " +
    "the module does not shut down during a call made there.",
  needs: ["dynamic-pamt"],
  whyNotExercised: () => "no put and no free came as far as a SEAMCALL",
  create: ({ ghost, isInstalled, checked, violate }) => ({
    codes: [
      KernelEvent.SeamcallReturned,
      KernelEvent.FlowReturned,
      KernelEvent.PairKept,
      KernelEvent.Warn,
      ModuleEvent.Fatal,
    ],
    onEvent(cpu, code, detail, extra) {
      if (code === KernelEvent.FlowReturned) {
        if (detail !== FlowPath.Freeing) return;
        checked();
        if (isError(extra)) violate(sentence`a SEAMCALL that gives a page up returned ${status(extra)}`);
        return;
      }
      const kind = ghost.kind(cpu);
      // Of a SEAMCALL that failed by nobody's fault the kernel is right to warn.
      if (
        kind === HelperKind.None &&
        code === KernelEvent.Warn &&
        detail === Warning.InSource &&
        !ghost.failedByChance(cpu)
      )
        violate("the kernel warned in a function that runs later");
      if (kind !== HelperKind.Put && kind !== HelperKind.Free) return;
      if (code === KernelEvent.SeamcallReturned) {
        checked();
        if (isError(extra)) violate(sentence`${leaf(detail)} on the free path returned ${status(extra)}`);
      } else if (code === KernelEvent.PairKept) {
        // It failed by nobody's fault, and would have failed anyhow.
        const index = ghost.indexOf(extra);
        if (index >= 0 && !isInstalled(index))
          violate(sentence`${shortLeaf(Leaf.PhymemPamtRemove)} on the free path of a region without a page pair`);
      } else if (code === KernelEvent.Warn) {
        // The kernel is right to warn of a REMOVE that failed by nobody's fault.
        if (detail !== Warning.Complaint && !ghost.removeFailed(cpu)) violate("the kernel warned on the free path");
      } else {
        violate("the TDX module shut down during a call on the free path");
      }
    },
  }),
} satisfies Requirement;
