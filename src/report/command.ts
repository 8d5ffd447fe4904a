/** Commands to type in a shell: how a failure is walked again. */
import { oneLine } from "../text/index.js";
import type { CompiledFrom, SavedResult } from "./result.js";

/** The command that walks the failure of a result again. */
export function commandToReplay(schedule: string, from?: SavedResult["c"]): string {
  return `npx dpamt replay ${quoted(schedule)}${from === undefined ? "" : replayArguments(from.file, from)}`;
}

/** What `dpamt replay` needs beside the schedule to find the same C again. */
export function replayArguments(
  file: string,
  { tree, shim = [], entry = [], harness, clang, optimise }: Omit<CompiledFrom, "file">,
): string {
  const flags: [flag: string, value: string | undefined][] = [
    ["--tree", tree],
    ...shim.map((each): [string, string] => ["--shim", each]),
    ...entry.map((each): [string, string] => ["--entry", each]),
    ["--harness", harness],
    ["--clang", clang],
    ["--optimise", optimise === "0" ? undefined : optimise],
  ];
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${shellWord(value)}`]));
  return ["", shellWord(file), ...given].join(" ");
}

/** A word as a shell takes it, on one line. */
export function shellWord(text: string): string {
  return /^[\w./=,@%+-]+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `'${oneLine(text).replaceAll("'", "'\\''")}'`;
}
