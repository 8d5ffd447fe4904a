/** `dpamt report`: a saved result in another format. */
import { Command } from "commander";
import { comparisonReporters, failureFor, failuresOf, type SavedResult } from "../report/index.js";
import { oneLine } from "../text/index.js";
import { Exit, InputError } from "./failure.js";
import { expectApart, expectWritable, writeWhole } from "./files.js";
import { addressesOption } from "./flags.js";
import { comparisonFormatOf, formatOf, formatsHelp, optionsOf, STDOUT } from "./reports.js";
import { isComparison, readSaved } from "./saved.js";
import { print, terminal } from "./terminal.js";

interface ReportFlags {
  readonly format: string;
  readonly out?: string;
  readonly requirement?: string;
  readonly addresses?: boolean;
  readonly json?: boolean;
}

export function reportCommand(done: (exit: Exit) => void): Command {
  return new Command("report")
    .description(
      "write a saved result in another format: for a mail, a pull request, a browser, a trace viewer, a CI server",
    )
    .argument("<result>", "file of check --save, or what check --json or compare --json printed")
    .option("--format <format>", "format of the report, see below", "terminal")
    .option("--requirement <id>", "show the failure of this requirement alone, e.g. R5")
    .option("--out <file>", "write it to a file instead of stdout (-); a file of that name is replaced")
    .addOption(addressesOption())
    .option("--json", "print one JSON object with the text in it (see schemas/)")
    .addHelpText(
      "after",
      `
${formatsHelp}

Examples:
  dpamt check --design early-drop --cpus 2 --save result.json
  dpamt report result.json                               as check printed it
  dpamt report result.json --format text                 to paste into a mail
  dpamt report result.json --format html --out race.html
  dpamt report result.json --format perfetto --out race.json
  dpamt compare --json > all.json; dpamt report all.json --format markdown

Comparisons have the formats ${comparisonReporters.map(({ format }) => format).join(", ")}.

Exit code: 0 done, 2 the result cannot be read or the report not written.`,
    )
    .action(async (file: string, { format, out, requirement, addresses, json }: ReportFlags) => {
      const reporter = formatOf("--format", format);
      if (out === "") throw new InputError("--out: give the name of a file");
      if (out === STDOUT && json === true) {
        throw new InputError("--json and --out - both go to stdout: name a file for the report");
      }
      const target = out === STDOUT ? undefined : out;
      if (target !== undefined) {
        expectWritable(target);
        expectApart([
          { as: "the result", file },
          { as: "--out", file: target },
        ]);
      }
      const saved = await readSaved(file);
      if (requirement !== undefined && isComparison(saved)) {
        throw new InputError("--requirement is about the result of one check, and this is a comparison: leave it out");
      }
      const isShown = json !== true && target === undefined;
      const text = isComparison(saved)
        ? comparisonFormatOf("--format", format).render(saved.results, {
            ...(isShown ? { terminal: terminal() } : {}),
            ...(addresses === undefined ? {} : { addresses }),
          })
        : await reporter.render(
            only(file, saved, requirement),
            optionsOf(reporter, { tree: saved.c?.tree, isShown, addresses }),
          );
      if (target !== undefined) writeWhole(target, text);
      if (json === true) await print(`${JSON.stringify({ schema: "dpamt-report-1", format, text })}\n`);
      else if (target === undefined) await print(text);
      done(Exit.Ok);
    });
}

/** The result with the failure of `requirement` alone, if one is said. @throws InputError when it holds none */
function only(file: string, saved: SavedResult, requirement: string | undefined): SavedResult {
  if (requirement === undefined) return saved;
  const failure = failureFor(saved, requirement);
  if (failure !== undefined) return { ...saved, counterexample: failure, counterexamples: [failure] };
  const names = failuresOf(saved).map((each) => oneLine(each.requirement));
  const what = names.length === 0 ? "nothing broke in that check" : `it holds those of ${names.join(", ")}`;
  throw new InputError(`--requirement: ${file} holds no failure of ${requirement}; ${what}`);
}
