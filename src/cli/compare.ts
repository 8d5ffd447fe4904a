/** `dpamt compare`: all designs in one table, design by requirement. */
import { Command } from "commander";
import { type CheckResult, designNamed } from "../check/index.js";
import { designs } from "../helpers/index.js";
import { renderComparison } from "../report/index.js";
import { checkDesign } from "./check.js";
import { Exit } from "./failure.js";
import { explorationAsked, exploreOptions, refuseIgnored } from "./flags.js";
import { interruptible, print, terminal } from "./terminal.js";

interface CompareFlags {
  readonly json?: boolean;
  readonly design?: readonly string[];
}

export function compareCommand(done: (exit: Exit) => void): Command {
  const command = new Command("compare")
    .description("check all designs and set their verdicts side by side")
    .option("--design <names>", "only these designs, separated by commas", (text: string) => text.split(","));
  for (const option of exploreOptions("compare")) command.addOption(option);
  return command
    .addHelpText(
      "after",
      `
Examples:
  dpamt compare
  dpamt compare --design global-lock,fast-path,ordered-rwlocks --cpus 3 --rounds 1
  dpamt compare --flows split+fault,zap+zap      flows of TDs over each design
  dpamt compare --json | jq '.results[] | [.subject.name, .verdict]'

Exit code: 0 all hold, 1 any is violated, 2 bad input, 3 inconclusive.`,
    )
    .action(async (flags: CompareFlags, self: Command) => {
      refuseIgnored(self);
      const chosen = flags.design?.map(designNamed) ?? designs;
      const exploration = explorationAsked(self);
      const signal = interruptible();
      const results: CheckResult[] = [];
      for (const design of chosen) {
        if (!signal.aborted) results.push(await checkDesign(design, exploration, signal));
      }
      await print(
        flags.json === true
          ? `${JSON.stringify({ schema: "dpamt-compare-2", results })}\n`
          : renderComparison(results, terminal()),
      );
      if (signal.aborted)
        process.stderr.write(`dpamt: interrupted after ${results.length} of ${chosen.length} designs\n`);
      done(exitOfAll(results, signal.aborted));
    });
}

function exitOfAll(results: readonly CheckResult[], interrupted: boolean): Exit {
  if (interrupted) return Exit.Inconclusive;
  if (results.some(({ verdict }) => verdict === "violated")) return Exit.Violated;
  const all = results.every(({ verdict }) => verdict === "holds");
  return all ? Exit.Ok : Exit.Inconclusive;
}
