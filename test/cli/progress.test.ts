/** Progress: what a terminal and a log are shown of a check at work. */
import { describe, expect, it } from "vitest";
import type { CheckProgress } from "../../src/check/index.js";
import { ProgressLine, type ProgressPlace } from "../../src/cli/progress.js";

interface Watched {
  readonly written: string[];
  readonly line: ProgressLine;
  /** Shows what there is after `seconds`. */
  at(seconds: number, states: number, more?: Partial<CheckProgress>): void;
}

function watched(isTerminal: boolean, width = 200): Watched {
  const written: string[] = [];
  let now = 0;
  const place: ProgressPlace = { isTerminal, width, write: (text) => void written.push(text), now: () => now };
  const line = new ProgressLine("a-design", place);
  return {
    written,
    line,
    at(seconds, states, more = {}) {
      now = seconds * 1000;
      line.show({
        scenario: "main",
        phase: "exploring",
        number: 2,
        scenarios: 5,
        statistics: { states } as CheckProgress["statistics"],
        broken: [],
        exercised: 3,
        requirements: 14,
        ...more,
      });
    },
  };
}

const BROKEN = { requirement: "R2", message: "the kernel\nwarned", scenario: "main" };

describe("on a terminal", () => {
  it("says which scenario of how many, states, the rate of the last seconds, what was exercised, and the time of all", () => {
    const { written, at } = watched(true);
    at(1, 1_000);
    at(2, 3_000);
    for (let second = 3; second <= 8; second++) at(second, 3_000 + (second - 2) * 500);
    expect(written.at(-1)).toBe(
      "\r\u001b[Ka-design: scenario 2 of 5 (main), 6,000 states, 500 a second, 3 of 14 requirements exercised, 8.0 s",
    );
  });

  it("tells at once what breaks, on a line that stays, and then that it looks for the shortest failure", () => {
    const { written, at } = watched(true);
    at(0.3, 100);
    at(0.35, 200, { broken: [BROKEN] });
    expect(written.slice(1)).toEqual(["\r\u001b[K", "R2 breaks in main after 0.3 s: the kernel warned\n"]);
    at(0.36, 300, { broken: [BROKEN] });
    expect(written).toHaveLength(3);
    at(1, 50, { phase: "shortening", broken: [BROKEN] });
    expect(written.at(-1)).toContain("(main), looking for the shortest failure, 50 states");
    expect(written.at(-1)).toContain(", R2 broken, ");
  });

  it("never writes more than fits, nor more often than five times a second, and takes the line away", () => {
    const { written, line, at } = watched(true, 40);
    for (let tick = 0; tick < 20; tick++) at(1 + tick / 100, tick);
    expect(written).toHaveLength(1);
    expect(written[0]?.replace("\r\u001b[K", "").length).toBeLessThan(40);
    line.clear();
    line.clear();
    expect(written.slice(1)).toEqual(["\r\u001b[K"]);
  });
});

describe("elsewhere", () => {
  it("writes a line a minute, without anything that steers a terminal", () => {
    const { written, line, at } = watched(false);
    for (let second = 1; second < 60; second++) at(second, second * 10, { broken: [BROKEN] });
    expect(written).toEqual([]);
    for (let second = 60; second <= 130; second++) at(second, second * 10, { broken: [BROKEN] });
    line.clear();
    expect(written).toHaveLength(2);
    expect(written[0]).toBe(
      "dpamt: a-design: scenario 2 of 5 (main), 600 states, 10 a second, 3 of 14 requirements exercised, R2 broken, 60 s\n",
    );
  });
});
