/** Flags about C: they are read without loading what compiles it. */
import { Option } from "commander";
import { positiveNumber } from "../check/index.js";
import { entryNames } from "../clang/subject/bindings.js";
import type { CompiledFrom, ReadFrom } from "../report/index.js";
import { reading, wholeNumberIn } from "./flags.js";
import { shownPath } from "./paths.js";

/** Flags of `check` that are about C. How long compiling may take is not saved. */
export interface CFlags extends Omit<CompiledFrom, "file" | "from"> {
  readonly compileSeconds?: number;
}

/** Their names, as commander keeps them. */
export const C_FLAGS: readonly string[] = [
  "tree",
  "upto",
  "shim",
  "entry",
  "harness",
  "clang",
  "optimise",
  "compileSeconds",
];

/** The flags, for the verbs that take C. */
export function cOptions(): Option[] {
  const list = (value: string, before: readonly string[] = []): string[] => [...before, value];
  return [
    new Option("--tree <folder>", "kernel tree that the file or patch belongs to (default: found above the file)"),
    new Option("--repo <folder>", "repository of a range of commits (default: that of the working directory)"),
    new Option("--upto <n>", "of a series, the first N patches alone").argParser(wholeNumberIn([1, 2000])),
    new Option(
      "--shim <folder>",
      "headers of your own for what is missing, e.g. FOLDER/linux/foo.h; may be given again",
    ).argParser(list),
    new Option(
      "--entry <entry=function>",
      `function to call for ${entryNames.join(", ")}; may be given again`,
    ).argParser(list),
    new Option("--harness <file>", "C that is compiled with the file, e.g. functions that fit --entry"),
    new Option("--clang <path>", "compile with this clang, 16 or newer, instead of the bundled one"),
    new Option(
      "--optimise <level>",
      "0 (default) keeps every access of the source; 1 and 2 check what the compiler makes of it",
    ).choices(["0", "1", "2"]),
    new Option(
      "--compile-seconds <n>",
      "give up when reading and compiling the C takes longer (default: 60)",
    ).argParser(reading(positiveNumber)),
  ];
}

/** The flags about C among others, those that were given. */
export function cFlagsOf({
  tree,
  repo,
  upto,
  shim,
  entry,
  harness,
  clang,
  optimise,
}: CFlags): Omit<CompiledFrom, "file"> {
  return {
    ...(tree === undefined ? {} : { tree }),
    ...(repo === undefined ? {} : { repo }),
    ...(upto === undefined ? {} : { upto }),
    ...(shim === undefined ? {} : { shim }),
    ...(entry === undefined ? {} : { entry }),
    ...(harness === undefined ? {} : { harness }),
    ...(clang === undefined ? {} : { clang }),
    ...(optimise === undefined ? {} : { optimise }),
  };
}

/** How C was compiled, as results say it: paths from the working directory. */
export function shownFrom(file: string, flags: CFlags, from: ReadFrom): CompiledFrom {
  const given = cFlagsOf(flags);
  const { tree, repo, shim, harness, clang } = given;
  return {
    file: shownPath(file),
    ...given,
    ...(tree === undefined ? {} : { tree: shownPath(tree) }),
    ...(repo === undefined ? {} : { repo: shownPath(repo) }),
    ...(shim === undefined ? {} : { shim: shim.map(shownPath) }),
    ...(harness === undefined ? {} : { harness: shownPath(harness) }),
    ...(clang === undefined ? {} : { clang: shownPath(clang) }),
    from,
  };
}
