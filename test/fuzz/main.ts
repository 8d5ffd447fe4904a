/**
 * `npm run fuzz -- --seconds N --seed S --only PART`: compares the explorer, and the interpreter of C, with what knows
 * better, on random programs, for as long as one likes. Prints the smallest program that goes wrong, and exits with 1.
 */
import { parseArgs } from "node:util";
import { c } from "./c.js";
import { engine } from "./engine.js";
import { native } from "./native.js";
import type { Part } from "./part.js";
import { places } from "./places.js";

const BAD_INPUT = 2;
const parts: readonly Part[] = [engine, c, native, places];
const NAMES = parts.map(({ name }) => name).join(", ");

interface Settings {
  readonly seconds: number;
  readonly seed: number;
  readonly chosen: readonly Part[];
}

function settings(): Settings {
  const usage = `usage: npm run fuzz -- [--seconds N] [--seed S] [--only PART], PART one of ${NAMES}`;
  try {
    const option = { type: "string" } as const;
    const { values } = parseArgs({ options: { seconds: option, seed: option, only: option } });
    const seconds = Number(values.seconds ?? 60);
    const seed = Number(values.seed ?? 1);
    const chosen = parts.filter(({ name }) => values.only === undefined || values.only === name);
    if (chosen.length === 0) throw new Error(`there is no part ${values.only}`);
    if (seconds > 0 && Number.isFinite(seconds) && Number.isInteger(seed)) return { seconds, seed, chosen };
    throw new Error("--seconds takes a number above 0, --seed a whole number");
  } catch (error) {
    process.stderr.write(`fuzz: ${(error as Error).message}; ${usage}\n`);
    process.exit(BAD_INPUT);
  }
}

/** How far a part has come. */
interface Tally {
  readonly part: Part;
  rounds: number;
  milliseconds: number;
  programs: number;
  comparisons: number;
  passed: number;
}

/** The part that has had least time goes on, so that all have the same. @returns whether all is well */
async function fuzz({ seconds, seed }: Settings, tallies: readonly Tally[]): Promise<boolean> {
  const begin = performance.now();
  while (performance.now() - begin < 1000 * seconds) {
    const tally = [...tallies].sort((one, other) => one.milliseconds - other.milliseconds)[0] as Tally;
    const began = performance.now();
    const now = seed + tally.rounds;
    const again = `npm run fuzz -- --only ${tally.part.name} --seed ${now} --seconds 1`;
    const {
      programs,
      comparisons,
      passed = 0,
      difference,
    } = await tally.part.round(now).catch((error: unknown) => {
      process.stdout.write(`${tally.part.summary}: ended with an error\nAgain: ${again}\n`);
      throw error;
    });
    tally.milliseconds += performance.now() - began;
    tally.rounds++;
    tally.programs += programs;
    tally.comparisons += comparisons;
    tally.passed += passed;
    if (difference === undefined) continue;
    process.stdout.write(`${tally.part.summary}: a difference, ${difference}\nAgain: ${again}\n`);
    return false;
  }
  return true;
}

async function main(): Promise<number> {
  const given = settings();
  const missing = given.chosen.filter((part) => part.missing !== undefined);
  for (const { name, missing: why } of missing) process.stdout.write(`NOT RUN: ${name}: ${why}\n`);
  const usable = given.chosen.filter((part) => part.missing === undefined);
  if (usable.length === 0) return BAD_INPUT;
  const none = { rounds: 0, milliseconds: 0, programs: 0, comparisons: 0, passed: 0 };
  const tallies = usable.map((part): Tally => ({ part, ...none }));
  if (!(await fuzz(given, tallies))) return 1;
  for (const { part, programs, comparisons, passed, milliseconds } of tallies) {
    const over = passed === 0 ? "" : `, ${passed} of them passed over`;
    const took = `${Math.round(milliseconds / 1000)} s, seed ${given.seed}`;
    process.stdout.write(
      `no difference: ${part.summary}: ${programs} programs${over}, ${comparisons} comparisons, ${took}\n`,
    );
  }
  return 0;
}

process.exitCode = await main();
