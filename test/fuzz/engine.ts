/** The explorer against brute force on tiny programs, with every search and every set of reductions. */
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
import type { Part, Round } from "./part.js";

/** Programs of a kind before another kind has its turn. */
const PROGRAMS_AT_ONCE = 10;
/** Single runs of each program. */
const RUNS = 20;

/** What is wrong with some programs, or null. */
function difference(programs: readonly Code[]): Difference | null {
  for (const describe of [apart, together(programs)]) {
    const found = compare(programs, describe, everyVariant).difference ?? beyond(programs, describe, RUNS);
    if (found !== null) return found;
  }
  return null;
}

async function round(seed: number): Promise<Round> {
  const names = Object.keys(kinds);
  const kind = names[Math.abs(seed) % names.length] as string;
  let programs = 0;
  const property = fc.property(kinds[kind] as fc.Arbitrary<Code[]>, (each) => {
    programs++;
    return difference(each) === null;
  });
  const { failed, counterexample } = fc.check(property, { numRuns: PROGRAMS_AT_ONCE, seed });
  const comparisons = programs * 2 * everyVariant.length;
  if (!failed || counterexample === null) return { programs, comparisons };
  const found = difference(counterexample[0]);
  return { programs, comparisons, difference: `programs ${kind}:\n${found === null ? "?" : readable(found)}` };
}

export const engine: Part = { name: "engine", summary: "searches against brute force, on tiny programs", round };
