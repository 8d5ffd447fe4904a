/**
 * Litmus tests in C, through compiler and interpreter: each end is reached under the memory models that allow it, and every
 * search comes to what brute force comes to.
 */
import { beforeAll, describe, expect, it, test } from "vitest";
import { CellTable } from "../../src/clang/interpret/memory.js";
import type { CProgram } from "../../src/clang/interpret/program.js";
import { memoryModels } from "../../src/explore/index.js";
import { type CPrograms, exploredC, usualVariants } from "./support/c-explored.js";
import { compiledC, withGlobals } from "./support/c-host.js";
import { referenceC } from "./support/c-reference.js";
import { type LitmusTest, litmusTests } from "./support/litmus-tests.js";

const HEADERS = ["atomic", "spinlock", "bitops"].map((name) => `#include <linux/${name}.h>\n`).join("");
/** Names that the tests have in common. */
const NAMES = ["x", "y", "z", "u", "v", "p", "s", "t", "P0", "P1", "P2", "P3"];
const STATES_MAX = 20_000;

/** All tests in one file: the names of each get its number. */
function textOf(tests: readonly LitmusTest[]): string {
  const each = tests.map(({ shared, cpus }, index) => {
    const functions = cpus.map((body, cpu) => `int P${cpu}(void)\n{\n\t${body}\n}`);
    const renamed = NAMES.map((name) => `#define ${name} t${index}_${name}`);
    return [...renamed, shared, ...functions, ...NAMES.map((name) => `#undef ${name}`)].join("\n");
  });
  return `${HEADERS}${each.join("\n")}\n`;
}

let compiled: CProgram;

beforeAll(async () => {
  compiled = await compiledC(textOf(litmusTests));
});

function programsOf(litmus: LitmusTest): CPrograms {
  const prefix = `t${litmusTests.indexOf(litmus)}_`;
  const program = withGlobals(compiled, (name) => name.startsWith(prefix));
  return {
    program,
    table: new CellTable(program.numbersCpus),
    functions: litmus.cpus.map((_, cpu) => `${prefix}P${cpu}`),
  };
}

/** Whether an end, as text, is the one that is asked about. */
function isEnd({ returns, data = {} }: LitmusTest, text: string): boolean {
  const [contents = "", results = ""] = text.split(" | ");
  const holds = (name: string): string | undefined => new RegExp(`\\bt\\d+_${name}=i(-?\\d+)`).exec(contents)?.[1];
  const saw = results.split(",").map((each) => Number(each.split(":")[1]));
  return (
    returns.every((value, cpu) => saw[cpu] === value) &&
    Object.entries(data).every(([name, value]) => holds(name) === String(value))
  );
}

const reachable = { sc: ["sc", "tso"], tso: ["tso"], none: [] } as const;

describe.each(litmusTests)("$name", (litmus) => {
  it.each(memoryModels)("under %s", (memory) => {
    const programs = programsOf(litmus);
    const expected = referenceC(programs, memory, STATES_MAX);
    const isReached = [...expected.finals].some((text) => isEnd(litmus, text));
    expect(isReached).toBe((reachable[litmus.allowed] as readonly string[]).includes(memory));
    for (const variant of usualVariants(memory)) expect(exploredC(programs, variant)).toEqual(expected);
    const plain = { protectedSteps: false, shortCalls: false, symmetry: false, macroSteps: false };
    expect(exploredC(programs, { memory, order: "depth", ...plain })).toEqual(expected);
  });
});

describe("the kernel's memory model", () => {
  test("forbids nothing that x86 shows, and allows what x86 does not show", () => {
    const known = litmusTests.filter(({ kernel }) => kernel !== undefined);
    expect(known.length).toBeGreaterThan(25);
    expect(known.filter(({ kernel, allowed }) => kernel === false && allowed !== "none")).toEqual([]);
    expect(
      known.filter(({ kernel, allowed }) => kernel === true && allowed === "none").map(({ name }) => name),
    ).toEqual([
      "MP+poonceonces",
      "MP+polockonce+poacquiresilsil",
      "LB+poonceonces",
      "S+poonceonces",
      "WRC+poonceonces+Once",
      "IRIW+poonceonces+OnceOnce",
      "ISA2+poonceonces",
      "Z6.0+pooncelock+pooncelock+pombonce",
      "Z6.0+pooncerelease+poacquirerelease+mbonceonce",
      "cmpxchg-fail-unordered-2",
      "DCL-broken: under a lock data, then a flag; the flag without the lock, then data",
    ]);
  });
});
