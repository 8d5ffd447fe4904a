/** Variables on the stack against the same in allocated memory, some of which were never set. */
import fc from "fast-check";
import { type PlacedProgram, placeDifferences, placed } from "../clang/support/c-places.js";
import type { Part, Round } from "./part.js";
import { smallest } from "./smallest.js";

const PROGRAMS_AT_ONCE = 40;

async function round(seed: number): Promise<Round> {
  const sample = fc.sample(placed, { numRuns: PROGRAMS_AT_ONCE, seed });
  const [first] = (await placeDifferences(sample)).differences;
  const done = { programs: sample.length, comparisons: sample.length };
  if (first === undefined) return done;
  const wrong = async (program: PlacedProgram) => (await placeDifferences([program])).differences[0]?.text;
  const found = await smallest(placed, seed, first.index, wrong);
  return { ...done, difference: found?.[1] ?? first.text };
}

export const places: Part = { name: "places", summary: "variables on the stack against allocated memory", round };
