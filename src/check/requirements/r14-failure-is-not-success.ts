/**
 * R14: a SEAMCALL that fails by nobody's fault is not taken for one that succeeded. After a PAMT.ADD that failed, get
 * fails too, counts nothing and leaks nothing. After a PAMT.REMOVE that failed, the pair stays the module's and a later
 * get works. A pair that is pinned for good is a warning.
 */
import { codeOf, Leaf, TDX_HPA_RANGE_NOT_FREE } from "../../abi/index.js";
import { HelperKind, KernelEvent, Warning } from "../../kernel/index.js";
import { Sharing, type Words } from "../../machine/index.js";
import { countFault } from "./r05-count-and-module-agree.js";
import { pageFault } from "./r06-nothing-leaks.js";
import type { Check, CheckContext, Requirement } from "./requirement.js";
import { helper, misuse, type Sentence, sentence, shortLeaf } from "./sentence.js";

const ADD = shortLeaf(Leaf.PhymemPamtAdd);
const REMOVE = shortLeaf(Leaf.PhymemPamtRemove);
const GET = helper("get", "tdx_pamt_get");
const ALLOC = helper("tdx_alloc_page", "tdx_alloc_page");

function isGet(kind: HelperKind): boolean {
  return kind === HelperKind.Get || kind === HelperKind.Alloc;
}

/** Pages that stay with the module. */
const PAGES_OF_PAIR = 2;

export const failureIsNotSuccess = {
  id: "R14",
  title: "A failure is not taken for success",
  statement:
    "After a PAMT.ADD that failed by nobody's fault, get returns an error, counts nothing and leaks nothing. After a " +
    "PAMT.REMOVE that failed so, the page pair stays the module's and is not freed, and a later get still works.",
  first: true,
  isAsked: ({ kernel }) => kernel.options.fallible !== undefined,
  needs: ["dynamic-pamt"],
  onlyIn: "seamcall-failure",
  whyNotExercised: () =>
    "no SEAMCALL failed by chance: check with --scenario seamcall-failure, or with --seamcall-failures 1",
  create: checkOf,
} satisfies Requirement;

function checkOf(context: CheckContext): Check {
  const { system, kernel, ghost, helpers, flows, regions, isInstalled, regionName, checked, violate, warn } = context;
  const codes = [
    KernelEvent.SeamcallReturned,
    KernelEvent.Leave,
    KernelEvent.Warn,
    KernelEvent.PageMisused,
    KernelEvent.MemoryMisused,
  ];
  // For each CPU: 1 if the module has refused a pair in its present helper because the one that was kept is there.
  const refused = kernel.space.reserve(1, () => "PAMT.ADD met a pair that was kept", Sharing.Commuting);
  const own = (cpu: number) => system.own[cpu] as Words;

  /** What failed in the present helper of `cpu`, or nothing. */
  function failedIn(cpu: number): Sentence | undefined {
    if (ghost.addFailed(cpu)) return ADD;
    return ghost.removeFailed(cpu) ? REMOVE : undefined;
  }

  /** An ADD of the get or alloc of `cpu` has returned. */
  function noteAdd(cpu: number, status: number): void {
    if (codeOf(status) !== TDX_HPA_RANGE_NOT_FREE || !isGet(ghost.kind(cpu))) return;
    const index = ghost.region(cpu);
    // The region of an alloc is not known before it ends.
    const mayBe = (each: number) => (index < 0 || each === index) && ghost.isKept(each) && isInstalled(each);
    for (let each = 0; each < regions; each++) if (mayBe(each)) own(cpu).write(refused, 1);
  }

  function afterGet(cpu: number, kind: HelperKind, extra: number): void {
    const name = kind === HelperKind.Get ? GET : ALLOC;
    // An alloc returns a page, null, or an error below 0.
    const failed = kind === HelperKind.Get ? extra !== 0 : extra <= 0;
    if (failed) {
      if (ghost.addFailed(cpu)) judgeBooks(ADD, 0);
      else if (own(cpu).read(refused) !== 0) {
        violate(sentence`${name} failed although a ${REMOVE} that had failed left the region its page pair`);
      }
      return;
    }
    const index = kind === HelperKind.Get ? ghost.region(cpu) : ghost.indexOf(extra);
    if (ghost.addFailed(cpu) && index >= 0 && !isInstalled(index)) {
      violate(sentence`${name} succeeded although its ${ADD} had failed: ${regionName(index)} has no page pair`);
    }
  }

  /** Counts and pages as they are when the only helper that runs has returned. @param freed pages that it gave up */
  function judgeBooks(leaf: Sentence, freed: number): void {
    if (ghost.inHelpers !== 1 || !system.memoryModel.allDrained) return;
    for (let index = 0; index < regions; index++) {
      const fault = countFault(context, index, context.countBias(index));
      if (fault !== undefined) violate(sentence`after a ${leaf} that failed, ${fault}`);
    }
    const fault = pageFault(context, freed);
    // A wrong charge is one whether a SEAMCALL fails or not.
    if (fault?.isOfCharges === false) violate(sentence`after a ${leaf} that failed, ${fault.message}`, fault.evidence);
  }

  function leaves(cpu: number, kind: HelperKind, extra: number): void {
    if (failedIn(cpu) !== undefined || ghost.wasKept(cpu)) checked();
    if (isGet(kind)) afterGet(cpu, kind, extra);
    else if (ghost.removeFailed(cpu)) judgeBooks(REMOVE, kind === HelperKind.Free ? 1 : 0);
    own(cpu).write(refused, 0);
  }

  return {
    codes,
    onEvent(cpu, code, detail, extra) {
      const failed = failedIn(cpu);
      if (code === KernelEvent.Leave) leaves(cpu, detail, extra);
      else if (code === KernelEvent.SeamcallReturned) {
        if (detail === Leaf.PhymemPamtAdd) noteAdd(cpu, extra);
      } else if (code === KernelEvent.Warn) {
        if (detail !== Warning.Complaint && own(cpu).read(refused) !== 0) {
          violate(sentence`the kernel warned in a get after a ${REMOVE} that had failed`);
        }
      } else if (failed !== undefined) {
        const kind = code === KernelEvent.PageMisused ? code : KernelEvent.MemoryMisused;
        violate(sentence`after a ${failed} that failed, ${misuse(helpers, kind, detail, extra)}`);
      }
    },
    onQuiescent() {
      for (let index = 0; index < regions; index++) {
        if (!ghost.isKept(index) || ghost.held(index) > 0 || !isInstalled(index)) continue;
        if ((flows || ghost.isKeptForGood(index)) && system.haveAllEnded) {
          const long = flows ? "" : " for good";
          warn(
            sentence`the page pair of ${regionName(index)} is installed for no user after a ${REMOVE} that failed: ${PAGES_OF_PAIR} pages are pinned${long}`,
          );
        }
      }
    },
  };
}
