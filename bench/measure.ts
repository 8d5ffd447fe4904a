/**
 * Takes all measurements. Competitors take turns within each repetition, so that a machine that grows busy
 * or slow hits them alike; the best of the repetitions counts, because noise only ever adds.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import type { CallRates } from "./calls.js";
import type { HostRun, SearchRun } from "./child.js";
import { type Count, coarseCounts, finerStates } from "./golden.js";
import { coarseForSpin, fastPathForSpin, missingTools, type PeerRun, runRumur, runSpin, type Tool } from "./peers.js";

/** One of ours: the search alone, and the command around it. */
export interface OwnRun extends SearchRun {
  readonly whole: number;
}

/** The best figures of each competitor at one size of the coarse model. */
export interface Size {
  readonly count: Count;
  readonly own: OwnRun;
  readonly spin: PeerRun | null;
}

export interface Measurements {
  readonly repetitions: number;
  /** Load of the machine over the minute before. */
  readonly load: number;
  readonly missing: readonly Tool[];
  readonly sizes: readonly Size[];
  /** Our search without symmetry at the largest size. */
  readonly plain: OwnRun;
  /** Rumur at `rumurCount`. */
  readonly rumurCount: Count;
  readonly rumurPlain: PeerRun | null;
  readonly rumurScalarset: PeerRun | null;
  readonly fullDetail: OwnRun;
  /** SPIN on a model of the same design and bounds with less detail. */
  readonly finer: PeerRun | null;
  /** Calls of the module in direct form, and the same calls one operation at a time. */
  readonly direct: CallRates;
  readonly stepped: CallRates;
  readonly largeHost: HostRun;
}

const RUMUR_SIZE = 3;
const CALL_RATES = ["pairs", "pages", "reads", "rounds"] as const;

/** Runs this program again with a piece of work. @returns its figures and how long the whole command took */
function child<T>(...args: readonly string[]): T & { readonly whole: number } {
  const begin = performance.now();
  const script = process.argv[1] as string;
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "child", ...args], { encoding: "utf8" });
  const whole = (performance.now() - begin) / 1000;
  if (status !== 0) throw new Error(`${args.join(" ")} failed:\n${stderr}`);
  return { ...(JSON.parse(stdout) as T), whole };
}

/** Fails when a run has not explored exactly what it should. */
function expectStates(what: string, states: number, golden: number): void {
  if (states !== golden)
    throw new Error(`${what} counts ${states} states instead of ${golden}: its time means nothing`);
}

function ours({ cpus, rounds, states, orbits }: Count, symmetric: boolean): OwnRun {
  const mode = symmetric ? "symmetric" : "plain";
  const run = child<SearchRun>("coarse", String(cpus), String(rounds), mode);
  expectStates(`our coarse model, ${cpus} ${rounds}, ${mode}`, run.states, symmetric ? orbits : states);
  if (run.broken.length > 0) throw new Error(`our coarse model breaks ${run.broken.join(", ")}`);
  return run;
}

function spin({ cpus, rounds, states }: Count): PeerRun {
  const run = runSpin(coarseForSpin(cpus, rounds));
  expectStates(`SPIN, ${cpus} ${rounds}`, run.states, states);
  return run;
}

function rumur({ cpus, rounds, states, orbits }: Count, scalarset: boolean): PeerRun {
  const run = runRumur(cpus, rounds, scalarset);
  expectStates(`Rumur, ${cpus} ${rounds}`, run.states, scalarset ? orbits : states);
  return run;
}

function finer(): PeerRun {
  const run = runSpin(fastPathForSpin(4, 2));
  expectStates("SPIN on the finer model", run.states, finerStates);
  return run;
}

function fullDetail(): OwnRun {
  const run = child<SearchRun>("full-detail");
  if (run.broken.length > 0) throw new Error(`fast-path breaks ${run.broken.join(", ")}: it should hold`);
  return run;
}

/** The runs of one competitor. */
class Runs<T> {
  private readonly runs: T[] = [];

  constructor(private readonly take: () => T) {}

  again(): void {
    this.runs.push(this.take());
  }

  /** The least of each number over all runs; what is no time is equal in all of them, or a peak. */
  best(greatest: readonly (keyof T)[] = []): T {
    const [first, ...others] = this.runs;
    const best = { ...(first as T) };
    for (const run of others) {
      for (const key of Object.keys(run as object) as (keyof T)[]) {
        const better = greatest.includes(key) ? run[key] > best[key] : run[key] < best[key];
        if (typeof run[key] === "number" && better) best[key] = run[key];
      }
    }
    return best;
  }
}

export function measure(repetitions: number): Measurements {
  const load = loadavg()[0] as number;
  const missing = missingTools();
  const hasSpin = !missing.includes("spin") && !missing.includes("gcc");
  const hasRumur = !missing.includes("rumur") && !missing.includes("gcc");
  const largest = coarseCounts[coarseCounts.length - 1] as Count;
  const rumurCount = coarseCounts[RUMUR_SIZE] as Count;

  const all: { again(): void }[] = [];
  const runs = <T>(take: () => T): Runs<T> => {
    const added = new Runs(take);
    all.push(added);
    return added;
  };
  const peer = (available: boolean, take: () => PeerRun) => (available ? runs(take) : null);

  const sizes = coarseCounts.map((count) => ({
    count,
    spin: peer(hasSpin, () => spin(count)),
    own: runs(() => ours(count, true)),
  }));
  const plain = runs(() => ours(largest, false));
  const rumurPlain = peer(hasRumur, () => rumur(rumurCount, false));
  const rumurScalarset = peer(hasRumur, () => rumur(rumurCount, true));
  const full = runs(fullDetail);
  const finerRuns = peer(hasSpin, finer);
  const direct = runs(() => child<CallRates>("calls", "direct"));
  const stepped = runs(() => child<CallRates>("calls", "stepped"));
  const largeHost = runs(() => child<HostRun>("large-host"));

  for (let i = 1; i <= repetitions; i++) {
    process.stderr.write(`repetition ${i} of ${repetitions}\n`);
    for (const each of all) each.again();
  }
  return {
    repetitions,
    load,
    missing,
    sizes: sizes.map(({ count, own, spin }) => ({ count, own: own.best(["bytes"]), spin: spin?.best() ?? null })),
    plain: plain.best(["bytes"]),
    rumurCount,
    rumurPlain: rumurPlain?.best() ?? null,
    rumurScalarset: rumurScalarset?.best() ?? null,
    fullDetail: full.best(["bytes"]),
    finer: finerRuns?.best() ?? null,
    direct: direct.best(CALL_RATES),
    stepped: stepped.best(CALL_RATES),
    largeHost: largeHost.best(["bytes"]),
  };
}
