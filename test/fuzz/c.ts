/** Searches of programs in C against brute force over the interpreter. */
import fc from "fast-check";
import { compareC, VARIANTS } from "../clang/support/c-differential.js";
import { type CText, compiledPrograms, programsInC, readableC } from "../clang/support/c-programs.js";
import { kindsOfC } from "../clang/support/idioms.js";
import type { Part, Round } from "./part.js";
import { smallest } from "./smallest.js";

/** Programs of a kind before another kind has its turn: they are compiled together. */
const PROGRAMS_AT_ONCE = 25;
/** Variants of each program besides those that checks use. */
const OTHERS = 2;
const USUAL = 3;
const MODELS = 2;
const LEVELS = 3;

/** Variants besides the usual ones: all have their turn. */
function others(seed: number, index: number): number[] {
  const first = Math.abs(seed) * PROGRAMS_AT_ONCE + index;
  return Array.from({ length: OTHERS }, (_, other) => (first * OTHERS + other) % VARIANTS);
}

async function differenceOf(text: CText, index: number, seed: number, optimise: number): Promise<string | undefined> {
  const [programs] = await compiledPrograms([text], optimise, index);
  if (programs === undefined) return undefined;
  const verdict = compareC(programs, others(seed, index));
  return verdict.kind === "different" ? verdict.text : undefined;
}

async function round(seed: number): Promise<Round> {
  const names = Object.keys(kindsOfC);
  const kind = names[Math.abs(seed) % names.length] as string;
  // Now and then the compiler optimises: then programs are others.
  const optimise = Math.floor(Math.abs(seed) / names.length) % LEVELS;
  const arbitrary = programsInC(kindsOfC[kind] ?? []);
  const texts = fc.sample(arbitrary, { numRuns: PROGRAMS_AT_ONCE, seed });
  let passed = 0;
  for (const [index, programs] of (await compiledPrograms(texts, optimise)).entries()) {
    const verdict = compareC(programs, others(seed, index));
    if (verdict.kind === "large" || verdict.kind === "refused") passed++;
    if (verdict.kind !== "different") continue;
    const wrong = (text: CText) => differenceOf(text, index, seed, optimise);
    const found = await smallest(arbitrary, seed, index, wrong);
    const [text, what] = found ?? [texts[index] as CText, verdict.text];
    const difference = `programs ${kind}, optimisation ${optimise}:\n${readableC(text)}\n${what}`;
    return { programs: index + 1, comparisons: 0, passed, difference };
  }
  return { programs: texts.length, comparisons: (texts.length - passed) * MODELS * (USUAL + OTHERS), passed };
}

export const c: Part = { name: "c", summary: "searches against brute force, on programs in C", round };
