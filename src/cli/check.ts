/** `dpamt check`: one design through the battery of scenarios. */
import { Command } from "commander";
import { type CheckResult, check, type Verdict } from "../explore/index.js";
import { renderCheck } from "../report/index.js";
import { Exit } from "./failure.js";
import { expectWritable, writeWhole } from "./files.js";
import {
  boundsOf,
  designOf,
  type ExploreFlags,
  exploreOptions,
  limitsOf,
  refuseIgnored,
  scenariosOf,
  withoutOf,
} from "./flags.js";
import { interruptible, ProgressLine, print, terminal } from "./terminal.js";

interface CheckFlags extends ExploreFlags {
  readonly design: string;
  readonly save?: string;
}

const DEFAULT_CPUS = 3;

/** Exit code that goes with a verdict. */
export function exitOf(verdict: Verdict): Exit {
  if (verdict === "holds") return Exit.Ok;
  return verdict === "violated" ? Exit.Violated : Exit.Inconclusive;
}

/** Explores a design as the flags say, showing progress. */
export async function checkDesign(name: string, flags: ExploreFlags, signal: AbortSignal): Promise<CheckResult> {
  const progress = new ProgressLine(name);
  const result = await check({
    design: designOf(name),
    scenarios: scenariosOf(flags),
    bounds: boundsOf(flags),
    without: withoutOf(flags),
    strategy: flags.strategy,
    seed: flags.seed,
    limits: limitsOf(flags),
    signal,
    progress: progress.show,
  });
  progress.clear();
  return result;
}

export function checkCommand(done: (exit: Exit) => void): Command {
  const command = new Command("check")
    .description("try every interleaving of a design's helpers and judge each requirement")
    .option("--design <name>", "design to check", "global-lock");
  for (const option of exploreOptions(DEFAULT_CPUS)) command.addOption(option);
  return command
    .option("--save <file>", "write the result, with the failure to replay, as JSON; a file of that name is replaced")
    .addHelpText(
      "after",
      `
Examples:
  dpamt check                                    the merged code at the default bounds
  dpamt check --design early-drop --cpus 2       a design that breaks, and how
  dpamt check --design fast-path --scenario main --rounds 1
  dpamt check --scenario softirq-put             a put from softirq context (R8)
  dpamt check --flows split+fault                a 2 MiB page is split beside a fault of another TD
  dpamt check --flows fault+teardown,zap+zap --design fast-path
  dpamt check --design lazy --strategy pct --seed 7 --max-seconds 10

With --flows each CPU runs one flow once, pages lie anywhere that matters, and TDs are built beforehand:
--cpus, --rounds, --placement and --use do not apply. "dpamt designs" lists the flows.

Exit code: 0 holds, 1 violated, 2 bad input, 3 inconclusive (a limit was met, or sampling).`,
    )
    .action(async (flags: CheckFlags, self: Command) => {
      refuseIgnored(self);
      if (flags.save !== undefined) expectWritable(flags.save);
      const result = await checkDesign(flags.design, flags, interruptible());
      await print(flags.json === true ? `${JSON.stringify(result)}\n` : renderCheck(result, terminal()));
      if (flags.save !== undefined) writeWhole(flags.save, `${JSON.stringify(result, null, 2)}\n`);
      done(exitOf(result.verdict));
    });
}
