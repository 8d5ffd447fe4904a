/** How text is coloured, and the shapes that stand beside colours, so that nothing is told by colour alone. */
import type { RequirementVerdict, Verdict } from "../check/index.js";

export interface Shapes {
  readonly good: string;
  readonly bad: string;
  readonly warning: string;
  readonly none: string;
  readonly unsure: string;
}

export const unicodeShapes: Shapes = { good: "✓", bad: "✗", warning: "!", none: "–", unsure: "?" };
/** For terminals and files that may not show more than ASCII. */
const asciiShapes: Shapes = { good: "+", bad: "x", warning: "!", none: "-", unsure: "?" };

/** How to colour text; every function may be the identity. */
export interface Palette {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  unsure(text: string): string;
}

export interface TerminalOptions {
  readonly palette: Palette;
  /** What stands beside colours; ASCII unless it is said. */
  readonly shapes?: Shapes;
  /** Characters in a line. */
  readonly width: number;
}

const same = (text: string): string => text;

/** For files, and whoever does not say what the terminal is like. */
export const plainTerminal: TerminalOptions = {
  palette: { bold: same, dim: same, good: same, bad: same, unsure: same },
  width: 100,
};

/** The shape of a verdict. */
export function shapeOf(
  { shapes = asciiShapes }: Pick<TerminalOptions, "shapes">,
  verdict: Verdict | RequirementVerdict,
): string {
  switch (verdict) {
    case "holds":
    case "held":
      return shapes.good;
    case "violated":
      return shapes.bad;
    case "warning":
      return shapes.warning;
    case "not-exercised":
    case "ignored":
      return shapes.none;
    case "inconclusive":
      return shapes.unsure;
  }
}

/** A verdict in its colour, behind its shape. */
export function markedVerdict(options: TerminalOptions, verdict: Verdict, width = 0): string {
  return colourOf(options.palette, verdict)(`${shapeOf(options, verdict)} ${verdict}`.padEnd(width));
}

/** The colour of a verdict. */
export function colourOf(palette: Palette, verdict: Verdict | RequirementVerdict): (text: string) => string {
  if (verdict === "holds" || verdict === "held") return palette.good;
  return verdict === "violated" ? palette.bad : palette.unsure;
}
