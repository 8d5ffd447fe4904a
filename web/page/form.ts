/** What the form of the page holds: what is typed, as text, until a run begins. Its fields are those of the table of options. */
import {
  DEFAULT_DESIGN,
  defaultOf,
  designNamed,
  explorationOf,
  type FormPart,
  flagOf,
  numberOf,
  OptionError,
  type OptionRecord,
  type OptionTable,
  optionTable,
  type Settings,
} from "../../src/check/index.js";
import { designs } from "../../src/helpers/index.js";
import { type CTexts, noTexts } from "./c-text.js";

export const modes = ["check", "compare", "c"] as const;
/** One design, several side by side, or C. */
export type Mode = (typeof modes)[number];

/** What a field holds. */
export type FieldValue = string | readonly string[];

type ValueOf<Record> = Record extends { readonly kind: "one"; readonly alternatives: infer Alternatives }
  ? (keyof Alternatives & string) | (Record extends { readonly default: unknown } ? never : "")
  : Record extends { readonly kind: "some" }
    ? readonly string[]
    : string;

type Fields = { readonly [Name in keyof typeof optionTable]: ValueOf<(typeof optionTable)[Name]> };

export interface Form extends Fields, CTexts {
  readonly mode: Mode;
  readonly design: string;
  /** Designs to compare. */
  readonly designs: readonly string[];
  /** Flows are explored instead of scenarios. */
  readonly withFlows: boolean;
}

/** What the field of an option holds until somebody changes it. */
export function initialValue(record: OptionRecord, mode: Mode): FieldValue {
  if (record.kind === "some") return record.meant ?? [];
  if (record.kind === "texts") return record.example;
  return String(defaultOf(record, mode === "compare" ? "compare" : "check") ?? "");
}

/** What all fields of options hold until somebody changes them. */
export function initialFields(mode: Mode, table: OptionTable = optionTable): Fields {
  const values = Object.entries(table).map(([name, record]) => [name, initialValue(record, mode)]);
  return Object.fromEntries(values) as Fields;
}

export const emptyForm: Form = {
  mode: "check",
  design: DEFAULT_DESIGN,
  designs: designs.map(({ name }) => name),
  withFlows: false,
  ...initialFields("check"),
  ...noTexts,
};

/** What the form holds for an option. */
export function valueIn(form: Form, name: string): FieldValue {
  return (form as unknown as Readonly<Record<string, FieldValue>>)[name] ?? "";
}

/** The change that fills a field in. */
export function changed(name: string, value: FieldValue): Partial<Form> {
  return { [name]: value };
}

/** The change to another mode: what nobody changed is as usual there, too. */
export function changedMode(form: Form, mode: Mode): Partial<Form> {
  const untouched = Object.entries<OptionRecord>(optionTable).filter(([name, record]) =>
    isSame(valueIn(form, name), initialValue(record, form.mode)),
  );
  return { mode, ...Object.fromEntries(untouched.map(([name, record]) => [name, initialValue(record, mode)])) };
}

/** Whether two lists have the same names. */
export function isSame(value: FieldValue, other: FieldValue): boolean {
  if (typeof value === "string" || typeof other === "string") return value === other;
  return value.length === other.length && other.every((name) => value.includes(name));
}

/** Whether the form shows the field of an option. */
function isShown({ part, onlyWith }: OptionRecord, form: Form): boolean {
  if (part === "flows" && !form.withFlows) return false;
  if (part === "scenarios" && form.withFlows) return false;
  return onlyWith === undefined || onlyWith[1].includes(String(valueIn(form, onlyWith[0])));
}

/** Whether an option says anything of what the form asks for. */
export function applies(record: OptionRecord, form: Form): boolean {
  return isShown(record, form) && !(record.isFixedByFlows === true && form.withFlows);
}

export interface Field {
  readonly name: string;
  readonly record: OptionRecord;
  readonly value: FieldValue;
  readonly disabled: boolean;
}

/** The fields of a part of the form, in their order. */
export function fieldsIn(part: FormPart, form: Form, table: OptionTable = optionTable): readonly Field[] {
  return Object.entries(table)
    .filter(([, record]) => record.part === part && isShown(record, form))
    .map(([name, record]) => ({ name, record, value: valueIn(form, name), disabled: !applies(record, form) }));
}

/** What a field says, as settings have it; undefined where it says nothing. @throws OptionError */
function settingOf(name: string, record: OptionRecord, value: FieldValue): unknown {
  const flag = flagOf(name);
  if (typeof value !== "string") {
    const meant = initialValue(record, "check");
    if (value.length === 0 && meant.length > 0) throw new OptionError(`choose at least one ${flag}`);
    return isSame(value, meant) ? undefined : value;
  }
  if (record.kind === "texts") return value.split(",").map((text) => text.trim());
  if (record.kind === "one") return value === "" ? undefined : value;
  const typed = value.trim();
  if (record.kind === "some" || (typed === "" && record.default === undefined)) return undefined;
  try {
    return numberOf(record, typed);
  } catch (error) {
    if (error instanceof OptionError) throw new OptionError(`--${flag}: ${error.message}`);
    throw error;
  }
}

/** What the form asks for. What does not apply may hold anything. @throws OptionError with one line for the user */
export function settingsOfForm(form: Form, table: OptionTable = optionTable): Settings {
  const values = Object.entries(table).map(([name, record]) => [
    name,
    applies(record, form) ? settingOf(name, record, valueIn(form, name)) : defaultOf(record, "check"),
  ]);
  const settings = Object.fromEntries(values) as Settings;
  explorationOf(settings);
  return settings;
}

/** The designs that the form asks for. @throws OptionError */
export function designsOf(form: Form): readonly string[] {
  if (form.mode === "check") return [designNamed(form.design).name];
  if (form.mode === "compare" && form.designs.length === 0) throw new OptionError("choose at least one design");
  return form.designs.map((name) => designNamed(name).name);
}
