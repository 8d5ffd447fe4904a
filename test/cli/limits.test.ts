/** Commands that take too long, take too much memory, or are told to end: one line or a whole result, and no abort. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Compiling } from "../../src/cli/compiling.js";
import { Interrupted } from "../../src/cli/failure.js";
import { memoryGauge } from "../../src/cli/memory.js";
import { outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, expectRefusal, MAIN } from "./support/dpamt.js";

const folder = mkdtempSync(join(tmpdir(), "dpamt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each macro is two of the one before: the last is 2 to the 60th. */
function macroBomb(): string {
  const macros = Array.from({ length: 60 }, (_, at) => `#define M${at + 1} M${at} + M${at}\n`).join("");
  const file = join(folder, "bomb.c");
  writeFileSync(
    file,
    `${macros}#define M0 1\nint tdx_pamt_get(struct page *page) { return M60; }\nvoid tdx_pamt_put(struct page *page) {}\n`,
  );
  return file;
}

describe("compiling", () => {
  const bomb = macroBomb();

  it("is given up after a time that can be raised", () => {
    const result = dpamt("check", bomb, "--compile-seconds", "2");
    expectRefusal(result, bomb, "longer than 2 s", "--compile-seconds");
    expectRefusal(dpamt("check", "--compile-seconds", "2"), "--compile-seconds is about C");
    expectRefusal(dpamt("check", bomb, "--compile-seconds", "0"), "--compile-seconds");
  });

  it("is part of the time of the command: then nothing is known", () => {
    const { status, stdout, stderr } = dpamt("check", bomb, "--max-seconds", "2", "--json");
    expect(stderr).toMatch(/^dpamt: [^\n]*bomb\.c: [^\n]*--max-seconds 2; nothing was explored\n$/);
    expect([status, stdout]).toEqual([3, ""]);
  });

  it("ends at a signal", async () => {
    const { status, stderr } = await signalled("SIGTERM", 1, 1.5, "check", bomb);
    expect(stderr).toMatch(/^dpamt: [^\n]*bomb\.c: interrupted while it was compiled; nothing was explored\n$/);
    expect(status).toBe(3);
  });

  it("also ends where this thread reads C for ever, and nobody else's errors are taken for that", () => {
    const compiling = new Compiling("a.c", { seconds: 0.3 });
    const forEver = (): never => {
      for (;;) if (Number.isNaN(Math.random())) throw new Error();
    };
    expect(() => compiling.within(forEver)).toThrow(/^a\.c: compiling it took longer than 0\.3 s; .*--compile-seconds/);
    expect(() => compiling.left).toThrow(/longer than/);
    const other = new Compiling("a.c", { seconds: 60 });
    const fault = new RangeError("mine");
    expect(other.within(() => 7)).toBe(7);
    expect(() =>
      other.within(() => {
        throw fault;
      }),
    ).toThrow(fault);
    const late = new Compiling("a.c", { seconds: 60, maxSeconds: 0.001 });
    expect(() => late.within(() => 7)).toThrow(Interrupted);
  });

  it("is given up when the process grows too large", async () => {
    // The thread is built; its name here says where it lies.
    const built: typeof import("../../src/cli/compiling.js") = await import(
      join(process.cwd(), ".build/cli/compiling.js")
    );
    const compiling = new built.Compiling("a.c", { seconds: 60, megabytes: 1 });
    const work = compiling.clang(["-S", "a.c", "-o", "-"], { "a.c": "int a;" });
    await expect(work).rejects.toThrow(/^a\.c: compiling it takes more than 1 MB of memory/);
    compiling.finish();
  });
});

/** Whether a process has worked for so many seconds; on other systems than Linux, whether it has had time for it. */
function hasWorked(pid: number, seconds: number, started: number): boolean {
  try {
    const [, user = 0, system = 0] =
      /\) \S(?: -?\d+){10} (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return Number(user) + Number(system) >= 100 * seconds;
  } catch {
    return performance.now() - started > 4000 * seconds;
  }
}

/** How a command ends that is sent a signal, so often, when it has worked for some time. */
async function signalled(signal: NodeJS.Signals, times: number, seconds: number, ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args]);
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (chunk) => {
      said[stream] += chunk;
    });
  }
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  const started = performance.now();
  while (!hasWorked(child.pid as number, seconds, started)) await new Promise((resolve) => setTimeout(resolve, 50));
  for (let sent = 0; sent < times; sent++) {
    child.kill(signal);
    // Two that are pending at once would be one.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { status: await exited, ...said };
}

describe("a signal", () => {
  // `timeout` sends its signal to the command, and once more to the group that the command is in.
  it.each([
    ["SIGINT", 1],
    ["SIGTERM", 1],
    ["SIGTERM", 2],
  ] as const)("%s ends a check with what it has covered, sent %i times", async (signal, times) => {
    const { status, stdout } = await signalled(signal, times, 1.5, "check", "--cpus", "4", "--json");
    expect(status).toBe(3);
    const result = outputSchemas.check.parse(JSON.parse(stdout));
    expect(result.scenarios.at(-1)?.stopped).toBe("interrupted");
    expect(result.notRun?.length).toBeGreaterThan(0);
    expect(result.statistics.states).toBeGreaterThan(0);
  });
});

describe("memory", () => {
  const BYTES = 2 ** 20;

  it("is full when garbage is collected and too much is left; there is room for what fits", () => {
    let [all, garbage, collected] = [0, 0, 0];
    const memory = memoryGauge(100, {
      present: () => ({ all: (all + garbage) * BYTES, heap: 0, heapMost: 1 }),
      collect: () => {
        garbage = 0;
        collected++;
      },
    });
    [all, garbage] = [50, 0];
    expect([memory.isFull(), memory.hasRoom(40 * BYTES), memory.hasRoom(60 * BYTES)]).toEqual([false, true, false]);
    [all, garbage, collected] = [50, 60, 0];
    expect([memory.hasRoom(40 * BYTES), collected]).toEqual([true, 1]);
    [all, garbage, collected] = [95, 10, 0];
    for (const end = performance.now() + 10; performance.now() < end; );
    expect([memory.isFull(), collected]).toEqual([true, 1]);
  });

  it("of the heap counts by itself", () => {
    let heap = 70;
    const memory = memoryGauge(1000, {
      present: () => ({ all: heap * BYTES, heap: heap * BYTES, heapMost: 100 * BYTES }),
      collect: () => {},
    });
    expect(memory.isFull()).toBe(false);
    heap = 101;
    for (const end = performance.now() + 10; performance.now() < end; );
    expect(memory.isFull()).toBe(true);
  });

  it("of a small heap ends a search, not the process", () => {
    const flags = ["--scenario", "dpamt-off,main", "--cpus", "4", "--rounds", "3", "--no-reduce", "protected-steps"];
    const args = ["--max-old-space-size=64", MAIN, "check", ...flags, "--strategy", "bfs", "--json"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect([status, stderr]).toEqual([3, ""]);
    const { scenarios, verdict } = outputSchemas.check.parse(JSON.parse(stdout));
    expect([verdict, scenarios.map(({ stopped }) => stopped)]).toEqual(["inconclusive", [null, "memory"]]);
  });

  it("that a flag allows is all that is taken", () => {
    const { status, stdout } = dpamt("check", "--scenario", "main", "--cpus", "4", "--max-memory", "1", "--json");
    const { scenarios, limits } = outputSchemas.check.parse(JSON.parse(stdout));
    expect([status, scenarios[0]?.stopped, limits]).toEqual([3, "memory", { maxMemory: 1 }]);
  });
});
