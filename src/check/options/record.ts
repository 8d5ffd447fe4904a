/**
 * What a record of an option says, and what follows from it alone: types of values, names of flags, numbers in text.
 * The command line, the page, its links and the schemas of results read the records.
 */
import { OptionError } from "./error.js";

/** Where an option stands in the form of the page. */
export type FormPart = "scenarios" | "flows" | "bounds" | "memory" | "pages" | "search" | "limits" | "exceptions";

/** Verbs that explore; their defaults may differ. */
export type Verb = "check" | "compare";

/** What every record says. An option is known by its name in the table; its flag is the same in kebab case. */
interface Described {
  /** What stands for the value in the help, e.g. `n` for `--cpus <n>`. */
  readonly value: string;
  readonly help: string;
  /** Help of `dpamt replay`, which takes the option too. */
  readonly replayHelp?: string;
  /** Name of the field on the page. */
  readonly label: string;
  /** What the page says below the field; text in backticks is code. */
  readonly hint?: string;
  readonly part: FormPart;
  /** What is taken where nothing is given, in words: for options without a default. */
  readonly unsaid?: string;
  /** Flows fix it by themselves: it does not apply with them. */
  readonly isFixedByFlows?: boolean;
  /** It applies only where another option has one of these values. */
  readonly onlyWith?: readonly [option: string, values: readonly string[]];
  /** What the schema of results says of the value. */
  readonly description?: string;
  /** Results of earlier versions lack it: its default holds for them. */
  readonly isAddedLater?: boolean;
  /** Of a bound: what it counts, in the singular, e.g. `round`. */
  readonly counts?: string;
  /** Of a limit: why a search that met it stopped, and what reports call the limit. */
  readonly stop?: readonly [stop: string, limit: string];
}

export interface WholeNumber extends Described {
  readonly kind: "whole";
  /** Least and most that may be given. */
  readonly range: readonly [least: number, most: number];
  /** The model has room for no more, so no result has more either. */
  readonly isModelLimit?: boolean;
  readonly default?: number;
  readonly defaultToCompare?: number;
}

/** A number above 0. */
export interface PositiveNumber extends Described {
  readonly kind: "positive";
  readonly default?: number;
  readonly defaultToCompare?: number;
}

/** One of a few. */
export interface OneOf extends Described {
  readonly kind: "one";
  /** With what the page says of each. */
  readonly alternatives: Readonly<Record<string, string>>;
  readonly default?: string;
  readonly defaultToCompare?: string;
}

export interface Item {
  readonly name: string;
  readonly summary: string;
}

/** Some of a list. */
export interface SomeOf extends Described {
  readonly kind: "some";
  readonly items: readonly Item[];
  /** Those that are meant where none are given (default: none). */
  readonly meant?: readonly string[];
}

/** Texts that the option reads by itself, separated by commas. */
export interface Texts extends Described {
  readonly kind: "texts";
  /** What the field on the page holds at first. */
  readonly example: string;
}

export type OptionRecord = WholeNumber | PositiveNumber | OneOf | SomeOf | Texts;

/** Options by their names, in the order of the help. */
export type OptionTable = Readonly<Record<string, OptionRecord>>;

type ValueOf<Record> = Record extends { readonly kind: "whole" | "positive" }
  ? number
  : Record extends { readonly kind: "one"; readonly alternatives: infer Alternatives }
    ? keyof Alternatives & string
    : readonly string[];

type WithDefault<Table> = {
  [Name in keyof Table]: Table[Name] extends { readonly default: unknown } ? Name : never;
}[keyof Table];

type AddedLater<Table> = {
  [Name in keyof Table]: Table[Name] extends { readonly isAddedLater: true } ? Name : never;
}[keyof Table];

/** Values of all options of a table; those without a default need not be given. */
export type ValuesOf<Table> = { readonly [Name in WithDefault<Table>]: ValueOf<Table[Name]> } & {
  readonly [Name in Exclude<keyof Table, WithDefault<Table>>]?: ValueOf<Table[Name]> | undefined;
};

/** Values as a result has them: those that were added later may be absent. */
export type ResultValuesOf<Table> = {
  readonly [Name in Exclude<keyof Table, AddedLater<Table>>]: ValueOf<Table[Name]>;
} & {
  readonly [Name in AddedLater<Table>]?: ValueOf<Table[Name]>;
};

/** Values of those options that were given. */
export type GivenValuesOf<Table> = { readonly [Name in keyof Table]?: ValueOf<Table[Name]> };

/** Name of the flag, and of the option in links, e.g. `max-states`. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The value taken where none is given; undefined where there is no such value. */
export function defaultOf(record: OptionRecord, verb: Verb): string | number | undefined {
  if (record.kind === "some" || record.kind === "texts") return undefined;
  return verb === "compare" ? (record.defaultToCompare ?? record.default) : record.default;
}

/** The values of the options of a table, those that are there, in the order of the table. */
export function valuesFor(table: OptionTable, values: object): Record<string, unknown> {
  const all = new Map(Object.entries(values));
  const given = Object.keys(table).filter((name) => all.get(name) !== undefined);
  return Object.fromEntries(given.map((name) => [name, all.get(name)]));
}

/** @throws OptionError for text that is no number as the option takes it */
export function numberOf(record: WholeNumber | PositiveNumber, text: string): number {
  return record.kind === "whole" ? wholeNumber(text, record.range) : positiveNumber(text);
}

/** @throws OptionError for text that is no whole number in the range */
export function wholeNumber(text: string, [least, most]: readonly [least: number, most: number]): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OptionError(`give a whole number from ${least} to ${most}.`);
}

/** @throws OptionError for text that is no number above 0 */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new OptionError("give a number above 0.");
}
