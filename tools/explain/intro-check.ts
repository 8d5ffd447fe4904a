/** Picture 5 of the introduction: what the checker does. */
import type { CheckResult } from "../../src/check/index.js";
import { formatCount, plural } from "../../src/report/words.js";
import { arrow, dot, lines, path, picture, rect, words } from "./svg.js";

const WIDTH = 880;
const MARGIN = 24;
const GRID = { left: 332, top: 156, step: 58, moves: 3 };
/** Room around the states. */
const FRAME = 28;
/** A path that fails: which CPU moves, one move after the other. */
const FAILING = [0, 1, 1, 0, 0] as const;

function at(moves: readonly [number, number]): [number, number] {
  return [GRID.left + moves[0] * GRID.step, GRID.top + moves[1] * GRID.step];
}

/** All orders in which two CPUs can make three moves each: every way from the corner to the other one. */
function lattice(): string[] {
  const shapes: string[] = [];
  for (let one = 0; one <= GRID.moves; one++) {
    for (let other = 0; other <= GRID.moves; other++) {
      const [x, y] = at([one, other]);
      if (one < GRID.moves) shapes.push(arrow(x + 8, y, x + GRID.step - 9, y));
      if (other < GRID.moves) shapes.push(arrow(x, y + 8, x, y + GRID.step - 9));
      shapes.push(dot(x, y, 7, "box"));
    }
  }
  const moved: [number, number] = [0, 0];
  for (const cpu of FAILING) {
    const [x, y] = at(moved);
    moved[cpu] += 1;
    const [nx, ny] = at(moved);
    const [dx, dy] = [Math.sign(nx - x), Math.sign(ny - y)];
    shapes.push(arrow(x + 8 * dx, y + 8 * dy, nx - 9 * dx, ny - 9 * dy, "bad-line", "bad"));
    shapes.push(dot(x, y, 7, "bad-back"));
  }
  const [x, y] = at(moved);
  shapes.push(dot(x, y, 10, "bad"), path(`M${x - 4} ${y - 4}l8 8m0 -8l-8 8`, "cross"));
  return shapes;
}

/** Picture 5: programs go in, every interleaving is tried, a verdict comes out. */
export function checkPicture(holding: CheckResult, broken: CheckResult): string {
  const { counterexample } = broken;
  const end = GRID.left + GRID.moves * GRID.step;
  const box = { x: 610, width: WIDTH - MARGIN - 610 };
  const states = (result: CheckResult): string => formatCount(result.statistics.states);
  const body = [
    words(MARGIN, 40, "5. dpamt tries every order, and shows the one that fails", "big"),
    words(MARGIN, 88, "programs", "head"),
    rect(MARGIN, 108, 220, 74, "kernel-back", 6),
    words(MARGIN + 16, 134, "the helpers", "bold kernel-text"),
    words(MARGIN + 16, 158, "a design, or kernel C", "muted"),
    rect(MARGIN, 196, 220, 74, "module-back", 6),
    words(MARGIN + 16, 222, "the TDX module", "bold module-text"),
    words(MARGIN + 16, 246, "a model, lock by lock", "muted"),
    rect(MARGIN, 284, 220, 74, "box", 6),
    words(MARGIN + 16, 310, "a scenario", "bold"),
    words(
      MARGIN + 16,
      334,
      `${plural(holding.bounds.cpus, "CPU")}, ${plural(holding.bounds.regions, "region")}`,
      "muted",
    ),
    arrow(MARGIN + 224, 233, GRID.left - FRAME - 4, 233),
    words(GRID.left - FRAME, 88, "every interleaving", "head"),
    rect(GRID.left - FRAME, 108, end - GRID.left + 2 * FRAME, 250, "panel", 6),
    words(GRID.left - FRAME + 14, 130, "CPU0 moves →   CPU1 moves ↓", "small muted"),
    ...lattice(),
    words(box.x, 88, "verdict", "head"),
    arrow(end + FRAME + 4, 166, box.x - 4, 166, "good-line", "good-tip"),
    rect(box.x, 108, box.width, 116, "good-back", 6),
    words(box.x + 16, 134, "✓ holds", "good-text"),
    ...lines(
      box.x + 16,
      158,
      ["nothing breaks anywhere", `${holding.subject.name}:`, `${states(holding)} states`],
      "",
      22,
    ),
    arrow(end + 11, GRID.top + 2 * GRID.step, box.x - 4, GRID.top + 2 * GRID.step, "bad-line", "bad"),
    rect(box.x, 242, box.width, 116, "bad-back", 6),
    words(box.x + 16, 268, "✗ violated", "bad-text"),
    ...lines(
      box.x + 16,
      292,
      [
        "with a counterexample",
        `${broken.subject.name}: ${counterexample?.requirement ?? ""},`,
        plural(counterexample?.switches ?? 0, "context switch", "context switches"),
      ],
      "",
      22,
    ),
    words(
      MARGIN,
      396,
      "Holds means: within the bounds. A counterexample has as few context switches as any that fails.",
      "muted",
    ),
  ];
  const text = {
    title: "dpamt tries every order, and shows the one that fails",
    description:
      "The helpers, a model of the TDX module and a scenario go in. Every order of the steps of the CPUs is tried: a grid " +
      `of states, in which one way leads to a failure. Out comes a verdict: ${holding.subject.name} holds after ` +
      `${states(holding)} states, ${broken.subject.name} is violated, with a counterexample.`,
  };
  return picture(WIDTH, 416, text, body);
}
