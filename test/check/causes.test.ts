/** Causes: why something broke, told from the facts of real failures. */
import { describe, expect, it } from "vitest";
import { type Bounds, type Counterexample, check, scenarioByName } from "../../src/check/index.js";
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
    expect(r3.cause?.text).toMatch(/^CPU\d's PAMT\.REMOVE of region 0x\w+ takes the page pair away|nobody has added/);
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
