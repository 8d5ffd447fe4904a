/**
 * `npm run fuzz -- --seconds N --seed S`: compares the explorer with brute force on random programs, with every search
 * and every set of reductions, for as long as one likes. Prints the smallest program that it gets wrong, and exits with 1.
 */
import { parseArgs } from "node:util";
import fc from "fast-check";
import {
  apart,
  beyond,
  compare,
  type Difference,
  everyVariant,
  kinds,
  readable,
  together,
} from "../explore/support/differential.js";
import type { Code } from "../explore/support/tiny.js";

/** Programs of a kind before the clock is looked at and another kind has its turn. */
const PROGRAMS_AT_ONCE = 10;
/** Single runs of each program. */
const RUNS = 20;
const BAD_INPUT = 2;

interface Settings {
  readonly seconds: number;
  readonly seed: number;
}

function settings(): Settings {
  const usage = "usage: npm run fuzz -- [--seconds N] [--seed S]";
  try {
    const { values } = parseArgs({ options: { seconds: { type: "string" }, seed: { type: "string" } } });
    const seconds = Number(values.seconds ?? 60);
    const seed = Number(values.seed ?? 1);
    if (seconds > 0 && Number.isFinite(seconds) && Number.isInteger(seed)) return { seconds, seed };
    throw new Error("--seconds takes a number above 0, --seed a whole number");
  } catch (error) {
    process.stderr.write(`fuzz: ${(error as Error).message}; ${usage}\n`);
    process.exit(BAD_INPUT);
  }
}

/** What is wrong with some programs, or null. */
function difference(programs: readonly Code[]): Difference | null {
  for (const describe of [apart, together(programs)]) {
    const found = compare(programs, describe, everyVariant).difference ?? beyond(programs, describe, RUNS);
    if (found !== null) return found;
  }
  return null;
}

function main({ seconds, seed }: Settings): number {
  const begin = performance.now();
  const names = Object.keys(kinds);
  let programs = 0;
  for (let round = 0; performance.now() - begin < 1000 * seconds; round++) {
    const kind = names[round % names.length] as string;
    const property = fc.property(kinds[kind] as fc.Arbitrary<Code[]>, (each) => {
      programs++;
      return difference(each) === null;
    });
    const result = fc.check(property, { numRuns: PROGRAMS_AT_ONCE, seed: seed + round });
    if (!result.failed || result.counterexample === null) continue;
    const [smallest] = result.counterexample;
    const found = difference(smallest);
    process.stdout.write(`programs ${kind}, seed ${seed + round}:\n${found === null ? "?" : readable(found)}\n`);
    return 1;
  }
  const took = Math.round((performance.now() - begin) / 1000);
  const comparisons = programs * 2 * everyVariant.length;
  process.stdout.write(
    `no difference: ${programs} programs, ${comparisons} searches of them, ${took} s, seed ${seed}\n`,
  );
  return 0;
}

process.exitCode = main(settings());
