/** The picture of a design: what get and put do one after the other, in lanes, drawn from what was written down. */
import type { Design } from "../../src/helpers/index.js";
import { arrow, dot, path, picture, rect, words } from "./svg.js";
import type { Call, Item } from "./walk.js";
import { pagesText, shortLeaf, stateText, summaryOf } from "./words.js";

const WIDTH = 880;
const MARGIN = 20;
const ROW = 26;
const HEAD = 40;
const GAP = 14;
/** Where the lanes begin, and the middle of the counter's. */
const LANES = { helper: 40, count: 306, locks: 372, module: 540 } as const;
const MODULE_WIDTH = WIDTH - MARGIN - 12 - LANES.module;
const BAR = { width: 44, step: 52 } as const;
const COUNT = { width: 68, height: 20 } as const;
/** What stands above the panels: a title, a line below it, names of the lanes. */
const TOP = 112;
const LEGEND = 62;

type Seamcall = Extract<Item, { kind: "seamcall" }>;

/** Rows that an item takes. */
function rowsOf(item: Item): number {
  return item.kind === "seamcall" ? item.locks.length + 2 : 1;
}

function heightOf(call: Call): number {
  const rows = call.items.reduce((sum, item) => sum + rowsOf(item), 0);
  return HEAD + Math.max(1, rows) * ROW + 8;
}

/** The whole picture. */
export function sequenceOf(design: Design, calls: readonly Call[]): string {
  const body: string[] = [
    words(MARGIN, 38, design.name, "big"),
    words(MARGIN, 62, `Two users of region X come and go, one after the other. ${stateAtFirst(calls)}`, "muted"),
    words(LANES.helper, TOP - 14, "helper", "head"),
    words(LANES.count, TOP - 14, "counter", "head middle"),
    words(LANES.locks, TOP - 14, "kernel locks", "head"),
    words(LANES.module, TOP - 14, "TDX module", "head"),
  ];
  let y = TOP;
  for (const [index, call] of calls.entries()) {
    body.push(...panel(call, index, y));
    y += heightOf(call) + GAP;
  }
  body.push(...legend(y + 4));
  const text = {
    title: `${design.name}: how get and put work`,
    description: calls.map((call) => `${call.helper}, ${call.title}: ${summaryOf(call)}.`).join(" "),
  };
  return picture(WIDTH, y + LEGEND, text, body);
}

function stateAtFirst(calls: readonly Call[]): string {
  return calls.every(({ count }) => count === null)
    ? "This design has no counter."
    : "At first the counter is 0 and there is no pair.";
}

function panel(call: Call, index: number, top: number): string[] {
  const height = heightOf(call);
  const body = [
    rect(MARGIN, top, WIDTH - 2 * MARGIN, height, "panel", 6),
    words(LANES.helper - 6, top + 26, `${index + 1}`, "head muted"),
    words(LANES.helper + 14, top + 26, call.helper, "mono bold"),
    words(LANES.helper + 14 + 118, top + 26, call.title),
    words(WIDTH - MARGIN - 12, top + 26, `afterwards: ${stateText(call)}`, "end muted"),
  ];
  let y = top + HEAD;
  if (call.items.length === 0) {
    body.push(dot(LANES.helper, y + ROW / 2), words(LANES.helper + 14, y + 18, "returns at once: nothing to do"));
    return body;
  }
  const ends = bandsOf(call.items, y);
  body.push(...ends.flatMap(({ from }, at) => (at % 2 === 0 ? [] : [band(from, ends[at]!.to)])));
  body.push(path(`M${LANES.helper} ${y + ROW / 2}V${(ends.at(-1)?.to ?? y) - ROW / 2}`));
  body.push(...arrowsOf(call.items, y), ...barsOf(call.items, y));
  for (const item of call.items) {
    body.push(...itemAt(item, y));
    y += rowsOf(item) * ROW;
  }
  return body;
}

/** Where each item begins and ends. */
function bandsOf(items: readonly Item[], top: number): { from: number; to: number }[] {
  let y = top;
  return items.map((item) => {
    const from = y;
    y += rowsOf(item) * ROW;
    return { from, to: y };
  });
}

function band(from: number, to: number): string {
  return rect(MARGIN + 1, from, WIDTH - 2 * MARGIN - 2, to - from, "row", 0);
}

