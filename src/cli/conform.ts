/** `dpamt conform`: replays recorded answers of the real module on the model. */
import { basename } from "node:path";
import { Command } from "commander";
import { Leaf, leafName } from "../abi/index.js";
import { didYouMean } from "../text/index.js";
import type { ConformFlags, FileResult } from "./conform-report.js";
import { Exit, InputError } from "./failure.js";
import { readText } from "./files.js";
import { shownPath } from "./paths.js";
import { print } from "./terminal.js";

const knownLeaves: ReadonlySet<string> = new Set(Object.values(Leaf).map((leaf) => leafName(leaf) as string));

/** Names with or without the `TDH.` in front. @throws InputError for a name that is no leaf */
function leavesOf(names: readonly string[]): ReadonlySet<string> {
  return new Set(
    names.map((name) => {
      const full = name.toUpperCase().startsWith("TDH.") ? name.toUpperCase() : `TDH.${name.toUpperCase()}`;
      if (knownLeaves.has(full)) return full;
      throw new InputError(`--leaves: there is no leaf "${name}"; ${didYouMean(full, [...knownLeaves].sort())}`);
    }),
  );
}

export function conformCommand(done: (exit: Exit) => void): Command {
  return new Command("conform")
    .description("replay recorded answers of the real TDX module (vectors) on the model")
    .argument("<files...>", "files of vectors, JSON lines")
    .option(
      "--leaves <names>",
      "leaves to replay: each vector ends before its first call of another leaf",
      (text: string) => text.split(","),
    )
    .option("--coverage", "report which checks and statuses of each leaf the vectors reached")
    .option("--json", "print one JSON object (see schemas/)")
    .addHelpText(
      "after",
      `
Examples:
  dpamt conform test/fixtures/vectors/*.jsonl
  dpamt conform test/fixtures/vectors/random-pamt.jsonl --leaves PHYMEM.PAMT.ADD,PHYMEM.PAMT.REMOVE
  dpamt conform test/fixtures/vectors/directed.jsonl --coverage

A vector that calls a leaf which the model lacks is not judged from there on.

Exit code: 0 all pass, 1 any fails, 2 bad input, 3 none fails and some are not judged.`,
    )
    .action(async (files: readonly string[], flags: ConformFlags) => {
      const leaves = flags.leaves === undefined ? undefined : leavesOf(flags.leaves);
      // What knows what vectors look like takes long to load.
      const { conform, asJson, asText } = await import("./conform-report.js");
      const results = files.map((file) => ({
        file: shownPath(file),
        ...conform(readText(file), {
          file: basename(file),
          checks: flags.coverage === true,
          ...(leaves === undefined ? {} : { leaves }),
        }),
      }));
      const empty = results.find(({ passed, failed, notJudged }) => passed + failed + notJudged === 0);
      if (empty !== undefined) throw new InputError(`${empty.file} holds no vectors; give a file of JSON lines`);
      await print(flags.json === true ? asJson(results, flags, leaves) : asText(results, flags, leaves));
      done(exitOf(results));
    });
}

function exitOf(results: readonly FileResult[]): Exit {
  if (results.some(({ failed }) => failed > 0)) return Exit.Violated;
  return results.some(({ notJudged }) => notJudged > 0) ? Exit.Inconclusive : Exit.Ok;
}
