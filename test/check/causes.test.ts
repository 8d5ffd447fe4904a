/** Causes: why something broke, told from the facts of real failures. */
import { describe, expect, it } from "vitest";
import { type Bounds, type Counterexample, check, scenarioByName } from "../../src/check/index.js";
import { causeOf } from "../../src/check/trace/causes.js";
import type { StatusFact } from "../../src/check/trace/facts.js";
import type { ToldStep } from "../../src/check/trace/trail.js";
import { designByName } from "../../src/helpers/index.js";

const BOUNDS: Bounds = { cpus: 2, rounds: 1, regions: 2, placement: "adversarial", allocFailures: 1, use: "rdmd" };

async function failuresOf(name: string, scenario = "main", more: Partial<Bounds> = {}) {
  const design = designByName(name)!;
  const bounds = { ...BOUNDS, ...more };
  const options = { design, scenarios: [scenarioByName(scenario)!], bounds, limits: { maxStates: 200_000 } };
  return (await check(options)).counterexamples;
}

/** The texts of steps that a cause names, with their CPUs. */
function namedBy({ cause, steps }: Counterexample): string[] {
  return (cause?.steps ?? []).map((at) => `${steps[at]!.cpu} ${steps[at]!.text}`);
}

const A = "region 0x102000000";
const B = "region 0x102200000";

describe("causes", () => {
  it("say who held the entry that a SEAMCALL found taken, and why", async () => {
    const failures = await failuresOf("region-locks");
    const r2 = failures.find(({ requirement }) => requirement === "R2")!;
    expect(r2.cause?.text).toBe(
      `PAMT.ADD of ${B} is BUSY: CPU0's PAMT.ADD of ${A} holds the 2M entry of ${B}, where its pair page 0x102210000 lies`,
    );
    expect(namedBy(r2)).toEqual([
      "0 acquire shared 2M entry of 0x102200000",
      "1 promote to exclusive 2M entry of 0x102200000: BUSY",
    ]);
  });

  it("say it of a REMOVE, whose pair no operand names", async () => {
    const failures = await failuresOf("region-locks");
    const r1 = failures.find(({ requirement }) => requirement === "R1")!;
    expect(r1.cause?.text).toMatch(
      /^PAMT\.(ADD|REMOVE) of region 0x\w+(, which needs .* lies,)? is BUSY: CPU\d's PAMT\.\w+ of region 0x\w+ holds /,
    );
    expect(r1.cause?.text).toMatch(/where its pair page 0x\w+ lies/);
  });

  it("say who took the pair away", async () => {
    const [r1] = await failuresOf("early-drop", "main", { regions: 1 });
    expect(r1!.cause?.text).toBe(`PAMT.REMOVE of ${A} finds no page pair: CPU1's PAMT.REMOVE took it away before`);
    expect(namedBy(r1!)).toEqual([
      "1 TDH.PHYMEM.PAMT.REMOVE returns TDX_SUCCESS",
      "0 TDH.PHYMEM.PAMT.REMOVE returns TDX_NO_PAMT_PAGE_PAIR | RCX",
    ]);
  });

  it("say who waits for what, and who holds it", async () => {
    const [r9] = await failuresOf("mirrored-rwlocks");
    expect(r9!.cause?.text).toBe(
      "CPU0 waits for rwlock of 0x102200000, which CPU1 holds; CPU1 waits for rwlock of 0x102000000, which CPU0 holds",
    );
  });

  it("say which operation took a count below 0", async () => {
    const [r13] = await failuresOf("fast-path", "extra-put");
    expect(r13!.cause?.text).toBe(`atomic_add_unless(-1, 1) takes the count of ${A} from 0 to -1`);
    expect(namedBy(r13!)).toEqual(["0 atomic_add_unless(-1, 1)(count of 0x102000000): 0 -> -1"]);
  });

  it("say why a region in use has no pair", async () => {
    const failures = await failuresOf("lazy", "main", { regions: 1 });
    const r3 = failures.find(({ requirement }) => requirement === "R3")!;
    expect(r3.cause?.text).toBe(`CPU1's PAMT.REMOVE of ${A} takes the page pair away`);
  });

  it("name steps that there are, in order, in every failure", async () => {
    for (const name of ["early-drop", "region-locks", "mirrored-rwlocks", "lazy"]) {
      for (const { cause, steps } of await failuresOf(name)) {
        const at = cause?.steps ?? [];
        expect(at.every((index) => index < steps.length)).toBe(true);
        expect(at).toEqual([...new Set(at)].toSorted((one, other) => one - other));
      }
    }
  });
});

