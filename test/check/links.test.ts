/** Links: which earlier step of another CPU a step meets. */
import { describe, expect, it } from "vitest";
import { type Bounds, check, scenarioByName } from "../../src/check/index.js";
import { type LinkedStep, linksOf } from "../../src/check/trace/links.js";
import { designByName } from "../../src/helpers/index.js";

const BOUNDS: Bounds = { cpus: 2, rounds: 1, regions: 2, placement: "adversarial", allocFailures: 1, use: "rdmd" };

const change = (before: number, after: number) => ({ before, after, changed: before !== after });

const lock = (
  cpu: number,
  effect: "acquire" | "promote" | "release",
  mode: "exclusive" | "shared",
  busy = false,
): LinkedStep => ({
  cpu,
  action: { kind: "lock", operation: "op", lock: "L", owner: "module", effect, mode, busy, ...change(0, 1) },
});

const word = (cpu: number, before: number, after: number, more: object = {}): LinkedStep => ({
  cpu,
  action: { kind: "word", operation: "op", word: "W", ...change(before, after), ...more },
});

const drain = (cpu: number): LinkedStep => ({ cpu, action: { kind: "drain", word: "W", words: 1, ...change(0, 1) } });

const waits = (cpu: number, name: string): LinkedStep => ({
  cpu,
  action: { kind: "wait", for: "word", operation: "op", word: name },
});

describe("links of steps", () => {
  const cases: readonly (readonly [string, readonly LinkedStep[], ReturnType<typeof linksOf>[number]])[] = [
    [
      "a lock that is held",
      [lock(0, "acquire", "exclusive"), lock(1, "acquire", "shared", true)],
      { to: 0, by: "lock" },
    ],
    [
      "a share in the way",
      [lock(0, "acquire", "shared"), lock(1, "acquire", "exclusive", true)],
      { to: 0, by: "lock" },
    ],
    [
      "the share that is still held",
      [
        lock(2, "acquire", "shared"),
        lock(0, "acquire", "shared"),
        lock(0, "release", "shared"),
        lock(1, "promote", "exclusive", true),
      ],
      { to: 0, by: "lock" },
    ],
    [
      "a hold that was promoted",
      [lock(0, "acquire", "shared"), lock(0, "promote", "exclusive"), lock(1, "acquire", "shared", true)],
      { to: 1, by: "lock" },
    ],
    [
      "a lock that was tried in vain",
      [lock(0, "acquire", "shared", true), lock(1, "acquire", "shared", true)],
      undefined,
    ],
    ["a lock of its own", [lock(0, "acquire", "shared"), lock(0, "promote", "exclusive", true)], undefined],
    ["a lock that it gets", [lock(0, "acquire", "shared"), lock(1, "acquire", "shared")], undefined],
    ["a wait for a lock", [lock(0, "acquire", "exclusive"), waits(1, "L")], { to: 0, by: "lock" }],
    ["a value of another CPU", [word(0, 0, 1), word(1, 1, 1)], { to: 0, by: "value" }],
    ["a wait for a value", [word(0, 0, 1), waits(1, "W")], { to: 0, by: "value" }],
    ["a value of its own", [word(0, 0, 1), word(1, 1, 2), word(1, 2, 2)], undefined],
    ["a read, which makes no value", [word(0, 0, 0), word(1, 0, 0)], undefined],
    ["a store in the buffer", [word(0, 0, 1, { buffered: true }), word(1, 0, 0)], undefined],
    ["a store that has drained", [word(0, 0, 1, { buffered: true }), drain(0), word(1, 1, 1)], { to: 1, by: "value" }],
  ];
  it.each(cases)("%s", (_, steps, link) => {
    expect(linksOf(steps).at(-1)).toEqual(link);
  });

  it("leads from BUSY to the hold in a real failure", async () => {
    const design = designByName("region-locks")!;
    const scenario = scenarioByName("main")!;
    const { counterexamples } = await check({
      design,
      scenarios: [scenario],
      bounds: BOUNDS,
      limits: { maxStates: 200_000 },
    });
    const links = counterexamples.map(({ steps }) => {
      const at = steps.findIndex(({ action }) => action.kind === "lock" && action.owner === "module" && action.busy);
      const to = linksOf(steps)[at]?.to;
      return { met: steps[at]?.action, holds: to === undefined ? undefined : steps[to]?.action };
    });
    expect(links.length).toBeGreaterThan(0);
    for (const { met, holds } of links) {
      expect(met).toMatchObject({ kind: "lock", busy: true });
      expect(holds).toMatchObject({ kind: "lock", busy: false, lock: (met as { lock: string }).lock });
    }
  });
});