function itemAt(item: Item, y: number): string[] {
  const x = LANES.helper + 14;
  const base = y + 18;
  const mark = dot(LANES.helper, y + ROW / 2);
  switch (item.kind) {
    case "count": {
      const isChange = item.before !== item.after;
      const text = isChange ? `${item.before} → ${item.after}` : `${item.before}`;
      const look = isChange ? "count" : "box";
      return [
        mark,
        words(x, base, item.operation, "mono"),
        rect(LANES.count - COUNT.width / 2, y + 3, COUNT.width, COUNT.height, look, 10),
        words(LANES.count, base, text, isChange ? "mono middle count-text" : "mono middle"),
      ];
    }
    case "word":
      return [mark, words(x, base, `${item.operation}(${item.word})`, "mono")];
    case "take":
    case "give":
      return [mark, words(x, base, `${item.operation}(${item.lock})`, "mono")];
    case "allocate":
    case "free":
      return [mark, words(x, base, pagesText(item))];
    case "seamcall":
      return [mark, words(x, base, "SEAMCALL", "mono"), ...blockAt(item, y)];
  }
}

/** What a SEAMCALL does inside the module. */
function blockAt({ leaf, operands, locks, status }: Seamcall, y: number): string[] {
  const height = (locks.length + 2) * ROW - 8;
  const x = LANES.module + 12;
  const name = shortLeaf(leaf.name);
  return [
    rect(LANES.module, y + 4, MODULE_WIDTH, height, "module-back", 5),
    words(x, y + 21, name, "mono bold module-text"),
    words(x + name.length * 8.4 + 10, y + 21, operands, "small"),
    ...locks.flatMap(({ entry, modes }, index) => {
      const top = y + (index + 1) * ROW;
      return [
        ...modes.map((mode, at) =>
          rect(x + at * 20, top + 6, 14, 14, mode === "exclusive" ? "module" : "hatch-module", 2),
        ),
        words(x + 44, top + 18, `${entry}: ${modes.join(", then ")}`, "small"),
      ];
    }),
    words(x, y + (locks.length + 1) * ROW + 15, `returns ${status.name}`, "small module-text"),
  ];
}

/** Arrows to the module and back; they lie below the bars of locks. */
function arrowsOf(items: readonly Item[], top: number): string[] {
  return bandsOf(items, top).flatMap(({ from, to }, index) => {
    if (items[index]?.kind !== "seamcall") return [];
    const call = from + ROW / 2;
    const back = to - ROW / 2;
    return [
      arrow(LANES.helper + 84, call, LANES.module - 2, call, "module-line", "module"),
      arrow(LANES.module, back, LANES.helper + 8, back, "module-line dashed", "module"),
    ];
  });
}

/** A bar for each lock, from where it is taken to where it is given up. */
function barsOf(items: readonly Item[], top: number): string[] {
  const bands = bandsOf(items, top);
  const held: (string | undefined)[] = [];
  return items.flatMap((item, index) => {
    if (item.kind === "give") {
      held[held.indexOf(item.lock)] = undefined;
      return [];
    }
    if (item.kind !== "take") return [];
    const free = held.indexOf(undefined);
    const lane = free < 0 ? held.length : free;
    held[lane] = item.lock;
    const end = items.findIndex((each, at) => at > index && each.kind === "give" && each.lock === item.lock);
    const from = (bands[index]?.from ?? top) + 3;
    const to = (bands[end]?.to ?? bands.at(-1)?.to ?? top) - 3;
    const x = LANES.locks + lane * BAR.step;
    const label = / of (.+)$/.exec(item.lock)?.[1] ?? item.lock.replace(/_lock$/, "");
    return [
      rect(x, from, BAR.width, to - from, item.isShared ? "hatch-kernel" : "kernel", 4),
      ...(item.isShared ? [rect(x + 9, from + 2, BAR.width - 18, 17, "hatch-ground", 3)] : []),
      words(x + BAR.width / 2, from + 15, label, `small middle ${item.isShared ? "kernel-text bold" : "on-kernel"}`),
    ];
  });
}

function legend(y: number): string[] {
  const at = (x: number, looks: readonly [string, string], text: string): string[] => [
    rect(x, y, 14, 14, looks[0], 2),
    rect(x + 20, y, 14, 14, looks[1], 2),
    words(x + 42, y + 12, text, "small muted"),
  ];
  return [
    ...at(MARGIN, ["kernel", "module"], "held exclusively"),
    ...at(MARGIN + 180, ["hatch-kernel", "hatch-module"], "held shared"),
    words(
      MARGIN + 340,
      y + 12,
      "X: region of the users' page.  Y, Z: regions that the pair's pages lie in.",
      "small muted",
    ),
    words(
      MARGIN,
      y + 36,
      "Of the module's locks those of 1 GiB entries are left out: all calls take them shared.",
      "small muted",
    ),
  ];
}
