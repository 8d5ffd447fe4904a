/** `dpamt conform`: replays recorded answers of the real module on the model. */
import { basename } from "node:path";
import { Command } from "commander";
import { Leaf, leafName } from "../abi/index.js";
import { type ConformResult, type Coverage, conform, type Failure } from "../conform/index.js";
import { Exit, InputError, oneLine } from "./failure.js";
import { readText } from "./files.js";
import { print } from "./terminal.js";

interface ConformFlags {
  readonly leaves?: readonly string[];
  readonly coverage?: boolean;
  readonly json?: boolean;
}

const knownLeaves: ReadonlySet<string> = new Set(
  Object.values(Leaf)
    .map((leaf) => (typeof leaf === "number" ? leafName(leaf) : undefined))
    .filter((name) => name !== undefined),
);

/** Names with or without the `TDH.` in front. @throws InputError for a name that is no leaf */
function leavesOf(names: readonly string[]): ReadonlySet<string> {
  return new Set(
    names.map((name) => {
      const full = name.toUpperCase().startsWith("TDH.") ? name.toUpperCase() : `TDH.${name.toUpperCase()}`;
      if (knownLeaves.has(full)) return full;
      throw new InputError(`--leaves: there is no leaf "${name}"; there are ${[...knownLeaves].sort().join(", ")}`);
    }),
  );
}

interface FileResult extends ConformResult {
  readonly file: string;
}

export function conformCommand(done: (exit: Exit) => void): Command {
  return new Command("conform")
    .description("replay vectors, recorded answers of the real TDX module, on the model")
    .argument("<files...>", "files of vectors, JSON lines")
    .option("--leaves <names>", "leave a vector at the first call of another leaf", (text: string) => text.split(","))
    .option("--coverage", "say which statuses of which leaves the vectors reached")
    .option("--json", "print one JSON object (see schemas/)")
    .addHelpText(
      "after",
      `
Examples:
  dpamt conform test/fixtures/vectors/*.jsonl
  dpamt conform test/fixtures/vectors/random-pamt.jsonl --leaves PHYMEM.PAMT.ADD,PHYMEM.PAMT.REMOVE

Exit code: 0 all pass, 1 any fails, 2 bad input.`,
    )
    .action(async (files: readonly string[], flags: ConformFlags) => {
      const leaves = flags.leaves === undefined ? undefined : leavesOf(flags.leaves);
      const results = files.map((file) => ({
        file,
        ...conform(readText(file), { file: basename(file), ...(leaves === undefined ? {} : { leaves }) }),
      }));
      const empty = results.find(({ passed, failed }) => passed + failed === 0);
      if (empty !== undefined) throw new InputError(`${empty.file} holds no vectors; give a file of JSON lines`);
      const failed = results.reduce((sum, result) => sum + result.failed, 0);
      await print(flags.json === true ? asJson(results, flags) : asText(results, flags));
      done(failed === 0 ? Exit.Ok : Exit.Violated);
    });
}

function total(results: readonly FileResult[], key: "passed" | "failed" | "skipped"): number {
  return results.reduce((sum, result) => sum + result[key], 0);
}

function coverageOf(results: readonly FileResult[]): Coverage {
  const all: Coverage = {};
  for (const { coverage } of results) {
    for (const [leaf, statuses] of Object.entries(coverage)) {
      const sums = all[leaf] ?? {};
      all[leaf] = sums;
      for (const [status, times] of Object.entries(statuses)) sums[status] = (sums[status] ?? 0) + times;
    }
  }
  return all;
}

function asJson(results: readonly FileResult[], flags: ConformFlags): string {
  return `${JSON.stringify({
    schema: "dpamt-conform-1",
    passed: total(results, "passed"),
    failed: total(results, "failed"),
    leftEarly: total(results, "skipped"),
    failures: results.flatMap(({ file, failures }) => failures.map((failure) => ({ file, ...failure }))),
    ...(flags.coverage === true ? { coverage: coverageOf(results) } : {}),
  })}\n`;
}

function describe(file: string, failure: Failure): string {
  const { vector, line, op, operation, item, expected, got } = failure;
  return oneLine(
    `${file}:${line}: ${vector}, operation ${op} (${operation}): ${item} expected ${expected}, got ${got}`,
  );
}

function asText(results: readonly FileResult[], flags: ConformFlags): string {
  const lines = results.flatMap(({ file, failures }) => failures.map((failure) => describe(file, failure)));
  if (flags.coverage === true) {
    for (const [leaf, statuses] of Object.entries(coverageOf(results)).sort()) {
      lines.push(leaf);
      for (const [status, times] of Object.entries(statuses).sort())
        lines.push(`  ${String(times).padStart(7)}  ${status}`);
    }
  }
  const left = total(results, "skipped");
  if (left > 0) lines.push(`${left} of those that passed were left at a leaf outside --leaves`);
  lines.push(`${total(results, "passed")} passed, ${total(results, "failed")} failed`);
  return `${lines.join("\n")}\n`;
}
