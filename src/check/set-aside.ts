/**
 * Finds pages that a fault sets aside in the design's own cache and cannot use. That memory lies idle, and no
 * requirement is broken by it.
 */
import type { TransitionSystem } from "../explore/index.js";
import { HelperKind, type Kernel, KernelEvent, OTHER_MEMORY } from "../kernel/index.js";
import { Sharing, type Words } from "../machine/index.js";
import type { Ghost } from "./ghost.js";
import type { Check } from "./requirements/requirement.js";

/**
 * @param note takes what there is to say, in words
 */
export function watchSetAside(
  system: TransitionSystem,
  kernel: Kernel,
  ghost: Ghost,
  note: (text: string) => void,
): Check {
  /** Pages that the CPU has allocated and not freed since it began to fill its cache. */
  const pages = kernel.space.reserve(1, () => "pages set aside", Sharing.Commuting);
  const add = (own: Words, change: number): void => own.write(pages, own.read(pages) + change);
  return {
    codes: [
      KernelEvent.Allocate,
      KernelEvent.AllocationFailed,
      KernelEvent.PageFreed,
      KernelEvent.ToppedUp,
      KernelEvent.Leave,
    ],
    onEvent(cpu, code, detail, extra) {
      if (ghost.kind(cpu) !== HelperKind.Fault) return;
      if (code === KernelEvent.Allocate && extra === OTHER_MEMORY) return;
      if (code === KernelEvent.AllocationFailed && detail === OTHER_MEMORY) return;
      const own = system.own[cpu] as Words;
      if (code === KernelEvent.Allocate) add(own, 1);
      else if (code === KernelEvent.AllocationFailed || code === KernelEvent.PageFreed) add(own, -1);
      else {
        if (code === KernelEvent.ToppedUp && own.read(pages) > detail) {
          note(`${own.read(pages)} pages are set aside for a fault that can need ${detail}: more than it can use`);
        }
        // What is there was told once, and states must not differ by it any more.
        own.write(pages, 0);
      }
    },
  };
}
