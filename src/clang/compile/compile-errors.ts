/** All that is wrong with C that does not compile, for a terminal: what, where, the lines, and what to do. */
import { printable, replaceControls } from "../../text/index.js";
import { CError } from "../ir/errors.js";
import type { AbsentInclude } from "../slice/index.js";
import type { Problem } from "./problems.js";

/** What else is known of the C. */
export interface CompileContext {
  /** The file as the user named it. */
  readonly name: string;
  /** What to do about names that are not known. */
  readonly advice: string;
  /** Where names that are not known may come from. */
  readonly absent: readonly AbsentInclude[];
  /** The text is what a patch shows, so what is missing is in its tree. */
  readonly isPatch: boolean;
  /** The file of --harness, if there is one. */
  readonly harness: string | undefined;
}

/** Errors that are shown with their lines. */
const SHOWN_MAX = 10;
/** Lines, and other places of one error, that are named. */
const PLACES_MAX = 5;
const TAB = 8;
/** Columns of a line of C that are shown, and how many of them stand before the place. */
const WIDTH = 100;
const WIDTH_BEFORE = 60;

/** C that does not compile. The message says how many errors there are and where; the details show them. */
export class CompileErrors extends CError {
  override readonly details: readonly string[];

  constructor(
    readonly problems: readonly Problem[],
    context: CompileContext,
  ) {
    super(headline(problems, context));
    const shown = problems.slice(0, SHOWN_MAX);
    const left = problems.length - shown.length;
    this.details = [
      ...shown.flatMap((problem) => block(problem, problems.length === 1)),
      ...(left === 0 ? [] : ["", `and ${left} more: mend these first`]),
      ...remedies(problems, context),
    ];
  }
}

/** What is wrong where there is one error, else how many there are and where. */
function headline(problems: readonly Problem[], { name, advice }: CompileContext): string {
  const [first] = problems;
  if (first === undefined) return `${name} does not compile`;
  if (problems.length === 1) return `${titleOf(first)}${isLacking(first) ? `; ${advice}` : ""}`;
  const places = new Map<string, Set<string>>();
  for (const { file, line, also } of problems) {
    for (const place of [`${file}:${line}`, ...also]) {
      const at = place.lastIndexOf(":");
      const lines = places.get(place.slice(0, at)) ?? new Set();
      places.set(place.slice(0, at), lines.add(place.slice(at + 1)));
    }
  }
  const where = [...places].map(([file, lines]) => `${file}, line${lines.size === 1 ? "" : "s"} ${listed([...lines])}`);
  return `${problems.reduce((sum, { also }) => sum + 1 + also.length, 0)} errors in ${where.join("; in ")}`;
}

/** The place, and what is wrong. */
function titleOf({ file, line, text, also }: Problem): string {
  return `${file}:${line}: ${text}${also.length === 0 ? "" : ` (also at ${listed(also)})`}`;
}

/** A name that something that was not given may define. */
function isLacking({ isUnknown, meant }: Problem): boolean {
  return isUnknown && meant === undefined;
}

function listed(all: readonly string[]): string {
  if (all.length === 1) return all.join("");
  if (all.length > PLACES_MAX) return `${all.slice(0, PLACES_MAX).join(", ")} and ${all.length - PLACES_MAX} more`;
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

/** One error: its title unless the headline says it, the line, and a mark below it. */
function block(problem: Problem, isAlone: boolean): string[] {
  return [...(isAlone ? [] : ["", titleOf(problem)]), ...excerpt(problem)];
}

function excerpt({ source, line, column, length }: Problem): string[] {
  const before = widened(source.slice(0, column - 1));
  const all = widened(source);
  const from = before.length > WIDTH_BEFORE && all.length > WIDTH ? before.length - WIDTH_BEFORE : 0;
  const shown = `${from > 0 ? "…" : ""}${all.slice(from, from + WIDTH)}${all.length > from + WIDTH ? "…" : ""}`;
  const mark = `${" ".repeat(before.length - from + (from > 0 ? 1 : 0))}^${"~".repeat(Math.max(0, length - 1))}`;
  const number = String(line).padStart(6);
  return [`${number} | ${shown.trimEnd()}`, `${" ".repeat(number.length)} | ${mark}`];
}

/** A line with its tabs as blanks, fit for a terminal. */
function widened(text: string): string {
  let wide = "";
  for (const character of text) wide += character === "\t" ? " ".repeat(TAB - (wide.length % TAB)) : character;
  return replaceControls(wide, (stretch) => "?".repeat(stretch.length));
}

/** What to do about names that nobody knows: where they may be, and lines that make the C compile without. */
function remedies(problems: readonly Problem[], context: CompileContext): string[] {
  const unknown = problems.filter(({ isUnknown }) => isUnknown);
  const isElsewhere = context.isPatch || context.absent.length > 0;
  if (!unknown.some((each) => isElsewhere || isLacking(each))) return [];
  const isSaid = problems.length === 1 && unknown.every(isLacking);
  const advice = isSaid ? [] : ["", `what is not known: ${context.advice}`];
  const stubs = [...new Set(unknown.flatMap(({ stub }) => (stub === undefined ? [] : [stub])))];
  if (context.isPatch || stubs.length === 0) return advice;
  const { file, flag } = placeFor(context);
  const isOne = stubs.length === 1;
  return [
    ...advice,
    "",
    `or have something in ${isOne ? "its" : "their"} place for now: write ${isOne ? "this" : "these"} into ${file} and add ${flag}`,
    ...stubs.sort(byKind).map((stub) => `  ${stub}`),
  ];
}

/** Types first: what follows may need them. */
function byKind(one: string, other: string): number {
  const rank = (stub: string): number => (/^(?:typedef|struct)/.test(stub) ? 0 : 1);
  return rank(one) - rank(other);
}

/** The file that takes definitions: the header that was not found, or C that is compiled along. */
function placeFor({ absent, harness }: CompileContext): { readonly file: string; readonly flag: string } {
  const [header] = absent;
  if (
    header !== undefined &&
    /^[\w-]+(?:\/[\w.-]+|\.h)*\.h$|^[\w-]+\.h$/.test(header.path) &&
    !header.path.includes("..")
  ) {
    return { file: `shim/${printable(header.path)}`, flag: "--shim shim" };
  }
  const file = printable(harness ?? "missing.c");
  return { file, flag: `--harness ${file}` };
}
