/**
 * A failing interleaving in few lines: a line for each call of a helper and each SEAMCALL. Single operations stand
 * there where their call had not returned when it broke, and where the cause names them.
 */
import type { Counterexample, Step } from "../check/index.js";
import type { Action } from "../check/trace/facts.js";
import { returnHead } from "../check/trace/phrases.js";

/** A line while it may still come to stand for the whole of its call. */
interface Draft {
  readonly cpu: number;
  text: string;
  readonly at: number;
  /** Something was told inside of the call since it began. */
  isOpened: boolean;
  /** Its call was over in the end, and the cause does not name it. */
  isPast: boolean;
  /** How often it was told in a row. */
  times: number;
}

/**
 * Steps of which each is a line. With more than `most`, calls that were over in the end are left out, oldest first, and
 * then what the cause does not name.
 */
export function briefSteps(counterexample: Counterexample, most: number): readonly Step[] {
  const { steps, cause } = counterexample;
  const named = new Set(cause?.steps);
  const drafts = draftsOf(steps, named);
  const past = drafts.filter(({ isPast }) => isPast);
  const last = steps.length - 1;
  const others = drafts.filter(({ isPast, at, isOpened }) => !isPast && !isOpened && !named.has(at) && at !== last);
  const left = new Set([...past, ...others].slice(0, Math.max(0, drafts.length - most)));
  return drafts
    .filter((draft) => !left.has(draft))
    .map(({ at, text, times }) => {
      const { source: _, ...step } = steps[at] as Step;
      return { ...step, text: shortened(times === 1 ? text : `${text}, ${times} times`) };
    });
}

function draftsOf(steps: readonly Step[], named: ReadonlySet<number>): readonly Draft[] {
  const drafts: Draft[] = [];
  const open = new Map<number, Draft[]>();
  const isOver = endedBefore(steps, steps.length - 1);
  for (const [at, step] of steps.entries()) {
    if (!step.visible) continue;
    const { action, calls: around, text, cpu } = step;
    const depth = around.length;
    const calls = open.get(cpu) ?? [];
    open.set(cpu, calls);
    const add = (line: string): Draft => {
      const isPast = isOver(at) && !named.has(at);
      const draft: Draft = { cpu, text: line, at, isOpened: false, isPast, times: 1 };
      for (const call of calls) call.isOpened = true;
      drafts.push(draft);
      return draft;
    };
    if (action.kind === "call") {
      calls.length = Math.min(calls.length, depth);
      calls.push(add(text));
    } else if (action.kind === "return") {
      const call = calls.pop();
      const outcome = outcomeOf(step);
      if (call !== undefined && !call.isOpened) {
        call.text += outcome;
        merge(drafts, call);
      } else if (outcome !== "") add(`${nameOf(step)}${outcome}`);
    } else if (named.has(at) || (!isOver(at) && !isInModule(action, depth))) {
      add(text);
    }
  }
  return drafts;
}

/** What the module does inside of a SEAMCALL is told by what the SEAMCALL returns. */
function isInModule(action: Action, depth: number): boolean {
  return depth > 1 && (action.kind === "lock" || action.kind === "word");
}

/** Takes `last`, which is whole now, together with the same line before it. */
function merge(drafts: Draft[], last: Draft): void {
  const before = drafts[drafts.length - 2];
  if (drafts[drafts.length - 1] !== last || before?.text !== last.text || before.cpu !== last.cpu) return;
  before.times++;
  drafts.pop();
}

/** Whether the outermost call around a step, by its index, was over before the step with index `end`. */
function endedBefore(steps: readonly Step[], end: number): (at: number) => boolean {
  const lastReturn = new Map<number, number>();
  for (const [at, { cpu, action, calls }] of steps.entries()) {
    if (action.kind === "return" && calls.length === 0 && at < end) lastReturn.set(cpu, at);
  }
  return (at) => at <= (lastReturn.get((steps[at] as Step).cpu) ?? -1);
}

/** What a call that returned came to, behind its name. */
function outcomeOf({ action, text }: Step): string {
  if (action.kind !== "return") return "";
  if (action.of === "seamcall" && action.status.outcome === "success") return " -> 0";
  const outcome = text.slice(returnHead(action).length);
  return outcome === "" ? "" : ` ->${outcome}`;
}

/** What returned. */
function nameOf({ action }: Step): string {
  if (action.kind !== "return") return "";
  return action.of === "seamcall" ? action.leaf.name : action.helper;
}

/** Leaves and statuses without what all of them begin with, as lines are short. */
function shortened(text: string): string {
  return text.replace("TDH.PHYMEM.", "").replace("-> TDX_", "-> ");
}
