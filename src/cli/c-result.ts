/** What a check of C comes to, and what to say of how it was started. */
import type { CSubject } from "../clang/index.js";
import { neverInitialised } from "../clang/ir/errors.js";
import type { ReadFrom, SavedResult } from "../report/index.js";
import { oneLine } from "../text/index.js";
import { type CFlags, shownFrom } from "./c-flags.js";

/** The result with the lines of C that were explored, and how the C was compiled. */
export function resultOfC(
  checked: SavedResult,
  { program, from }: Pick<CSubject, "program"> & { readonly from: ReadFrom },
  file: string,
  flags: CFlags,
): SavedResult {
  return { ...checked, coverage: program.coverage(), c: shownFrom(file, flags, from) };
}

/** Says on stderr what boot does otherwise than the kernel would. */
export function tellBoot(
  { assumed, notRun, unset }: Pick<CSubject, "assumed" | "notRun" | "unset">,
  name?: string,
): void {
  const note = `dpamt: note: ${name === undefined ? "" : `${oneLine(name)}: `}`;
  for (const statement of assumed) {
    process.stderr.write(
      `${note}boot runs \`${oneLine(statement)}\` alone, as the function around it needs too much\n`,
    );
  }
  const left = notRun.map(({ function: called, macro }) => `${oneLine(called)}() (${oneLine(macro)})`);
  if (left.length > 0) {
    process.stderr.write(`${note}boot does not run ${left.join(", ")}: it sets nothing that the helpers use\n`);
  }
  for (const variable of unset) {
    process.stderr.write(`${note}${neverInitialised(oneLine(variable))}\n`);
  }
}
