/**
 * A counterexample call by call: what a CPU did in one call of a helper until another CPU went on, as one row.
 *
 * Indices of steps are from 0.
 */
import type { Step } from "../../src/check/index.js";
import { type CallAction, isTrouble, type StatusFact } from "../../src/check/trace/facts.js";
import { nameOfCall } from "../../src/check/trace/phrases.js";

/** The part of a leaf's name that tells it from others. */
export function leafLabel(name: string): string {
  return name.replace(/^TD[HG]\.(?:PHYMEM\.)?/, "");
}

/** What is worth a line of its own in a call. */
export interface CallEntry {
  readonly kind: "seamcall" | "count" | "trouble" | "more";
  readonly text: string;
  /** Of a SEAMCALL: what it returned; undefined where it has not, before another CPU goes on. */
  readonly status?: StatusFact | undefined;
}

/** A stretch of one CPU in one call. */
export interface CallRow {
  readonly cpu: number;
  /** Indices of its first and last step. */
  readonly first: number;
  readonly last: number;
  /** Index of the step that it stands at: its last visible one, else its last. */
  readonly shown: number;
  readonly title: string;
  /** As much of the title as names what is called. */
  readonly name: string;
  /** The call began in an earlier row. */
  readonly goesOn: boolean;
  /** The call is a SEAMCALL that a flow makes itself. */
  readonly isSeamcall: boolean;
  /** What that SEAMCALL returned, in this row. */
  readonly status?: StatusFact | undefined;
  readonly entries: readonly CallEntry[];
}

/** Entries of a row; what is more is counted. */
const ENTRIES_MAX = 7;

/** A call that a CPU is inside of. */
interface OpenCall {
  readonly depth: number;
  readonly title: string;
  readonly name: string;
  readonly of: CallAction["of"];
}

/** The rows, in order of time. Steps that no other CPU could notice have no row of their own, unless there is no other. */
export function callRowsOf(steps: readonly Step[]): readonly CallRow[] {
  const groups = groupsOf(steps);
  const visible = groups.filter(({ hasVisible }) => hasVisible);
  return (visible.length === 0 ? groups : visible).map((group) => rowOf(steps, group));
}

interface Group {
  readonly cpu: number;
  readonly call: OpenCall | undefined;
  readonly goesOn: boolean;
  readonly first: number;
  last: number;
  shown: number;
  hasVisible: boolean;
}

function groupsOf(steps: readonly Step[]): readonly Group[] {
  const groups: Group[] = [];
  const open = new Map<number, OpenCall[]>();
  const seen = new Set<OpenCall>();
  for (const [index, step] of steps.entries()) {
    const { cpu, visible } = step;
    const call = callAround(open, step);
    let group = groups.at(-1);
    if (group === undefined || group.cpu !== cpu || group.call !== call) {
      const goesOn = call !== undefined && seen.has(call);
      group = { cpu, call, goesOn, first: index, last: index, shown: index, hasVisible: false };
      groups.push(group);
    }
    if (call !== undefined) seen.add(call);
    group.last = index;
    if (visible || !group.hasVisible) group.shown = index;
    group.hasVisible ||= visible;
  }
  return groups;
}

/** The call that a step is put under: the outermost of a helper, else a SEAMCALL, else whatever is outermost. */
function callAround(open: Map<number, OpenCall[]>, { cpu, action, calls, text }: Step): OpenCall | undefined {
  const depth = calls.length;
  const isReturn = action.kind === "return";
  const inside = (open.get(cpu) ?? []).filter((call) => call.depth < depth || (isReturn && call.depth === depth));
  if (action.kind === "call") inside.push({ depth, title: text, name: nameOfCall(action), of: action.of });
  else if (inside.length === 0 && calls[0] !== undefined) {
    inside.push({ depth: 0, title: calls[0], name: calls[0], of: "other" });
  }
  open.set(cpu, isReturn ? inside.filter((call) => call.depth < depth) : inside);
  return inside.find(({ of }) => of === "helper") ?? inside.find(({ of }) => of === "seamcall") ?? inside[0];
}

function rowOf(steps: readonly Step[], { cpu, call, goesOn, first, last, shown }: Group): CallRow {
  const isSeamcall = call?.of === "seamcall";
  const told = new Told(isSeamcall ? call.depth : undefined);
  for (const step of steps.slice(first, last + 1)) told.note(step);
  const title = call?.title ?? steps[shown]?.text ?? "";
  const { status, entries } = told;
  return {
    cpu,
    first,
    last,
    shown,
    title,
    name: call?.name ?? title,
    goesOn,
    isSeamcall,
    status,
    entries: cut(entries),
  };
}

function cut(entries: readonly CallEntry[]): readonly CallEntry[] {
  if (entries.length <= ENTRIES_MAX) return entries;
  const left = entries.slice(0, ENTRIES_MAX - 1);
  return [...left, { kind: "more", text: `and ${entries.length - left.length} more` }];
}

/** What the steps of a row tell that is worth a line. */
class Told {
  readonly entries: CallEntry[] = [];
  status: StatusFact | undefined;
  /** Places of SEAMCALLs that have not returned, by how deep they are. */
  private readonly begun = new Map<number, number>();

  /** @param own how deep the SEAMCALL is that the row itself is */
  constructor(private readonly own: number | undefined) {}

  note({ action, calls, text }: Step): void {
    const depth = calls.length;
    if (action.kind === "call" && action.of === "seamcall") {
      if (depth !== this.own) this.begun.set(depth, this.add({ kind: "seamcall", text: leafLabel(action.leaf.name) }));
    } else if (action.kind === "return" && action.of === "seamcall") {
      this.returned(depth, leafLabel(action.leaf.name), action.status);
    } else if (action.kind === "return" && (action.value ?? 0) !== 0) {
      this.add({ kind: "trouble", text });
    } else if (action.kind === "word" && action.role === "count" && action.changed) {
      this.add({ kind: "count", text: `${action.word}: ${action.before} → ${action.after}` });
    } else if (isTrouble(action)) {
      // Of a lock of the module, whose it is says most.
      const told = action.kind === "lock" ? `${action.guards ?? action.lock}: BUSY` : text;
      if (this.entries.at(-1)?.text !== told) this.add({ kind: "trouble", text: told });
    }
  }

  private returned(depth: number, name: string, status: StatusFact): void {
    if (depth === this.own) {
      this.status = status;
      return;
    }
    const at = this.begun.get(depth);
    this.begun.delete(depth);
    if (at === undefined) this.add({ kind: "seamcall", text: name, status });
    else this.entries[at] = { kind: "seamcall", text: name, status };
  }

  /** @returns its place */
  private add(entry: CallEntry): number {
    return this.entries.push(entry) - 1;
  }
}
