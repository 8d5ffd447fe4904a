/** `dpamt report`: a saved result in another form. */
import { Command } from "commander";
import { Exit, InputError } from "./failure.js";
import { expectWritable, writeWhole } from "./files.js";
import { formatOf, formatsHelp, optionsOf } from "./reports.js";
import { readSaved } from "./saved.js";
import { print } from "./terminal.js";

interface ReportFlags {
  readonly format: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function reportCommand(done: (exit: Exit) => void): Command {
  return new Command("report")
    .description("a saved result in another form: for a mail, a pull request, a browser, a trace viewer, a CI server")
    .argument("<result>", "file of check --save, or what check --json printed")
    .option("--format <format>", "the form, see below", "terminal")
    .option("--out <file>", "write it to a file instead of stdout; a file of that name is replaced")
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

Exit code: 0 done, 2 the result cannot be read or the report not written.`,
    )
    .action(async (file: string, { format, out, json }: ReportFlags) => {
      const reporter = formatOf("--format", format);
      if (out === "") throw new InputError("--out: give the name of a file");
      if (out !== undefined) expectWritable(out);
      const result = readSaved(file);
      const isShown = json !== true && out === undefined;
      const text = await reporter.render(result, optionsOf(reporter, result.c?.tree, isShown));
      if (out !== undefined) writeWhole(out, text);
      if (json === true) await print(`${JSON.stringify({ schema: "dpamt-report-1", format, text })}\n`);
      else if (out === undefined) await print(text);
      done(Exit.Ok);
    });
}
