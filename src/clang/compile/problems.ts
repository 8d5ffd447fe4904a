/** Errors of C as its author reads them: what is wrong at which line, what was meant, and what would make it compile. */
import { nearestName, printable } from "../../text/index.js";
import { KEYWORDS, type Missing } from "../slice/index.js";
import type { Diagnostic, Note } from "./diagnostics.js";
import { membersOf } from "./members.js";
import { definitionOf } from "./stubs.js";
import { type Unknown, type Wording, wordingOf } from "./wording.js";

/** One thing that is wrong with the C. */
export interface Problem {
  /** The user's file, and its line and column from 1. */
  readonly file: string;
  readonly line: number;
  /** In characters. */
  readonly column: number;
  /** Characters that it is about, from the column on. */
  readonly length: number;
  /** What is wrong, with what was meant if that is known: text for one line. */
  readonly text: string;
  /** The line of C. */
  readonly source: string;
  /** Other places of the same, as `file:line`. */
  readonly also: readonly string[];
  /** C that would make it compile, where nothing near is known for sure. */
  readonly stub: string | undefined;
  /** It is about a name that nothing in reach has. */
  readonly isUnknown: boolean;
  /** The name that was meant, if one is near. */
  readonly meant: string | undefined;
}

/** Headers of one folder, in the order in which they are searched. */
export interface HeaderFolder {
  /** The folder as the user named it; undefined for headers that come with the checker. */
  readonly name: string | undefined;
  readonly files: ReadonlyMap<string, string>;
}

/** What is known around the C that does not compile. */
export interface SourcesAround {
  readonly folders: readonly HeaderFolder[];
  /** Names that nobody defines, from the slicer. */
  readonly missing: readonly Missing[];
  /** Names may come from files that were not found. */
  readonly isElsewhere: boolean;
  lineText(file: string, line: number): string | undefined;
  /** Names that could be meant in a line of a file. */
  names(file: string, line: number): Iterable<string>;
  /** Texts that may define structures. */
  texts(): Iterable<string>;
}

/** Shorter keywords are near to many short names, and nobody means them. */
const KEYWORD_MIN = 4;
/** Folder that headers are compiled from: `include0/linux/mm.h`. */
const INCLUDED = /^include(\d+)\/(.*)$/;
/** Names of the checker itself, which nobody means. */
const INTERNAL = /^(?:__)?dpamt/i;

/** The problems that clang's errors are, and names that it did not get to, in the order of the files. */
export function problemsOf(errors: readonly Diagnostic[], around: SourcesAround): Problem[] {
  const problems = new Map<string, Problem>();
  const told = new Set<string>();
  const add = (error: Diagnostic): void => {
    const problem = problemOf(error, around, told);
    if (problem === undefined) return;
    const known = problems.get(problem.text);
    if (known === undefined) problems.set(problem.text, problem);
    else problems.set(problem.text, { ...known, also: [...known.also, `${problem.file}:${problem.line}`] });
  };
  for (const [at, error] of errors.entries()) if (!isBadCallOfMacro(error, errors[at - 1])) add(error);
  for (const { name, declared, called, ...spot } of around.missing) {
    if (!called || declared || told.has(name)) continue;
    add({ ...spot, text: `call to undeclared function '${name}'`, notes: [] });
  }
  return sorted(withoutConsequences([...problems.values()]));
}

/** A macro called with the wrong number of arguments is no macro to clang, so its name is not known either. */
function isBadCallOfMacro({ file, line, text }: Diagnostic, before: Diagnostic | undefined): boolean {
  if (before === undefined || before.file !== file || before.line !== line) return false;
  return before.text.includes("function-like macro invocation") && text.startsWith("use of undeclared identifier");
}

/** What clang says beside an unknown name: it is no C then, or taken for a function that returns a number. */
const CONSEQUENCE = /^(?:expected |incompatible integer to pointer )/;

/** A line with an unknown name is often no C any more, which is no news. */
function withoutConsequences(problems: readonly Problem[]): Problem[] {
  const unknown = new Set(problems.filter(({ isUnknown }) => isUnknown).map(({ file, line }) => `${file}:${line}`));
  return problems.filter(({ file, line, text }) => !(CONSEQUENCE.test(text) && unknown.has(`${file}:${line}`)));
}

function sorted(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return [...problems].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}

function problemOf(error: Diagnostic, around: SourcesAround, told: Set<string>): Problem | undefined {
  const spot = [error, ...error.notes].find((each) => isOfUser(each, around));
  if (spot === undefined) return undefined;
  const { file, line } = spot;
  const source = textAt(file, line, around) ?? "";
  const at = columnOf(source, spot.column);
  const following = rest(file, line, at, around);
  const reading = withStrangeTag(asType(wordingOf(error), following, told), file, line, around);
  if (reading.unknown !== undefined) {
    if (reading.unknown.kind === "value" && told.has(declaredAs(reading.unknown.name))) return undefined;
    told.add(reading.unknown.name);
  }
  const near = reading.unknown === undefined ? undefined : meantFor(reading.unknown, file, line, around);
  const hint = near === undefined ? hintOf(error, reading, around) : `; did you mean \`${near}\`?`;
  return {
    file: shownFile(file, around),
    line,
    ...extent(source, at, reading.unknown?.name),
    text: printable(`${reading.text}${hint}`),
    source,
    also: [],
    stub:
      near === undefined || around.isElsewhere
        ? definitionOf(reading.unknown, following, source.slice(0, at - 1))
        : undefined,
    isUnknown: reading.unknown !== undefined && reading.unknown.kind !== "member",
    meant: near,
  };
}

