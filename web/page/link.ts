/**
 * The form as a link and as a command. A link may come from anywhere, so nothing in it is taken on trust: what cannot be
 * used is named.
 */
import {
  flagOf,
  numberOf,
  OptionError,
  type OptionRecord,
  type OptionTable,
  optionTable,
  type PositiveNumber,
  type WholeNumber,
} from "../../src/check/index.js";
import { designs } from "../../src/helpers/index.js";
import { shellWord } from "../../src/report/command.js";
import { entriesIn, fileNameOf, HARNESS, SHIM } from "./c-text.js";
import {
  applies,
  emptyForm,
  type FieldValue,
  type Form,
  initialValue,
  isSame,
  type Mode,
  modes,
  valueIn,
} from "./form.js";
import { type PackedC, packedNames } from "./packing.js";

/** Links and commands name numbers first, then what is chosen from a few, then what runs and what is left out. */
function orderOf({ kind, part }: OptionRecord): number {
  if (kind === "whole" || kind === "positive") return 0;
  if (kind === "some") return 3;
  return part === "flows" ? 2 : 1;
}

function inOrder(table: OptionTable): readonly (readonly [string, OptionRecord])[] {
  return Object.entries(table).sort(([, one], [, other]) => orderOf(one) - orderOf(other));
}

/** The value of a field as a flag has it. */
function textOf({ kind }: OptionRecord, value: FieldValue): string {
  if (typeof value !== "string") return value.join(",");
  return kind === "texts" ? value.replaceAll(" ", "") : value.trim();
}

/** Whether a link (`all`) or a command names an option that applies. Naming flows says that they are explored. */
function isSaid(record: OptionRecord, form: Form, value: FieldValue, all: boolean): boolean {
  if (record.kind === "texts") return true;
  const usually = initialValue(record, form.mode);
  if (record.kind === "some") return !isSame(value, usually);
  const text = textOf(record, value);
  return text !== "" && (all || text !== usually);
}

/** Settings by the names of their flags; with `all`, those that are as usual, too. */
function flagsOf(form: Form, all: boolean, table: OptionTable): [flag: string, value: string][] {
  const { mode } = form;
  const said: [string, string][] = [];
  if (mode === "check") said.push(["design", form.design]);
  if (mode === "compare" && (all || form.designs.length < designs.length))
    said.push(["design", form.designs.join(",")]);
  for (const [name, record] of inOrder(table)) {
    const value = valueIn(form, name);
    if (applies(record, form) && isSaid(record, form, value, all)) said.push([flagOf(name), textOf(record, value)]);
  }
  return said;
}

/** The command that does the same. */
export function commandOf(form: Form, table: OptionTable = optionTable): string {
  const file = form.mode === "c" ? [shellWord(fileNameOf(form)), ...flagsOfC(form)] : [];
  const given = flagsOf(form, false, table).map(([flag, value]) => `--${flag} ${shellWord(value)}`);
  return ["npx dpamt", form.mode === "compare" ? "compare" : "check", ...file, ...given].join(" ");
}

/** What the command says of the C beside its file: entries, and files of the names that the page has for them. */
function flagsOfC({ entry, harness, shim }: Form): readonly string[] {
  return [
    ...(shim.trim() === "" ? [] : [`--shim ${SHIM}`]),
    ...entriesIn(entry).map((each) => `--entry ${shellWord(each)}`),
    ...(harness.trim() === "" ? [] : [`--harness ${HARNESS}`]),
  ];
}

/** What a link says beside the settings. */
export interface Link {
  readonly form: Form;
  /** Start at once. Not where some of the link cannot be used: what would run is not what was meant. */
  readonly run: boolean;
  /** Of those compared, the one that is shown whole. */
  readonly show: string | undefined;
  /** Number of the failure, from 1, of several. */
  readonly failure: number | undefined;
  /** Step of it, from 1. */
  readonly step: number | undefined;
  /** C, packed. */
  readonly packed: PackedC | undefined;
  /** What could not be used, in words. */
  readonly ignored: readonly string[];
}

/** What a link says beside the settings, where there is something to say. */
export type Extra = Partial<Pick<Link, "run" | "show" | "failure" | "step" | "packed">>;

/** The part of a link behind `#`. */
export function fragmentOf(
  form: Form,
  { run = false, show, failure, step, packed }: Extra,
  table: OptionTable = optionTable,
): string {
  const said = new URLSearchParams(form.mode === "check" ? [] : [["mode", form.mode]]);
  for (const [flag, value] of flagsOf(form, true, table)) said.append(flag, value);
  if (form.mode === "c") {
    said.append("file", form.file);
    const entries = entriesIn(form.entry);
    if (entries.length > 0) said.append("entry", entries.join(","));
  }
  for (const [name, value] of Object.entries(packed ?? {})) said.append(name, value);
  if (show !== undefined) said.append("show", show);
  if (failure !== undefined) said.append("failure", String(failure));
  if (step !== undefined) said.append("step", String(step));
  // What a link has most of reads better unescaped, and may be.
  const text = said.toString().replaceAll("%2C", ",").replaceAll("%2B", "%2b").replaceAll("%40", "@");
  return run ? `${text}&run` : text;
}

