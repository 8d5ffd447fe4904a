/** The command line: `dpamt VERB`. */
import { Command, CommanderError } from "commander";
import { oneLine, VERSION } from "../text/index.js";
import { checkCommand } from "./check.js";
import { compareCommand } from "./compare.js";
import { conformCommand } from "./conform.js";
import { decodeCommand } from "./decode.js";
import { designsCommand } from "./designs.js";
import { Exit, Interrupted, inputFault } from "./failure.js";
import { initCommand } from "./init.js";
import { refusalOf } from "./refusal.js";
import { replayCommand } from "./replay.js";
import { reportCommand } from "./report.js";
import { serveCommand } from "./serve.js";

/** Makes a command answer bad flags with one line, and throw instead of ending the process. */
function strict(command: Command): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ writeErr: () => {} });
}

function complain(message: string): Exit {
  process.stderr.write(`dpamt: ${message}\n`);
  return Exit.BadInput;
}

async function main(argv: readonly string[]): Promise<Exit> {
  let exit = Exit.Ok;
  const done = (code: Exit): void => {
    exit = code;
  };
  const program = new Command("dpamt")
    .description("Intel TDX Dynamic PAMT, modelled and checked: every interleaving of the kernel's helpers")
    .version(VERSION)
    .addHelpText(
      "after",
      `
Examples:
  dpamt check                                 does the merged code hold?
  dpamt check --design region-locks           why not one lock per region?
  dpamt compare                               all designs side by side
  dpamt init my-helpers.c                     what check needs for helpers of other names
  dpamt conform test/fixtures/vectors/*.jsonl the model against the real module
  dmesg | dpamt decode -                      what failed SEAMCALLs mean
  dpamt serve                                 all of it in the browser

Exit code: 0 holds or done, 1 violated, 2 bad input, 3 inconclusive.`,
    );
  strict(program);
  for (const make of [
    checkCommand,
    compareCommand,
    initCommand,
    replayCommand,
    reportCommand,
    conformCommand,
    designsCommand,
    decodeCommand,
    serveCommand,
  ]) {
    program.addCommand(strict(make(done)));
  }
  if (argv.length <= 2) {
    process.stdout.write(program.helpInformation());
    return complain("name a verb, for example: dpamt check");
  }
  try {
    await program.parseAsync(argv);
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return Exit.Ok;
      return complain(refusalOf(error, program, argv.slice(2)));
    }
    if (error instanceof Interrupted) {
      complain(error.message);
      return Exit.Inconclusive;
    }
    const fault = inputFault(error);
    if (fault !== undefined) return complain(fault);
    complain(`a bug in dpamt, please report it with the command: ${oneLine(String(error))}`);
    return Exit.Internal;
  }
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(Exit.Ok);
  process.stderr.write(`dpamt: cannot write the result: ${oneLine(error.message)}\n`);
  process.exit(Exit.BadInput);
});
process.exitCode = await main(process.argv);
