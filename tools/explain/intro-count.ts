/** Pictures 3 and 4 of the introduction: the count of a region, and the race that a count can lose. */
import type { Counterexample, HostRegion, Step } from "../../src/check/index.js";
import { arrow, dot, path, picture, rect, words } from "./svg.js";
import { type Call, PAMT_LEAVES } from "./walk.js";
import { seamcalls, shortLeaf } from "./words.js";

const WIDTH = 880;
const MARGIN = 24;

/** Picture 3: users come and go; the count follows them, and the pair is there while it is not 0. */
export function countPicture(calls: readonly Call[]): string {
  const left = 150;
  const step = 170;
  const base = 252;
  const level = 56;
  const at = (index: number): number => left + 44 + index * step;
  const counts = calls.map(({ count }) => count ?? 0);
  const yOf = (count: number): number => base - count * level;
  let d = `M${left} ${yOf(0)}`;
  for (const [index, count] of counts.entries()) d += `H${at(index)}V${yOf(count)}`;
  d += `H${WIDTH - MARGIN}`;
  const first = calls.findIndex(({ hasPair }) => hasPair);
  const gone = calls.findIndex(({ hasPair }, index) => index > first && !hasPair);
  const body = [
    words(MARGIN, 40, "3. The kernel counts the users of each region", "big"),
    ...[0, 1, 2].flatMap((count) => [
      path(`M${left} ${yOf(count)}H${WIDTH - MARGIN}`, "rule"),
      words(left - 14, yOf(count) + 5, `${count}`, "mono end"),
    ]),
    words(MARGIN, yOf(1) + 5, "count", "head"),
    ...calls.map((_, index) => path(`M${at(index)} 108V${base + 96}`, "rule dashed")),
    path(d, "good-line"),
    ...calls.flatMap((call, index) => {
      const x = at(index);
      const leaf = seamcalls(call)[0];
      return [
        words(x, 78, call.helper, "mono middle bold"),
        words(x, 98, call.title, "small middle muted"),
        dot(x, yOf(counts[index] ?? 0), 6, "count"),
        ...(leaf === undefined
          ? []
          : [
              arrow(x, base + 30, x, base + 58, "pair-line", "pair-tip"),
              rect(x - 54, base + 16, 108, 24, "pair", 12),
              words(x, base + 32, leaf, "mono middle pair-text bold"),
            ]),
      ];
    }),
    words(MARGIN, base + 84, "page pair", "head"),
    path(`M${left} ${base + 80}H${WIDTH - MARGIN}`, "rule"),
    rect(at(first), base + 62, at(gone) - at(first), 36, "pair", 5),
    words((at(first) + at(gone)) / 2, base + 85, "installed: pages of the region can be used", "middle pair-text"),
    words(
      MARGIN,
      base + 130,
      "Only the first get and the last put call the TDX module. All others just count.",
      "muted",
    ),
  ];
  const text = {
    title: "The kernel counts the users of each region",
    description: calls
      .map(
        (call) =>
          `${call.helper}, ${call.title}: the count becomes ${call.count ?? 0}, ${seamcalls(call)[0] ?? "no SEAMCALL"}.`,
      )
      .join(" "),
  };
  return picture(WIDTH, base + 152, text, body);
}

/** A step of the race as it is drawn. */
interface Row {
  readonly cpu: number;
  readonly text: string;
  /** The helper that is called, at the beginning of a call. */
  readonly helper: string | undefined;
  readonly region: HostRegion;
}

/** Steps that tell the story: helpers, what they do to the count, and what the module says. */
function rowsOf({ steps, scene }: Counterexample): Row[] {
  let region = scene.regions[0] as HostRegion;
  const rows: Row[] = [];
  for (const step of steps) {
    region = step.scene?.regions?.find(({ address }) => address === region.address) ?? region;
    const text = storyText(step);
    if (text !== undefined) rows.push({ cpu: step.cpu, text, helper: helperOf(step), region });
  }
  // What happens before a CPU frees its page is a get like any other.
  return rows.slice(rows.findIndex(({ helper }) => helper === "tdx_free_page"));
}

function helperOf({ action }: Step): string | undefined {
  return action.kind === "call" && action.of === "helper" ? action.helper : undefined;
}

