/** Entries as a user names them: `ENTRY=FUNCTION`. */
import { didYouMean } from "../../text/index.js";
import { CError } from "../ir/errors.js";
import { type Entry, entryNames } from "./bindings.js";

/** Functions by the entries that they are called for. @throws CError for what is no entry, or no function */
export function readEntries(list: readonly string[]): Map<Entry, string> {
  const entries = new Map<Entry, string>();
  for (const each of list) {
    const [entry = "", name = ""] = each.split("=", 2);
    if (!each.includes("=")) {
      throw new CError(`--entry ${each}: give ENTRY=FUNCTION with one of ${entryNames.join(", ")}`);
    }
    if (!entryNames.includes(entry as Entry)) {
      throw new CError(`--entry ${each}: there is no entry "${entry}"; ${didYouMean(entry, entryNames)}`);
    }
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw new CError(`--entry ${each}: give it a function, as in --entry ${entry}=my_${entry}`);
    }
    entries.set(entry as Entry, name);
  }
  return entries;
}
