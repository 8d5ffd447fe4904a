/** Pictures 1 and 2 of the introduction: what a PAMT is, and what becomes of it with Dynamic PAMT. */
import type { Numbers } from "./numbers.js";
import { arrow, dot, lines, path, picture, rect, words } from "./svg.js";

const WIDTH = 880;
const MARGIN = 24;

/** Picture 1: each page has its entry. */
export function pamtPicture({ entryBytes, pageKib, staticMib, staticShare }: Numbers): string {
  const [columns, rows] = [8, 4];
  const page = { left: MARGIN, top: 110, step: 44, size: 38 };
  const entry = { left: 492, top: 110, step: 46, width: 40, height: 38 };
  const owners = new Map([
    [1, "TD 1"],
    [10, "TD 1"],
    [13, "TD 2"],
    [28, "TD 2"],
  ]);
  const cells = Array.from({ length: columns * rows }, (_, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const owner = owners.get(index);
    const x = page.left + column * page.step;
    const y = page.top + row * page.step;
    const ex = entry.left + column * entry.step;
    const look = owner === undefined ? "box" : owner === "TD 1" ? "kernel-back" : "pair";
    return [
      rect(x, y, page.size, page.size, look, 4),
      ...(owner === undefined
        ? []
        : [words(x + page.size / 2, y + 24, owner, `small middle bold ${owner === "TD 1" ? "kernel" : "pair"}-text`)]),
      rect(ex, y + 6, entry.width, entry.height - 12, owner === undefined ? "box" : "module-back", 4),
      ...(owner === undefined ? [] : [words(ex + entry.width / 2, y + 24, owner, "small middle bold module-text")]),
    ].join("");
  });
  const row = page.top + 1 * page.step + page.size / 2;
  const bar = { y: 346, width: WIDTH - 2 * MARGIN };
  const share = Math.max(3, Math.round(bar.width * staticShare));
  const body = [
    words(MARGIN, 40, "1. Every page has an entry in the PAMT", "big"),
    words(page.left, 82, "memory of the host", "head"),
    words(page.left + 176, 82, `one square: a page of ${pageKib} KiB`, "muted"),
    words(entry.left, 82, "PAMT", "head"),
    words(entry.left + 58, 82, `one entry for each page: ${entryBytes} bytes`, "muted"),
    ...cells,
    arrow(page.left + columns * page.step + 6, row, entry.left - 12, row, "module-line", "module"),
    words(432, row - 12, "whose is it?", "small middle muted"),
    words(MARGIN, 326, "What it costs", "head"),
    words(MARGIN + 118, 326, "for every GiB of memory, from start on, whether a TD ever runs or not", "muted"),
    rect(MARGIN, bar.y, bar.width, 30, "box", 4),
    rect(MARGIN, bar.y, share, 30, "module", 1),
    arrow(MARGIN + 34, bar.y + 52, MARGIN + share + 2, bar.y + 33, "module-line", "module"),
    words(
      MARGIN + 42,
      bar.y + 57,
      `${staticMib} MiB are entries: ${percent(staticShare)} of the memory`,
      "module-text bold",
    ),
    words(WIDTH - MARGIN - 12, bar.y + 20, "1 GiB", "end muted"),
  ];
  const text = {
    title: "Every page has an entry in the PAMT",
    description:
      `Memory is drawn as squares, one for each page of ${pageKib} KiB. Each has an entry of ${entryBytes} bytes in the PAMT, ` +
      `which says what TD the page belongs to. That takes ${staticMib} MiB of every GiB, ${percent(staticShare)}.`,
  };
  return picture(WIDTH, 424, text, body);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Picture 2: pairs, installed where they are needed. */
export function dynamicPicture(numbers: Numbers): string {
  const { entryBytes, regionPages, pairPages, pageKib, regionMib, bitmapKib, staticMib } = numbers;
  const pairKib = pairPages * pageKib;
  const region = { left: MARGIN, top: 250, step: 140, width: 132, height: 62 };
  const names = ["A", "B", "C", "D", "E", "F"];
  // What is in use, what is being added, what is being taken away.
  const state: Record<string, "pair" | "add" | "remove" | "none"> = {
    A: "none",
    B: "pair",
    C: "none",
    D: "add",
    E: "none",
    F: "remove",
  };
  const drawn = names.flatMap((name, index) => {
    const x = region.left + index * region.step;
    const middle = x + region.width / 2;
    const what = state[name];
    const isUsed = what === "pair" || what === "add";
    const look = what === "none" ? "box dashed" : what === "pair" ? "pair" : "hatch-pair";
    const pages = Array.from({ length: pairPages }, (_, page) => rect(middle - 34 + page * 36, 146, 32, 40, look, 4));
    const marks = isUsed ? [dot(x + 26, region.top + 38, 7, "kernel"), dot(x + 46, region.top + 38, 7, "kernel")] : [];
    return [
      ...pages,
      path(`M${middle} 190V${region.top - 4}`, what === "none" ? "rule dashed" : "pair-line"),
      rect(x, region.top, region.width, region.height, isUsed ? "kernel-back" : "box", 5),
      words(x + 10, region.top + 20, `region ${name}`, "small bold"),
      ...marks,
      words(x + (isUsed ? 62 : 10), region.top + 43, isUsed ? "2 users" : "no user", "small muted"),
      ...(what === "add"
        ? [
            arrow(middle, 106, middle, 142, "pair-line", "pair-tip"),
            words(middle, 98, "PAMT.ADD", "mono middle pair-text"),
          ]
        : []),
      ...(what === "remove"
        ? [
            arrow(middle, 142, middle, 106, "pair-line", "pair-tip"),
            words(middle, 98, "PAMT.REMOVE", "mono middle pair-text"),
          ]
        : []),
    ];
  });
  const body = [
    words(MARGIN, 40, `2. Dynamic PAMT: entries only for the ${regionMib} MiB regions in use`, "big"),
    words(MARGIN, 98, "page pairs", "head"),
    ...drawn,
    words(MARGIN, region.top + region.height + 24, `memory of the host, in regions of ${regionMib} MiB`, "muted"),
    rect(MARGIN, 356, WIDTH - 2 * MARGIN, 84, "panel", 6),
    ...lines(MARGIN + 16, 384, [
      `${regionPages} entries × ${entryBytes} bytes = ${count(regionPages * entryBytes)} bytes = ${pairPages} pages: the page pair of a region.`,
      `At start only one bit for each page: ${bitmapKib} KiB of each GiB instead of ${staticMib} MiB.`,
      `Then ${pairKib} KiB for each region in use, lent to the module and given back when nobody uses it.`,
    ]),
  ];
  const text = {
    title: `Dynamic PAMT: entries only for the ${regionMib} MiB regions in use`,
    description:
      `Regions of ${regionMib} MiB, each with room for a pair of pages above it. Only regions in use have their pair. ` +
      "PAMT.ADD brings the pair of one region, PAMT.REMOVE takes that of another one away.",
  };
  return picture(WIDTH, 460, text, body);
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
