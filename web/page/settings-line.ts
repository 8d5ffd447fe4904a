/** The settings of a run in one line: the bounds always, the rest where it is not as usual. */
import { optionTable } from "../../src/check/index.js";
import { entriesIn, HARNESS } from "./c-text.js";
import { applies, type FieldValue, type Form, initialValue, isSame, valueIn } from "./form.js";

/** What is said in words of its own, with the noun for one and for several. */
const COUNTED: Readonly<Record<string, readonly [one: string, several: string]>> = {
  cpus: ["CPU", "CPUs"],
  rounds: ["round", "rounds"],
  regions: ["region", "regions"],
  allocFailures: ["failing allocation", "failing allocations"],
  seamcallFailures: ["failing SEAMCALL", "failing SEAMCALLs"],
};

/** @returns parts of the line */
export function settingsLine(form: Form): readonly string[] {
  const parts = Object.entries(optionTable).flatMap(([name, record]) => {
    const value = valueIn(form, name);
    if (!applies(record, form)) return [];
    const isUsual = isSame(value, initialValue(record, form.mode));
    const words = COUNTED[name];
    if (words !== undefined && typeof value === "string") {
      return isUsual && name === "seamcallFailures"
        ? []
        : [`${value.trim()} ${value.trim() === "1" ? words[0] : words[1]}`];
    }
    if (record.kind === "texts") return [`flows ${wordsOf(value)}`];
    return isUsual ? [] : [`${record.label.toLowerCase()} ${wordsOf(value)}`];
  });
  if (form.mode !== "c") return parts;
  const entries = entriesIn(form.entry);
  return [
    ...parts,
    ...(entries.length === 0 ? [] : [`entry ${entries.join(", ")}`]),
    ...(form.harness.trim() === "" ? [] : [HARNESS]),
    ...(form.shim.trim() === "" ? [] : ["a shim"]),
  ];
}

function wordsOf(value: FieldValue): string {
  return typeof value === "string" ? value.trim() : value.join(", ");
}
