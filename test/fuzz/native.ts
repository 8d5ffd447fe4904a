/** The interpreter of C against the system's compiler and CPU, on programs with one result. */
import fc from "fast-check";
import { alone, type NativeProgram, nativeDifferences, threads } from "../clang/support/c-native-programs.js";
import { systemCompiler } from "../clang/support/native.js";
import type { Part, Round } from "./part.js";
import { smallest } from "./smallest.js";

/** Programs of each kind that are compiled together. */
const PROGRAMS_AT_ONCE = { alone: 40, threads: 15 } as const;
const LEVELS = 3;

async function round(seed: number): Promise<Round> {
  const levels = { here: Math.abs(seed) % LEVELS, native: Math.floor(Math.abs(seed) / LEVELS) % LEVELS };
  let programs = 0;
  for (const [kind, arbitrary] of Object.entries({ alone, threads }) as ["alone" | "threads", typeof alone][]) {
    const sample = fc.sample(arbitrary, { numRuns: PROGRAMS_AT_ONCE[kind], seed });
    const [first] = await nativeDifferences(sample, levels);
    programs += sample.length;
    if (first === undefined) continue;
    const wrong = async (program: NativeProgram) => (await nativeDifferences([program], levels))[0]?.text;
    const found = await smallest(arbitrary, seed, first.index, wrong);
    const where = `optimisation ${levels.here}, of the system's compiler ${levels.native}`;
    return { programs, comparisons: programs, difference: `${where}:\n${found?.[1] ?? first.text}` };
  }
  return { programs, comparisons: programs };
}

export const native: Part = {
  name: "native",
  summary: "the interpreter of C against the system's compiler and CPU",
  ...(systemCompiler() === undefined ? { missing: "there is no gcc, clang or cc on the path" } : {}),
  round,
};