/** A name before another one is a type, whatever clang takes it for; then the other is declared by it. */
function asType(reading: Wording, following: string, told: Set<string>): Wording {
  const { unknown } = reading;
  const declared = /^\w+(?:\s+|\s*\*+\s*)(\w+)\s*[=;,[]/.exec(following)?.[1];
  if (unknown?.kind !== "value" || declared === undefined) return reading;
  told.add(declaredAs(declared));
  return { ...reading, unknown: { ...unknown, kind: "type" } };
}

/** Marks a name that is declared with a type that is not known. */
function declaredAs(name: string): string {
  return `${name} is declared`;
}

/** An error about a structure that nobody defines is about its name, if one like it is known. */
function withStrangeTag(reading: Wording, file: string, line: number, around: SourcesAround): Wording {
  if (reading.unknown !== undefined) return reading;
  const tags = [...reading.text.matchAll(/\bstruct (\w+)/g)].map(([, tag = ""]) => tag);
  if (tags.length === 0) return reading;
  const known = new Set(namesFor("tag", file, line, around));
  const name = tags.find((tag) => !known.has(tag) && nearestName(tag, known) !== undefined);
  return name === undefined ? reading : { text: `\`struct ${name}\` is not known`, unknown: { name, kind: "tag" } };
}

/** Whether the user wrote the file: it is none that the checker adds, nor one of its headers. */
function isOfUser({ file, line }: Note, around: SourcesAround): boolean {
  const included = INCLUDED.exec(file);
  if (included !== null) return around.folders[Number(included[1])]?.name !== undefined;
  return around.lineText(file, line) !== undefined;
}

/** A line of a file by the name that clang knows it by. */
function textAt(file: string, line: number, { folders, lineText }: SourcesAround): string | undefined {
  const [, folder = "", path = ""] = INCLUDED.exec(file) ?? [];
  return folder === "" ? lineText(file, line) : folders[Number(folder)]?.files.get(path)?.split("\n")[line - 1];
}

function shownFile(file: string, { folders }: SourcesAround): string {
  const [, folder = "", path = ""] = INCLUDED.exec(file) ?? [];
  return printable(folder === "" ? file : `${folders[Number(folder)]?.name ?? "."}/${path}`);
}

/** The name that was meant: what clang thinks, or the nearest of all. */
function meantFor({ name, kind, of, meant }: Unknown, file: string, line: number, around: SourcesAround) {
  if (meant !== undefined && !INTERNAL.test(meant)) return withCall(meant, kind);
  const known = kind === "member" ? membersOf(of ?? "", around.texts()) : namesFor(kind, file, line, around);
  // What is in a file that was not found is no slip of the hand: only what is very near counts.
  const near = nearestName(name, known, kind !== "member" && around.isElsewhere ? 1 : undefined);
  return near === undefined ? undefined : withCall(near, kind);
}

function withCall(name: string, kind: Unknown["kind"]): string {
  if (kind === "tag") return `struct ${name}`;
  return kind === "function" ? `${name}()` : name;
}

function* namesFor(kind: Unknown["kind"], file: string, line: number, around: SourcesAround): Generator<string> {
  const missing = new Set(around.missing.filter(({ declared }) => !declared).map(({ name }) => name));
  for (const name of around.names(file, line)) {
    const isTag = name.startsWith("struct ");
    if (KEYWORDS.has(name) && name.length < KEYWORD_MIN) continue;
    if (isTag !== (kind === "tag") || INTERNAL.test(name) || missing.has(name)) continue;
    yield isTag ? name.slice("struct ".length) : name;
  }
}

/** What a note of clang adds: how a function is declared, or where else something is. */
function hintOf({ notes }: Diagnostic, { text }: Wording, around: SourcesAround): string {
  const note = notes.find((each) => /\b(?:declared|defined|definition is|parameter '.*') here$/.test(each.text));
  if (note === undefined || note.file === "") return "";
  const included = INCLUDED.exec(note.file);
  if (isOfUser(note, around)) return `; see ${shownFile(note.file, around)}:${note.line}`;
  if (included === null) return "";
  if (!/argument|parameter|passing/.test(text)) return "";
  const [, folder = "", path = ""] = included;
  const lines =
    around.folders[Number(folder)]?.files
      .get(path)
      ?.split("\n")
      .slice(note.line - 1) ?? [];
  const declaration = /^[^{;]*?\)/.exec(lines.slice(0, DECLARATION_LINES).join(" ").replace(/\\\s/g, ""))?.[0];
  return declaration === undefined || /__dpamt/i.test(declaration)
    ? ""
    : `; <${path}> has: ${declaration.replace(/\s+/g, " ").trim()}`;
}

/** Lines that a declaration in a header may take. */
const DECLARATION_LINES = 4;

/** The column in characters for one in bytes of UTF-8. */
function columnOf(text: string, bytes: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(text).slice(0, Math.max(0, bytes - 1))).length + 1;
}

/** Column and length of what a problem is about: the name, where it stands in the line, or the word at the column. */
function extent(line: string, column: number, name: string | undefined): { column: number; length: number } {
  const word = /^\w+/.exec(line.slice(column - 1))?.[0];
  if (name === undefined || word === name) return { column, length: word?.length ?? 1 };
  const at = new RegExp(`\\b${name.replace(/\W/g, "\\$&")}\\b`).exec(line);
  return at === null ? { column, length: word?.length ?? 1 } : { column: at.index + 1, length: name.length };
}

/** Lines that a statement may take. */
const STATEMENT_LINES = 10;

/** The text from a place on, as far as a statement may go. */
function rest(file: string, line: number, column: number, around: SourcesAround): string {
  const lines = Array.from({ length: STATEMENT_LINES }, (_, at) => textAt(file, line + at, around) ?? "");
  return lines.join("\n").slice(column - 1);
}
