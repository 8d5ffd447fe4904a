/** The forms that a result can take, behind one interface. Each is made from the result alone, in a browser too. */
import { githubOf } from "./github.js";
import { type HtmlBundle, htmlOf } from "./html.js";
import { itfOf } from "./itf.js";
import { jsonOf, jsonText } from "./json.js";
import { junitOf } from "./junit.js";
import { ktapOf } from "./ktap.js";
import { plainFiles, type SourceFiles } from "./locations.js";
import { markdownOf } from "./markdown.js";
import { named, namesIn } from "./names.js";
import { perfettoOf } from "./perfetto.js";
import type { SavedResult } from "./result.js";
import { sarifOf } from "./sarif.js";
import { plainTerminal, type TerminalOptions } from "./style.js";
import { renderCheck } from "./terminal.js";
import { textOf } from "./text.js";
import { longTextOf } from "./text-long.js";
import { formatAddress } from "./words.js";

/** What a form may need beside the result. */
export interface ReportOptions {
  /** In forms for people: physical addresses in place of names of regions and pages. */
  readonly addresses?: boolean;
  /** For `terminal`: colours, shapes and width; without it plain ASCII. */
  readonly terminal?: TerminalOptions;
  /** For `sarif` and `github`: how files are named; without it by their names alone. */
  readonly files?: SourceFiles;
  /** For `sarif`: address of the folder docs/ of dpamt, without a slash at its end, where it can be read on the web. */
  readonly docs?: string;
  /** For `html`: what the page is shown with. */
  readonly bundle?: HtmlBundle;
}

/** One form. */
export interface Reporter {
  /** Its name on the command line. */
  readonly format: string;
  /** What it is, in one line. */
  readonly summary: string;
  render(result: SavedResult, options: ReportOptions): string | Promise<string>;
}

/** The result as people read it. */
function shown(result: SavedResult, { addresses }: ReportOptions): SavedResult {
  return addresses === true ? result : named(result);
}

const terminal: Reporter = {
  format: "terminal",
  summary: "as check prints it",
  render: (result, options) => renderCheck(shown(result, options), options.terminal ?? plainTerminal),
};

const text: Reporter = {
  format: "text",
  summary: "for a mail or commit message: verdict and race in some 20 lines of 75 columns",
  render: (result, options) => textOf(shown(result, options)),
};

const longText: Reporter = {
  format: "text-long",
  summary: "the same with every failure, every operation and all that was covered",
  render: (result, options) => longTextOf(shown(result, options)),
};

const markdown: Reporter = {
  format: "markdown",
  summary: "for pull requests and wikis",
  render: (result, options) => markdownOf(shown(result, options)),
};

const html: Reporter = {
  format: "html",
  summary: "one file to look at in a browser, without a network",
  render(result, options) {
    const { bundle } = options;
    if (bundle === undefined) throw new RangeError("the parts of the page are not given");
    return htmlOf(shown(result, options), bundle);
  },
};

const json: Reporter = {
  format: "json",
  summary: "the result itself, as --save writes it",
  render: jsonOf,
};

const itf: Reporter = {
  format: "itf",
  summary: "Informal Trace Format, for viewers of traces of Apalache and Quint",
  render: itfOf,
};

const sarif: Reporter = {
  format: "sarif",
  summary: "SARIF 2.1.0, for tools that show findings on lines of a source",
  render(result, options) {
    const { files = plainFiles, docs } = options;
    return jsonText(sarifOf(shown(result, options), files, docs));
  },
};

const junit: Reporter = {
  format: "junit",
  summary: "JUnit XML, for servers that show test results",
  render: (result, options) => junitOf(shown(result, options)),
};

const ktap: Reporter = {
  format: "ktap",
  summary: "KTAP, the test format of the kernel, for kernel CI",
  render: (result, options) => ktapOf(shown(result, options)),
};

const github: Reporter = {
  format: "github",
  summary: "commands of GitHub Actions, which shows them at the lines of a pull request",
  render: (result, options) => githubOf(shown(result, options), options.files ?? plainFiles),
};

const perfetto: Reporter = {
  format: "perfetto",
  summary: "a trace for ui.perfetto.dev and chrome://tracing",
  render(result, options) {
    const { scene } = result.counterexample ?? {};
    if (scene === undefined || options.addresses === true) return perfettoOf(result);
    const names = namesIn(scene);
    return perfettoOf(named(result), (address) => names.nameOf(address) ?? formatAddress(address));
  },
};

/** All forms. */
export const reporters: readonly Reporter[] = [
  terminal,
  text,
  longText,
  markdown,
  html,
  json,
  itf,
  sarif,
  junit,
  ktap,
  github,
  perfetto,
];

/** The form of a name, or undefined. */
export function reporterOf(format: string): Reporter | undefined {
  return reporters.find((each) => each.format === format);
}
