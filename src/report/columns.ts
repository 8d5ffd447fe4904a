/** The failing interleaving in columns: one for each CPU, time downwards; where they do not fit, one for all CPUs. */
import type { Counterexample, Step } from "../check/index.js";
import type { SourceLine } from "../helpers/index.js";

/** Columns narrower than this cannot be read, and many columns not where each is little wider. */
const MIN_LANE = 20;
const MIN_LANE_OF_MANY = 24;
const MANY = 4;
/** Columns wider than this are harder to read, not easier. */
const MAX_LANE = 62;
/** Below this width there is one column. */
const NARROW = 60;
const GAP = 2;
/** What is left for words, however deep the calls. */
const MIN_TEXT = 10;
/** How much further right the later lines of a text stand; less where there is little room. */
const HANG = 4;
const NARROW_HANG = 3;
const NARROW_LANE = 40;

/** A line of the columns. */
export interface ColumnLine {
  /** What stands before the text; at least two spaces at its end. */
  readonly before: string;
  /** Indented by the calls around it. */
  readonly text: string;
  readonly step: Step;
  /** It is the line of C that what follows comes from. */
  readonly isSource: boolean;
  /** It begins a step; others go on with it. */
  readonly isFirst: boolean;
}

export interface Columns {
  /** Names of the CPUs over their columns; undefined where there is one column. */
  readonly head: string | undefined;
  /** A line under each name. */
  readonly rule: string | undefined;
  readonly lines: readonly ColumnLine[];
}

/** Lays the visible steps out in lines of at most `width` characters, with `margin` (2 or more) free on the left. */
export function columnsOf({ steps }: Pick<Counterexample, "steps">, width: number, margin: number): Columns {
  const visible = steps.filter((step) => step.visible);
  const cpus = [...new Set(visible.map(({ cpu }) => cpu))].sort((a, b) => a - b);
  const fair = Math.floor((width - margin - GAP * (cpus.length - 1)) / Math.max(1, cpus.length));
  const isSingle = width < NARROW || fair < (cpus.length < MANY ? MIN_LANE : MIN_LANE_OF_MANY);
  const lane = Math.min(MAX_LANE, fair);
  const beforeOf = (cpu: number): string =>
    isSingle ? `${" ".repeat(margin - 2)}CPU${cpu}:  ` : " ".repeat(margin + cpus.indexOf(cpu) * (lane + GAP));
  const names = (name: (cpu: number) => string): string =>
    " ".repeat(margin) + cpus.map((cpu) => name(cpu).padEnd(lane + GAP)).join("");

  const lines: ColumnLine[] = [];
  const shown = new Map<number, string>();
  for (const step of visible) {
    const before = beforeOf(step.cpu);
    const room = isSingle ? width - before.length : lane;
    const hang = room < NARROW_LANE ? NARROW_HANG : HANG;
    const add = (text: string, isSource: boolean): void => {
      for (const [index, part] of wrap(text, step.calls.length * 2, room, hang).entries()) {
        lines.push({ before, text: part, step, isSource, isFirst: index === 0 });
      }
    };
    if (step.source !== undefined) {
      const source = sourceText(step.source);
      if (shown.get(step.cpu) !== source) add(source, true);
      shown.set(step.cpu, source);
    }
    add(step.text, false);
  }
  if (isSingle) return { head: undefined, rule: undefined, lines };
  return {
    head: names((cpu) => `CPU${cpu}`).trimEnd(),
    rule: names((cpu) => "-".repeat(`CPU${cpu}`.length)).trimEnd(),
    lines,
  };
}

/** A line of C, e.g. `tdx.c:123: atomic_inc(count);`, by the file's name without its folders. */
export function sourceText({ file, line, text }: SourceLine): string {
  return `${shortPlace({ file, line })}: ${text}`;
}

/** Name of the file, without its folders, and line. */
export function shortPlace({ file, line }: Pick<SourceLine, "file" | "line">): string {
  return `${file.slice(file.lastIndexOf("/") + 1)}:${line}`;
}

/** Breaks `text` at spaces, and words that are too long, so that no line is longer than `width`; later lines hang. */
export function wrap(text: string, indent: number, width: number, hang: number): string[] {
  const first = " ".repeat(Math.max(0, Math.min(indent, width - hang - MIN_TEXT)));
  const later = first + " ".repeat(hang);
  const lines: string[] = [];
  let line = first;
  let isFresh = true;
  const next = (): void => {
    lines.push(line.trimEnd());
    line = later;
    isFresh = true;
  };
  for (let word of text.split(" ")) {
    if (!isFresh && line.length + 1 + word.length > width) next();
    while (isFresh && line.length + word.length > width) {
      const cut = cutOf(word, Math.max(MIN_TEXT, width - line.length));
      if (cut >= word.length) break;
      line += word.slice(0, cut);
      word = word.slice(cut);
      next();
    }
    line += (isFresh ? "" : " ") + word;
    isFresh = false;
  }
  lines.push(line.trimEnd());
  return lines;
}

/** Where to break a word with room for `room` characters: best behind a mark, never inside of a character. */
function cutOf(word: string, room: number): number {
  for (const marks of [/[(,]/, /[._/|:-]/]) {
    for (let cut = room; cut > room / 3; cut--) {
      if (marks.test(word[cut - 1] as string)) return cut;
    }
  }
  const isHalf = /[\ud800-\udbff]/.test(word[room - 1] as string);
  return isHalf ? room - 1 : room;
}