const REGION = 0x1_0200_0000;

/** Steps of CPU0 and CPU1, as few as a cause is told from. */
const seamcall = (cpu: number, name: string): ToldStep => ({
  cpu,
  calls: [],
  action: { kind: "call", of: "seamcall", leaf: { number: 0, name }, operands: [`0x${(REGION + 1).toString(16)}`] },
});
const statusOf = (code: string): StatusFact => {
  const outcome = code === "TDX_SUCCESS" ? "success" : "failure";
  return { value: "0x0", code, name: code, outcome };
};
const returns = (cpu: number, name: string, code: string): ToldStep => ({
  cpu,
  calls: [],
  action: { kind: "return", of: "seamcall", leaf: { number: 0, name }, status: statusOf(code) },
});
const fails = (cpu: number, name: string, code: string): ToldStep => ({
  cpu,
  calls: [],
  action: { kind: "event", event: "SeamcallFailed", leaf: { number: 0, name }, status: statusOf(code) },
});
const helperReturns = (cpu: number): ToldStep => ({
  cpu,
  calls: [],
  action: { kind: "return", of: "helper", helper: "tdx_pamt_get", value: 0 },
});
const warns = (cpu: number): ToldStep => ({
  cpu,
  calls: [],
  action: { kind: "event", event: "Warn", warning: "InSource" },
});
const reads = (cpu: number, count: number): ToldStep => ({
  cpu,
  calls: [],
  action: {
    kind: "word",
    operation: "op",
    word: "count",
    role: "count",
    region: REGION,
    before: count,
    after: count,
    changed: false,
  },
});

const ADD = "TDH.PHYMEM.PAMT.ADD";
const REMOVE = "TDH.PHYMEM.PAMT.REMOVE";

describe("the cause of a path", () => {
  const added = [seamcall(1, ADD), returns(1, ADD, "TDX_SUCCESS")];
  const refused = [seamcall(0, ADD), returns(0, ADD, "TDX_HPA_RANGE_NOT_FREE")];
  const cases: readonly (readonly [string, string, readonly ToldStep[], string | undefined])[] = [
    [
      "a pair that is there",
      "R2",
      [...added, ...refused, warns(0)],
      `PAMT.ADD of ${A} finds a page pair there: CPU1's PAMT.ADD added one before`,
    ],
    ["a SEAMCALL of a call before this one", "R2", [...added, ...refused, helperReturns(0), warns(0)], undefined],
    [
      "a SEAMCALL that fails by nobody's fault",
      "R2",
      [...added, seamcall(0, ADD), fails(0, ADD, "TDX_HPA_RANGE_NOT_FREE"), warns(0)],
      undefined,
    ],
    [
      "a pair that was never there",
      "R1",
      [seamcall(0, REMOVE), returns(0, REMOVE, "TDX_NO_PAMT_PAGE_PAIR")],
      `PAMT.REMOVE of ${A} finds no page pair: nobody added one`,
    ],
    [
      "a pair that is not there yet",
      "R3",
      [seamcall(1, ADD), reads(0, 1)],
      `CPU1's PAMT.ADD of ${A} is not done, while CPU0 finds the count at 1`,
    ],
    ["a pair that nobody adds", "R3", [reads(0, 1)], "nobody has added the page pair, while CPU0 finds the count at 1"],
    ["a pair that is there all the same", "R3", [...added, reads(0, 1)], undefined],
  ];
  it.each(cases)("%s", (_, requirement, steps, text) => {
    expect(causeOf({ requirement, evidence: { region: REGION }, scene: { regions: [] }, steps })?.text).toBe(text);
  });
});
