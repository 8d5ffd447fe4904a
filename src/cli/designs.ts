/** `dpamt designs`: what there is to check. */
import { Command } from "commander";
import { scenarios } from "../check/index.js";
import { flows } from "../flows/index.js";
import { designs } from "../helpers/index.js";
import { Exit } from "./failure.js";
import { print, terminal } from "./terminal.js";

export function designsCommand(done: (exit: Exit) => void): Command {
  return new Command("designs")
    .description("list the designs of the helpers, the scenarios and the flows")
    .option("--json", "print one JSON object (see schemas/)")
    .addHelpText("after", "\nExamples:\n  dpamt designs\n  dpamt designs --json")
    .action(async (flags: { json?: boolean }) => {
      await print(flags.json === true ? asJson() : asText());
      done(Exit.Ok);
    });
}

function asJson(): string {
  return `${JSON.stringify({
    schema: "dpamt-designs-1",
    designs: designs.map(({ name, origin, summary }) => ({ name, origin, summary })),
    scenarios: scenarios.map(({ name, summary, optional }) => ({ name, summary, optional: optional === true })),
    flows: flows.map(({ name, summary, variant }) => ({ name, summary, variant: variant === true })),
  })}\n`;
}

function asText(): string {
  const { palette } = terminal();
  const lines = designs.map(
    ({ name, origin, summary }) =>
      `${palette.bold(name.padEnd(18))}${summary}\n${" ".repeat(18)}${palette.dim(origin)}`,
  );
  lines.push("", "scenarios:");
  for (const { name, summary, optional, isFor } of scenarios) {
    lines.push(`${palette.bold(name.padEnd(18))}${summary}${optional === true ? whenRun(isFor !== undefined) : ""}`);
  }
  lines.push("", "flows (--flows):");
  const width = Math.max(...flows.map(({ name }) => name.length)) + 2;
  for (const { name, summary, variant } of flows) {
    lines.push(`${palette.bold(name.padEnd(width))}${summary}${variant === true ? " (variant)" : ""}`);
  }
  return `${lines.join("\n")}\n`;
}

/** When a scenario outside the battery runs. @param isForSome some C has it in its battery all the same */
function whenRun(isForSome: boolean): string {
  return isForSome ? " (for C that it fits; else only with --scenario)" : " (only with --scenario)";
}
