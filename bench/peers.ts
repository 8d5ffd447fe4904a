/** Other people's checkers on the models in `peers/`: installs them, runs them, reads what they print. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the models are; the benchmark is started from the root of the project. */
const MODELS = "bench/peers";

const INSTALLER = "apt-get";
const TOOLS = ["spin", "rumur", "gcc"] as const;
export type Tool = (typeof TOOLS)[number];

/** What one run of a peer showed. */
export interface PeerRun {
  readonly states: number;
  /** Seconds of the whole command: generate, compile, search. */
  readonly whole: number;
  /** Seconds of the search alone, as the tool says or, where it does not, as a clock says. */
  readonly search: number;
}

function has(tool: string): boolean {
  return spawnSync(tool, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** Installs what is missing where that is possible. @returns tools that are still missing */
export function missingTools(): Tool[] {
  const missing = TOOLS.filter((tool) => !has(tool));
  if (missing.length === 0 || process.getuid?.() !== 0 || !has(INSTALLER)) return missing;
  process.stderr.write(`installing ${missing.join(", ")}\n`);
  spawnSync(INSTALLER, ["install", "-y", ...missing], { stdio: "ignore" });
  return TOOLS.filter((tool) => !has(tool));
}

/** Runs a command in `cwd`. @returns what it printed @throws when it fails */
function must(cwd: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr}`);
  return stdout;
}

function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${pattern} in:\n${text}`);
  return Number(found);
}

const seconds = (since: number): number => (performance.now() - since) / 1000;

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "dpamt-bench-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface SpinModel {
  readonly file: "pamt_coarse.pml" | "pamt.pml";
  /** Macros of the model. */
  readonly macros: Readonly<Record<string, number>>;
  /** Flags of the C compiler. */
  readonly flags: readonly string[];
  /** Flags of the search: depth limit, size of the table. */
  readonly search: readonly string[];
}

/** The coarse model without partial-order reduction, so that all states are counted. */
export function coarseForSpin(cpus: number, rounds: number): SpinModel {
  return {
    file: "pamt_coarse.pml",
    macros: { STRICT: 0, N: cpus, K: rounds },
    flags: ["-DNOREDUCE"],
    search: ["-m100000", "-w22"],
  };
}

/** The fast-path design statement by statement, with SPIN's own reduction and compression. */
export function fastPathForSpin(cpus: number, rounds: number): SpinModel {
  return {
    file: "pamt.pml",
    macros: { VARIANT: 2, STRICT: 1, N: cpus, K: rounds },
    flags: ["-DCOLLAPSE"],
    search: ["-m2000000", "-w24"],
  };
}

export function runSpin({ file, macros, flags, search }: SpinModel): PeerRun {
  return inFolder((folder) => {
    copyFileSync(join(MODELS, file), join(folder, file));
    const begin = performance.now();
    const defines = Object.entries(macros).map(([name, value]) => `-D${name}=${value}`);
    must(folder, "spin", ["-a", ...defines, file]);
    must(folder, "gcc", ["-O2", "-DSAFETY", "-DMEMLIM=14000", ...flags, "-w", "-o", "pan", "pan.c"]);
    const out = must(folder, "./pan", search);
    const whole = seconds(begin);
    if (numberIn(out, /errors: (\d+)/) !== 0) throw new Error(`SPIN found an error in ${file}:\n${out}`);
    return {
      whole,
      states: numberIn(out, /^\s*(\d+) states, stored/m),
      search: numberIn(out, /elapsed time ([\d.]+) seconds/),
    };
  });
}

/** Rumur on the coarse model, with a scalarset of CPUs or a plain range. */
export function runRumur(cpus: number, rounds: number, scalarset: boolean): PeerRun {
  const model = readFileSync(join(MODELS, "pamt.m.in"), "utf8")
    .replaceAll("@N@", String(cpus))
    .replaceAll("@K@", String(rounds))
    .replaceAll("@TYPE@", scalarset ? "scalarset(N)" : "1..N");
  return inFolder((folder) => {
    writeFileSync(join(folder, "m.m"), model);
    const begin = performance.now();
    must(folder, "rumur", ["--deadlock-detection", "off", "--threads", "1", "--output", "m.c", "m.m"]);
    must(folder, "gcc", ["-std=c11", "-O3", "-mcx16", "-w", "-o", "m", "m.c", "-lpthread", "-latomic"]);
    const started = performance.now();
    const out = must(folder, "./m", []);
    return { whole: seconds(begin), search: seconds(started), states: numberIn(out, /(\d+) states, \d+ rules/) };
  });
}
