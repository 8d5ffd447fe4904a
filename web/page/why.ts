/** Why a verdict is what it is, in a few words for a row of a table. */
import { named } from "../../src/report/names.js";
import { failuresOf } from "../../src/report/result.js";
import { endText } from "../../src/report/words.js";
import type { Result } from "./messages.js";

/** What broke; or what ended a search before it had seen all; empty where nothing did. */
export function whyOf(result: Result): string {
  const { requirements, scenarios, notRun = [], verdict } = result;
  if (verdict === "violated") {
    const [first] = failuresOf(named(result));
    if (first !== undefined) return `${first.requirement}: ${first.cause?.text ?? first.message}`;
    const broken = requirements.find((each) => each.verdict === "violated");
    return broken === undefined ? "" : `${broken.id}: ${broken.message ?? broken.title}`;
  }
  if (verdict === "holds") return "";
  const open = scenarios.find((each) => each.verdict === "inconclusive");
  if (open !== undefined) return `${open.name}: ${endText(open)}`;
  return notRun.length === 0 ? "" : `not run: ${notRun.join(", ")}`;
}
