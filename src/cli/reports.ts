/** `--report FORMAT=FILE`: which reports go where, looked at before long work begins, and written after it. */
import { existsSync, readFileSync } from "node:fs";
import { Option } from "commander";
import {
  type ComparisonReporter,
  comparisonReporters,
  failuresOf,
  type HtmlBundle,
  namedLines,
  type Reporter,
  type ReportOptions,
  reporters,
  type SavedResult,
} from "../report/index.js";
import { didYouMean } from "../text/index.js";
import { docsAddress } from "./docs-address.js";
import { InputError } from "./failure.js";
import { expectApart, expectWritable, type Named, writeWhole } from "./files.js";
import { sourceFiles } from "./source-files.js";
import { print, terminal } from "./terminal.js";

/** Stands for stdout in the place of a file. */
export const STDOUT = "-";

/** Formats that name files for a server. */
const NAMES_FILES: ReadonlySet<string> = new Set(["sarif", "github"]);

type Sources = NonNullable<HtmlBundle["sources"]>;

/** Where one report goes, which `R` makes. */
export interface Destination<R = Reporter> {
  readonly reporter: R;
  readonly file: string;
}

/** The formats with what they are, for help texts. */
export const formatsHelp = [
  "Formats:",
  ...reporters.map(({ format, summary }) => `  ${format.padEnd(9)} ${summary}`),
].join("\n");

/** The flag, for verbs that have a result. */
export function reportOption(formats: readonly { readonly format: string }[] = reporters): Option {
  return new Option(
    "--report <format=file>",
    `write a report, as ${listOf(formats)}; may be given again; with - as the file it is printed instead of the usual output`,
  ).argParser((value: string, before: readonly string[] = []): string[] => [...before, value]);
}

function listOf(formats: readonly { readonly format: string }[]): string {
  return formats.map(({ format }) => format).join(", ");
}

/** @throws InputError for a name that is no format */
export function formatOf(flag: string, name: string): Reporter {
  return formatAmong(reporters, flag, name);
}

/** @throws InputError for a name that is none of the formats of a comparison */
export function comparisonFormatOf(flag: string, name: string): ComparisonReporter {
  return formatAmong(comparisonReporters, flag, name, " for comparisons");
}

function formatAmong<R extends { readonly format: string }>(
  formats: readonly R[],
  flag: string,
  name: string,
  what = "",
): R {
  const found = formats.find(({ format }) => format === name);
  if (found !== undefined) return found;
  throw new InputError(
    `${flag}: there is no format "${name}"${what}; ${didYouMean(
      name,
      formats.map(({ format }) => format),
    )}`,
  );
}

/**
 * Where reports are to go.
 *
 * @param beside other files that are read or written
 * @throws InputError for what could not be written in the end, or over another one
 */
export function destinationsOf(given: readonly string[], beside: readonly Named[]): Destination[] {
  const destinations = destinationsAmong(given, beside, formatOf);
  if (destinations.some(({ reporter }) => reporter.format === "html")) bundle();
  if (destinations.some(({ reporter }) => NAMES_FILES.has(reporter.format))) docsAddress();
  return destinations;
}

/** The same, with a reporter for each name of a format. */
export function destinationsAmong<R extends { readonly format: string }>(
  given: readonly string[],
  beside: readonly Named[],
  reporterFor: (flag: string, name: string) => R,
): Destination<R>[] {
  const destinations = given.map((each) => {
    const at = each.indexOf("=");
    const reporter = reporterFor("--report", at < 0 ? each : each.slice(0, at));
    const file = at < 0 ? "" : each.slice(at + 1);
    if (file === "") {
      throw new InputError(`--report ${reporter.format}: say where it goes, e.g. --report ${reporter.format}=FILE`);
    }
    if (file !== STDOUT) expectWritable(file);
    return { reporter, file };
  });
  if (destinations.filter(({ file }) => file === STDOUT).length > 1) {
    throw new InputError("--report: two reports would go to stdout (-); name a file for one of them");
  }
  expectApart([...beside, ...filesOf(destinations)]);
  return destinations;
}

/** The files that reports are written to. */
export function filesOf(destinations: readonly Destination<{ readonly format: string }>[]): Named[] {
  return destinations
    .filter(({ file }) => file !== STDOUT)
    .map(({ reporter, file }) => ({ as: `--report ${reporter.format}`, file }));
}

/** @throws InputError where stdout is asked for twice */
export function expectOneOnStdout(destinations: readonly Destination<unknown>[], json: boolean | undefined): void {
  if (json !== true || destinations.every(({ file }) => file !== STDOUT)) return;
  throw new InputError("--json and a report to - both go to stdout: name a file for the report");
}

/** What reports are made with beside the result. */
export interface MadeWith {
  /** The kernel tree that files are named relative to, where there is one. */
  readonly tree: string | undefined;
  /** Text of a file by the name that steps use, where it is known. */
  readonly textOf?: (file: string) => string | undefined;
  readonly addresses: boolean | undefined;
}

/** Writes the reports. */
export async function writeReports(
  result: SavedResult,
  destinations: readonly Destination[],
  { tree, textOf = () => undefined, addresses }: MadeWith,
): Promise<void> {
  for (const { reporter, file } of destinations) {
    const sources = (): Sources => sourcesOf(result, textOf);
    const options = optionsOf(reporter, { tree, isShown: file === STDOUT, sources, addresses });
    const text = await reporter.render(result, options);
    if (file === STDOUT) await print(text);
    else writeWhole(file, text);
  }
}

/** Texts of the files that steps name. */
function sourcesOf(result: SavedResult, textOf: (file: string) => string | undefined): Sources {
  const files = [...namedLines(failuresOf(result)).keys()];
  return Object.fromEntries(
    files.flatMap((file): [string, string][] => {
      const text = textOf(file);
      return text === undefined ? [] : [[file, text]];
    }),
  );
}

/** What a form needs beside the result. @throws InputError when a part of it is missing */
export function optionsOf(
  { format }: Reporter,
  {
    tree,
    isShown,
    sources,
    addresses,
  }: {
    readonly tree: string | undefined;
    readonly isShown: boolean;
    readonly sources?: () => Sources;
    readonly addresses: boolean | undefined;
  },
): ReportOptions {
  return {
    ...(addresses === undefined ? {} : { addresses }),
    ...(isShown ? { terminal: terminal() } : {}),
    ...(NAMES_FILES.has(format) ? { files: sourceFiles(tree), ...docsAddress() } : {}),
    ...(format === "html" ? { bundle: { ...bundle(), sources: sources?.() ?? {} } } : {}),
  };
}

/** What HTML reports carry, as `npm run build` makes it. @throws InputError when it was not built */
function bundle(): HtmlBundle {
  const part = (name: string): string => {
    const place = new URL(`../web/report/${name}`, import.meta.url);
    if (existsSync(place)) return readFileSync(place, "utf8");
    throw new InputError(
      `html: ${name}, which the report carries, is not built; run npm run build in the clone of dpamt`,
    );
  };
  return { script: part("report.js"), style: part("report.css") };
}
