/** Loading C for tests: the headers and the grammar are read once, and clang stays warm. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CheckOptions, type CheckResult, check, scenarioByName } from "../../../src/check/index.js";
import type { Scenario } from "../../../src/check/scenarios/index.js";
import { type CSubject, designOf, loadC } from "../../../src/clang/index.js";
import { applyPatch, parsePatch } from "../../../src/clang/patch/index.js";
import type { Sources } from "../../../src/clang/slice/index.js";
import type { CSource } from "../../../src/clang/subject/load.js";
import { loadGrammar, treeSources } from "../../../src/cli/c-sources.js";
import { headers } from "./headers.js";

export const fixtures = join(import.meta.dirname, "../../fixtures/c");

const grammar = await loadGrammar();

/** Helpers of which get does this, and put that. */
export function getAndPut(before: string, get: string, put: string): string {
  return `${before}
int tdx_pamt_get(struct page *page)
{
${get}
	return 0;
}
void tdx_pamt_put(struct page *page)
{
${put}
}`;
}

/** C given as text. */
export function fromText(text: string, more: Partial<CSource> = {}): Promise<CSubject> {
  return loadC({ name: "test.c", text, grammar, headers, ...more });
}

/** A fixture, or with `patch` one that a patch has changed. */
export function fixture(file: string, patch?: string, more: Partial<CSource> = {}): Promise<CSubject> {
  let sources: Sources = treeSources(fixtures);
  if (patch !== undefined) {
    sources = applyPatch(sources, parsePatch(readFileSync(join(fixtures, patch), "utf8"), patch).changes);
  }
  return loadC({ name: file, text: sources.read(file) as string, sources, grammar, headers, ...more });
}

export function scenario(name: string): Scenario {
  const found = scenarioByName(name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

/** Checks C at small bounds. */
export function checkC(
  subject: CSubject,
  scenarios: readonly string[],
  bounds: Partial<CheckOptions["bounds"]> = {},
  options: Partial<CheckOptions> = {},
): Promise<CheckResult> {
  const all = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 1, use: "rdmd" } as const;
  return check({
    design: designOf(subject),
    scenarios: scenarios.map(scenario),
    bounds: { ...all, ...bounds },
    explain: false,
    ...options,
  });
}