function storyText(step: Step): string | undefined {
  const { action, visible } = step;
  if (!visible) return undefined;
  switch (action.kind) {
    case "call": {
      const helper = helperOf(step);
      return helper === undefined ? undefined : `${helper}()`;
    }
    case "return": {
      if (action.of !== "seamcall" || !PAMT_LEAVES.has(action.leaf.number)) return undefined;
      return `${shortLeaf(action.leaf.name)}: ${action.status.code.replace(/^TDX_/, "")}`;
    }
    case "word": {
      const { role, operation, before, after, changed } = action;
      return role === "count" ? `${operation}: ${changed ? `${before} → ` : ""}${after}` : undefined;
    }
    default:
      return undefined;
  }
}

/** Picture 4: the last put of one CPU meets the first get of another one. */
export function racePicture(counterexample: Counterexample): string {
  const rows = rowsOf(counterexample);
  const row = 27;
  const top = 132;
  const lanes = [MARGIN, MARGIN + 320] as const;
  const laneWidth = 308;
  const count = 730;
  const pair = 812;
  const bottom = top + rows.length * row;
  const body = [
    words(MARGIN, 40, "4. The race: the last put meets the first get", "big"),
    words(
      MARGIN,
      66,
      "Time runs downwards. Each CPU does right on its own; it is the order that breaks them.",
      "muted",
    ),
    ...lanes.flatMap((x, cpu) => [
      rect(x, top - 34, laneWidth, bottom - top + 44, "panel", 6),
      words(x + 14, top - 12, `CPU${cpu}`, "head"),
    ]),
    words(count, top - 12, "count", "head middle"),
    words(pair, top - 12, "pair", "head middle"),
    ...pairBars(rows, top, row, pair),
  ];
  for (const [index, { cpu, text, helper, region }] of rows.entries()) {
    const isCall = helper !== undefined;
    const y = top + index * row;
    const x = lanes[cpu] ?? lanes[0];
    const isLast = index === rows.length - 1;
    const before = rows[index - 1];
    if (isLast) body.push(rect(x + 8, y + 1, laneWidth - 16, row - 2, "bad-back", 4));
    body.push(
      ...(isCall ? [] : [dot(x + 26, y + 14, 3.5)]),
      words(x + (isCall ? 14 : 38), y + 18, text, isLast ? "mono bad-text" : isCall ? "mono bold" : "mono"),
    );
    const isNew = before !== undefined && before.region.count !== region.count;
    if (before === undefined || isNew) {
      body.push(
        rect(count - 20, y + 3, 40, 21, isNew ? "count" : "box", 10),
        words(count, y + 18, `${region.count ?? "-"}`, isNew ? "mono middle count-text" : "mono middle"),
      );
    }
    if (before !== undefined && before.cpu !== cpu) {
      body.push(path(`M${MARGIN} ${y}H${WIDTH - MARGIN}`, "line dashed"));
    }
  }
  const text = {
    title: "The race: the last put meets the first get",
    description: `${rows.map(({ cpu, text: what }) => `CPU${cpu} ${what}`).join("; ")}. ${counterexample.message}.`,
  };
  body.push(
    rect(MARGIN, bottom + 26, WIDTH - 2 * MARGIN, 40, "bad-back", 6),
    words(
      MARGIN + 16,
      bottom + 51,
      `${counterexample.requirement} is broken: ${counterexample.message.replaceAll("TDH.PHYMEM.", "")}`,
      "bad-text",
    ),
  );
  return picture(WIDTH, bottom + 86, text, body);
}

/** Bars where the region has its pair. */
function pairBars(rows: readonly Row[], top: number, row: number, x: number): string[] {
  const has = rows.map(({ region }) => region.pair !== null);
  const gone = has.indexOf(false);
  const length = (gone < 0 ? rows.length : gone) * row;
  const rest = rows.length * row - length;
  return [
    rect(x - 18, top + 3, 36, length + row / 2 - 4, "pair", 5),
    words(x, top + 22, "✓", "middle pair-text bold"),
    ...(rest > row ? [rect(x - 18, top + length + row / 2 + 3, 36, rest - row / 2 - 6, "box dashed", 5)] : []),
    ...(rest > row ? [words(x, top + length + row / 4 + rest / 2 + 4, "none", "small middle muted")] : []),
  ];
}
