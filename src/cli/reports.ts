/** `--report FORMAT=FILE`: which reports go where, looked at before long work begins, and written after it. */
import { existsSync, readFileSync } from "node:fs";
import { Option } from "commander";
import {
  failuresOf,
  type HtmlBundle,
  namedLines,
  type Reporter,
  type ReportOptions,
  reporterOf,
  reporters,
  type SavedResult,
} from "../report/index.js";
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

/** Where one report goes. */
export interface Destination {
  readonly reporter: Reporter;
  readonly file: string;
}

const list = reporters.map(({ format }) => format).join(", ");

/** The formats with what they are, for help texts. */
export const formatsHelp = [
  "Formats:",
  ...reporters.map(({ format, summary }) => `  ${format.padEnd(9)} ${summary}`),
].join("\n");

/** The flag, for verbs that have a result. */
export function reportOption(): Option {
  return new Option(
    "--report <format=file>",
    `write a report, as ${list}; may be given again; with - as the file it is printed instead of the usual output`,
  ).argParser((value: string, before: readonly string[] = []): string[] => [...before, value]);
}

/** @throws InputError for a name that is no format */
export function formatOf(flag: string, name: string): Reporter {
  const reporter = reporterOf(name);
  if (reporter !== undefined) return reporter;
  throw new InputError(`${flag}: there is no format "${name}"; there are ${list}`);
}

/**
 * Where reports are to go.
 *
 * @param beside other files that are read or written
 * @throws InputError for what could not be written in the end, or over another one
 */
export function destinationsOf(given: readonly string[], beside: readonly Named[]): Destination[] {
  const destinations = given.map((each) => {
    const at = each.indexOf("=");
    const reporter = formatOf("--report", at < 0 ? each : each.slice(0, at));
    const file = at < 0 ? "" : each.slice(at + 1);
    if (file === "") {
      throw new InputError(`--report ${reporter.format}: say where it goes, e.g. --report ${reporter.format}=FILE`);
    }
    if (file !== STDOUT) expectWritable(file);
    if (reporter.format === "html") bundle();
    if (NAMES_FILES.has(reporter.format)) docsAddress();
    return { reporter, file };
  });
  if (destinations.filter(({ file }) => file === STDOUT).length > 1) {
    throw new InputError("--report: two reports would go to stdout (-); name a file for one of them");
  }
  expectApart([...beside, ...filesOf(destinations)]);
  return destinations;
}

function filesOf(destinations: readonly Destination[]): Named[] {
  return destinations
    .filter(({ file }) => file !== STDOUT)
    .map(({ reporter, file }) => ({ as: `--report ${reporter.format}`, file }));
}

/** @throws InputError where stdout is asked for twice */
export function expectOneOnStdout(destinations: readonly Destination[], json: boolean | undefined): void {
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
