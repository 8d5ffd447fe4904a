/** Which rows meet which: from the operation that made a value, or holds a lock, to the one that finds it. */
import type { Step } from "../../src/check/index.js";
import { linksOf, type Meeting } from "../../src/check/trace/links.js";
import { type Layout, rowOfStep } from "./model.js";

export interface RowMeeting {
  /** Row that meets something, and row of what it meets. */
  readonly at: number;
  readonly to: number;
  /** Indices of the steps. */
  readonly step: number;
  readonly earlier: number;
  readonly by: Meeting["by"];
  /** Both rows show these very steps, or whole calls: worth an arrow also where the row is not the current one. */
  readonly isPlain: boolean;
}

/** For each row, what it meets in earlier rows; of several in one row, the last. */
export function meetingsOf(steps: readonly Step[], layout: Layout): readonly (readonly RowMeeting[])[] {
  const byRow: RowMeeting[][] = layout.rows.map(() => []);
  for (const [step, link] of linksOf(steps).entries()) {
    if (link === undefined) continue;
    const [at, to] = [rowOfStep(layout, step), rowOfStep(layout, link.to)];
    const isPlain = shows(layout, at, step) && shows(layout, to, link.to);
    if (at === to) continue;
    const list = byRow[at];
    const known = list?.findIndex((each) => each.to === to) ?? -1;
    const meeting: RowMeeting = { at, to, step, earlier: link.to, by: link.by, isPlain };
    if (known < 0) list?.push(meeting);
    else if (list !== undefined && isStronger(meeting, list[known])) list[known] = meeting;
  }
  return byRow;
}

function shows({ rows }: Layout, at: number, step: number): boolean {
  const row = rows[at];
  return row !== undefined && (row.call !== undefined || row.index === step);
}

/** Locks come before values, and what is seen in its own row before what is not. */
function isStronger(meeting: RowMeeting, known: RowMeeting | undefined): boolean {
  if (known === undefined || meeting.isPlain !== known.isPlain) return meeting.isPlain;
  return meeting.by === "lock" || known.by === "value";
}
