/** Everything that `npm run explain` writes, as texts by their paths below docs/. */
import { battery, check } from "../../src/check/index.js";
import { designs } from "../../src/helpers/index.js";
import { introduction } from "./introduction.js";
import { bounds, type Explained, indexOf, pageOf } from "./page.js";
import { sequenceOf } from "./sequence.js";
import { walkAlone } from "./walk.js";

/** Runs all designs, and makes of it what is said about them. */
export async function explained(): Promise<ReadonlyMap<string, string>> {
  const all: Explained[] = [];
  for (const design of designs) {
    const result = await check({ design, scenarios: battery, bounds });
    all.push({ design, calls: walkAlone(design), result });
  }
  const files = new Map<string, string>([["designs/README.md", indexOf(all)]]);
  for (const each of all) {
    files.set(`designs/${each.design.name}.md`, pageOf(each));
    files.set(`designs/${each.design.name}.svg`, sequenceOf(each.design, each.calls));
  }
  for (const [path, text] of introduction(all)) files.set(path, text);
  return files;
}
