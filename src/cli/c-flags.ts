/** Flags about C: they are read without loading what compiles it. */
import { Option } from "commander";
import { entryNames } from "../clang/harness.js";
import { oneLine } from "../text/index.js";

/** Flags of `check` that are about C. */
export interface CFlags {
  readonly tree?: string;
  readonly shim?: readonly string[];
  readonly entry?: readonly string[];
  readonly harness?: string;
  readonly clang?: string;
  readonly optimise?: string;
}

/** The flags, for the verbs that take C. */
export function cOptions(): Option[] {
  const list = (value: string, before: readonly string[] = []): string[] => [...before, value];
  return [
    new Option("--tree <folder>", "kernel tree that the file or patch belongs to (default: found above the file)"),
    new Option(
      "--shim <folder>",
      "headers of your own for what is missing, e.g. FOLDER/linux/foo.h; may be given again",
    ).argParser(list),
    new Option(
      "--entry <entry=function>",
      `function to call for ${entryNames.join(", ")}; may be given again`,
    ).argParser(list),
    new Option("--harness <file>", "C that is compiled with the file, e.g. functions that fit --entry"),
    new Option("--clang <path>", "compile with this clang, 16 or newer, instead of the one that comes along"),
    new Option(
      "--optimise <level>",
      "0 (default) keeps every access of the source; 1 and 2 check what the compiler makes of it",
    ).choices(["0", "1", "2"]),
  ];
}

/** The flags about C among others, those that were given. */
export function cFlagsOf({ tree, shim, entry, harness, clang, optimise }: CFlags): CFlags {
  return {
    ...(tree === undefined ? {} : { tree }),
    ...(shim === undefined ? {} : { shim }),
    ...(entry === undefined ? {} : { entry }),
    ...(harness === undefined ? {} : { harness }),
    ...(clang === undefined ? {} : { clang }),
    ...(optimise === undefined ? {} : { optimise }),
  };
}

/** What `dpamt replay` needs to find the same C again, as typed in a shell. */
export function replayArguments(
  file: string,
  { tree, shim = [], entry = [], harness, clang, optimise }: CFlags,
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

function shellWord(text: string): string {
  return /^[\w./=,@%+-]+$/.test(text) ? text : `'${oneLine(text).replaceAll("'", "'\\''")}'`;
}
