/** Commands to type in a shell: how a failure is walked again. */
import { oneLine, replaceControls } from "../text/index.js";
import type { CompiledFrom, SavedResult } from "./result.js";

/** Names standard input. */
const STDIN = "-";

/**
 * The command that walks the failure of a result again. Names are to be given as they are, not cleaned.
 *
 * @param ignored requirements that were not judged on the way
 */
export function commandToReplay(schedule: string, from?: SavedResult["c"], ignored: readonly string[] = []): string {
  const apart = ignored.length === 0 ? "" : ` --ignore ${exactWord(ignored.join(","))}`;
  return `npx dpamt replay ${quoted(schedule)}${from === undefined ? "" : replayArguments(from.file, from)}${apart}`;
}

/** The command that lets another CPU go first after so many steps of a failure. */
export function commandToBranch(
  { c, ignored }: Pick<SavedResult, "c" | "ignored">,
  { schedule }: { readonly schedule: string },
): (after: number, cpu: number) => string {
  return (after, cpu) => `${commandToReplay(schedule, c, ignored)} --after ${after} --first ${cpu}`;
}

/** What `dpamt replay` needs beside the schedule to find the same C again. */
export function replayArguments(
  file: string,
  { tree, repo, upto, shim = [], entry = [], harness, clang, optimise }: Omit<CompiledFrom, "file">,
): string {
  const flags: [flag: string, value: string | undefined][] = [
    ["--tree", tree],
    ["--repo", repo],
    ["--upto", upto === undefined ? undefined : String(upto)],
    ...shim.map((each): [string, string] => ["--shim", each]),
    ...entry.map((each): [string, string] => ["--entry", each]),
    ["--harness", harness],
    ["--clang", clang],
    ["--optimise", optimise === "0" ? undefined : optimise],
  ];
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${exactWord(value)}`]));
  // A name that begins like a flag would be taken for one.
  return ["", exactWord(file.startsWith("-") && file !== STDIN ? `./${file}` : file), ...given].join(" ");
}

/** A word as a shell takes it, on one line, without what a line must not hold. */
export function shellWord(text: string): string {
  return exactWord(oneLine(text));
}

/** A word as a shell takes it, on one line; the shell makes `text` of it again. */
function exactWord(text: string): string {
  return /^[\w./=,@%+-]+$/.test(text) ? text : quoted(text);
}

/** In quotes. Characters that a line must not hold stand as bytes, as bash, zsh and POSIX since 2024 read them. */
function quoted(text: string): string {
  const numbered = replaceControls(text.replace(/[\\']/g, "\\$&"), bytes);
  if (replaceControls(text, () => "") !== text) return `$'${numbered}'`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function bytes(stretch: string): string {
  return [...new TextEncoder().encode(stretch)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}