/** Names that a link may have beside those of flags. */
const OWN_NAMES: readonly string[] = [
  "mode",
  "design",
  "file",
  "entry",
  ...packedNames,
  "show",
  "failure",
  "step",
  "run",
];
const TYPED_MAX = 200;
const LIST_MAX = 10 * TYPED_MAX;
/** Of what is unknown in a link, so much is named. */
const UNKNOWN_MAX = 5;
const STEP_MAX = 1_000_000;
const FAILURE_MAX = 100;

/** What to say where not all of a link could be used. @param asked the link asks for a run */
export function noticeOf(ignored: readonly string[], asked: boolean): string | undefined {
  if (ignored.length === 0) return undefined;
  const lacks = ignored.includes("mode=c") ? " This copy of the page is without the compiler of C." : "";
  const held = asked ? " The run was not started; review the settings and press Check." : "";
  return `Ignored in the link: ${ignored.join(", ")}.${lacks}${held}`;
}

/** The parameters of a link. Reading one notes what cannot be used. */
class LinkParameters {
  readonly ignored: string[];

  constructor(
    private readonly said: URLSearchParams,
    table: OptionTable,
  ) {
    const known = [...OWN_NAMES, ...Object.keys(table).map(flagOf)];
    const unknown = [...said].filter(([name]) => !known.includes(name));
    this.ignored = unknown.slice(0, UNKNOWN_MAX).map(([name, value]) => `${name}=${value}`.slice(0, TYPED_MAX));
  }

  has(name: string): boolean {
    return this.said.has(name);
  }

  /** The text of a parameter, cut where it is longer than anything of use. */
  text(name: string, most = TYPED_MAX): string | undefined {
    return this.said.get(name)?.slice(0, most);
  }

  /** The packed texts. Without C there is nothing for the others to stand beside. */
  packed(): PackedC | undefined {
    const given = packedNames.flatMap((name) => {
      const value = this.said.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    return this.said.has("c") ? (Object.fromEntries(given) as PackedC) : undefined;
  }

  oneOf<T extends string>(name: string, known: readonly T[], otherwise: T): T {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const found = known.find((each) => each === value);
    if (found === undefined) this.ignored.push(`${name}=${value}`);
    return found ?? otherwise;
  }

  someOf(name: string, known: readonly string[], otherwise: readonly string[]): readonly string[] {
    const value = this.text(name, LIST_MAX);
    if (value === undefined) return otherwise;
    const names = [...new Set(value.split(","))];
    const unknown = names.filter((each) => !known.includes(each));
    if (unknown.length > 0) this.ignored.push(`${name}=${unknown.join(",").slice(0, TYPED_MAX)}`);
    return names.filter((each) => known.includes(each));
  }

  /** A number from 1, for what a link points to. */
  place(name: string, most: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^[1-9]\d*$/.test(value) && Number(value) <= most) return Number(value);
    this.ignored.push(`${name}=${value}`);
    return undefined;
  }

  /** The value of an option. */
  option(name: string, record: OptionRecord, mode: Mode): FieldValue {
    const flag = flagOf(name);
    const usually = initialValue(record, mode);
    switch (record.kind) {
      case "some":
        return this.someOf(
          flag,
          record.items.map((item) => item.name),
          record.meant ?? [],
        );
      case "one":
        return this.oneOf(
          flag,
          [...(record.default === undefined ? [""] : []), ...Object.keys(record.alternatives)],
          String(usually),
        );
      case "texts":
        return this.text(flag, LIST_MAX) ?? usually;
      case "whole":
      case "positive": {
        const value = this.text(flag);
        if (value === undefined) return usually;
        const fault = faultOf(record, value.trim());
        if (fault === undefined) return value;
        this.ignored.push(`${flag}=${value} (${fault})`);
        return usually;
      }
    }
  }
}

/** Why a field of numbers does not take a text. */
function faultOf(record: WholeNumber | PositiveNumber, typed: string): string | undefined {
  if (typed === "" && record.default === undefined) return undefined;
  try {
    numberOf(record, typed);
    return undefined;
  } catch (error) {
    if (error instanceof OptionError) return error.message.replace(/\.$/, "");
    throw error;
  }
}

/** Reads the part of a link behind `#`. What is missing is as usual, what cannot be used is named. */
export function readFragment(fragment: string, hasCompiler: boolean, table: OptionTable = optionTable): Link {
  const said = new LinkParameters(new URLSearchParams(fragment), table);
  const mode = said.oneOf("mode", hasCompiler ? modes : (["check", "compare"] as const), "check");
  const all = designs.map(({ name }) => name);
  const values = inOrder(table).map(([name, record]) => [name, said.option(name, record, mode)]);
  const form: Form = {
    ...emptyForm,
    ...Object.fromEntries(values),
    mode,
    design: mode === "check" ? said.oneOf("design", all, emptyForm.design) : emptyForm.design,
    designs: mode === "compare" ? said.someOf("design", all, all) : all,
    withFlows: said.has("flows"),
    file: said.text("file") ?? emptyForm.file,
    entry: said.text("entry", LIST_MAX)?.replaceAll(",", "\n") ?? "",
  };
  const run = said.has("run") && said.ignored.length === 0;
  return {
    form,
    run,
    failure: said.place("failure", FAILURE_MAX),
    step: said.place("step", STEP_MAX),
    show: mode === "compare" && said.has("show") ? said.oneOf("show", all, emptyForm.design) : undefined,
    packed: said.packed(),
    ignored: said.ignored,
  };
}
