/**
 * What the form of the page holds: what is typed, as text, until a run begins. It goes into a link and comes back from
 * one; a link may come from anywhere, so nothing in it is taken on trust.
 */
import {
  battery,
  choices,
  designNamed,
  OptionError,
  planOf,
  positiveNumber,
  ranges,
  reductions,
  requirements,
  type Settings,
  scenarios,
  searches,
  type Tds,
  tdsKinds,
  usual,
  wholeNumber,
} from "../../src/check/index.js";
import { designs } from "../../src/helpers/index.js";
import { shellWord } from "../../src/report/command.js";

export const modes = ["check", "compare", "c"] as const;
/** One design, several side by side, or C. */
export type Mode = (typeof modes)[number];

export interface Form {
  readonly mode: Mode;
  readonly design: string;
  /** Designs to compare. */
  readonly designs: readonly string[];
  /** Flows are explored instead of scenarios. */
  readonly withFlows: boolean;
  readonly scenarios: readonly string[];
  readonly flows: string;
  readonly tds: Tds | "";
  readonly cpus: string;
  readonly rounds: string;
  readonly regions: string;
  readonly allocFailures: string;
  readonly seamcallFailures: string;
  readonly placement: Settings["placement"];
  readonly use: Settings["use"];
  readonly memory: Settings["memory"];
  readonly strategy: Settings["strategy"];
  readonly seed: string;
  readonly noReduce: readonly string[];
  readonly maxStates: string;
  readonly maxSeconds: string;
  readonly maxSecondsEach: string;
  readonly maxMemory: string;
  /** Requirements that are not judged. */
  readonly ignore: readonly string[];
  /** C to check, and the name that messages have for it. */
  readonly file: string;
  readonly text: string;
}

/** Fields that are typed as numbers. */
export type NumberField =
  | "cpus"
  | "rounds"
  | "regions"
  | "allocFailures"
  | "seamcallFailures"
  | "seed"
  | "maxStates"
  | "maxSeconds"
  | "maxSecondsEach"
  | "maxMemory";

/** Two CPUs answer at once, which suits a page; three take half a minute. */
export const emptyForm: Form = {
  mode: "check",
  design: usual.design,
  designs: designs.map(({ name }) => name),
  withFlows: false,
  scenarios: battery.map(({ name }) => name),
  flows: "fault+zap",
  tds: "",
  cpus: String(usual.cpus),
  rounds: String(usual.rounds),
  regions: String(usual.regions),
  allocFailures: String(usual.allocFailures),
  seamcallFailures: String(usual.seamcallFailures),
  placement: usual.placement,
  use: usual.use,
  memory: usual.memory,
  strategy: usual.strategy,
  seed: String(usual.seed),
  noReduce: [],
  maxStates: "",
  maxSeconds: "",
  maxSecondsEach: "",
  maxMemory: "",
  ignore: [],
  file: "pasted.c",
  text: "",
};

/** Flags by field, as the command line has them. */
const flags: Record<NumberField, string> = {
  cpus: "cpus",
  rounds: "rounds",
  regions: "regions",
  allocFailures: "alloc-failures",
  seamcallFailures: "seamcall-failures",
  seed: "seed",
  maxStates: "max-states",
  maxSeconds: "max-seconds",
  maxSecondsEach: "max-seconds-each",
  maxMemory: "max-memory",
};
const numberFields = Object.keys(flags) as NumberField[];
const choiceFields = ["placement", "use", "memory", "strategy"] as const;
/** Fields that say nothing where flows are explored. */
const NOT_WITH_FLOWS: readonly string[] = ["cpus", "rounds", "placement", "use"];

/** The usual number of CPUs depends on what is done, until somebody types one. */
export function usualCpus(mode: Mode): string {
  return String(mode === "compare" ? usual.cpusToCompare : usual.cpus);
}

/** What the form asks for. @throws OptionError with one line for the user */
export function settingsOf(form: Form): Settings {
  const named = <T>(field: NumberField, read: (text: string) => T): T => {
    try {
      return read(form[field].trim());
    } catch (error) {
      if (error instanceof OptionError) throw new OptionError(`--${flags[field]}: ${error.message}`);
      throw error;
    }
  };
  const whole = (field: keyof typeof ranges): number => named(field, (text) => wholeNumber(text, ranges[field]));
  const limit = <T>(field: NumberField, read: (text: string) => T): T | undefined =>
    form[field].trim() === "" ? undefined : named(field, read);
  const { placement, use, memory, strategy, noReduce, ignore, withFlows, tds } = form;
  const settings: Settings = {
    // What flows do not heed may stay as it is.
    cpus: withFlows ? usual.cpus : whole("cpus"),
    rounds: withFlows ? usual.rounds : whole("rounds"),
    regions: whole("regions"),
    allocFailures: whole("allocFailures"),
    seamcallFailures: whole("seamcallFailures"),
    placement,
    use,
    memory,
    strategy,
    seed: whole("seed"),
    noReduce,
    ignore,
    maxStates: limit("maxStates", (text) => wholeNumber(text, ranges.maxStates)),
    maxSeconds: limit("maxSeconds", positiveNumber),
    maxSecondsEach: limit("maxSecondsEach", positiveNumber),
    maxMemory: limit("maxMemory", positiveNumber),
    ...(withFlows
      ? { flows: form.flows.split(",").map((list) => list.trim()), tds: tds === "" ? undefined : tds }
      : { scenario: isBattery(form.scenarios) ? undefined : form.scenarios }),
  };
  if (!withFlows && form.scenarios.length === 0) throw new OptionError("choose at least one scenario");
  planOf(settings);
  return settings;
}

/** The designs that the form asks for. @throws OptionError */
export function designsOf(form: Form): readonly string[] {
  if (form.mode === "check") return [designNamed(form.design).name];
  if (form.mode === "compare" && form.designs.length === 0) throw new OptionError("choose at least one design");
  return form.designs.map((name) => designNamed(name).name);
}

function isBattery(names: readonly string[]): boolean {
  return names.length === battery.length && battery.every(({ name }) => names.includes(name));
}

/** Settings by the names of their flags; with `all`, those that are as usual, too. */
function flagsOf(form: Form, all: boolean): [flag: string, value: string][] {
  const { mode, withFlows } = form;
  const said: [string, string][] = [];
  const add = (field: string, flag: string, value: string, asUsual: string): void => {
    if (withFlows && NOT_WITH_FLOWS.includes(field)) return;
    const isSampled = searches[form.strategy].samples === true;
    if (field === "seed" && !isSampled) return;
    if (value !== "" && (all || value !== asUsual)) said.push([flag, value]);
  };
  if (mode === "check") said.push(["design", form.design]);
  if (mode === "compare" && (all || form.designs.length < designs.length))
    said.push(["design", form.designs.join(",")]);
  for (const field of numberFields) {
    add(field, flags[field], form[field].trim(), field === "cpus" ? usualCpus(mode) : emptyForm[field]);
  }
  for (const field of choiceFields) add(field, field, form[field], emptyForm[field]);
  if (withFlows) said.push(["flows", form.flows.replaceAll(" ", "")]);
  if (withFlows && form.tds !== "") said.push(["tds", form.tds]);
  if (!withFlows && !isBattery(form.scenarios)) said.push(["scenario", form.scenarios.join(",")]);
  if (form.noReduce.length > 0) said.push(["no-reduce", form.noReduce.join(",")]);
  if (form.ignore.length > 0) said.push(["ignore", form.ignore.join(",")]);
  return said;
}

/** The command that does the same. */
export function commandOf(form: Form): string {
  const file = form.mode === "c" ? [shellWord(form.file)] : [];
  const given = flagsOf(form, false).map(([flag, value]) => `--${flag} ${shellWord(value)}`);
  return ["npx dpamt", form.mode === "compare" ? "compare" : "check", ...file, ...given].join(" ");
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
  readonly packed: string | undefined;
  /** What could not be used, in words. */
  readonly ignored: readonly string[];
}

/** What a link says beside the settings, where there is something to say. */
export type Extra = Partial<Pick<Link, "run" | "show" | "failure" | "step" | "packed">>;

/** The part of a link behind `#`. */
export function fragmentOf(form: Form, { run = false, show, failure, step, packed }: Extra): string {
  const said = new URLSearchParams(form.mode === "check" ? [] : [["mode", form.mode]]);
  for (const [flag, value] of flagsOf(form, true)) said.append(flag, value);
  if (form.mode === "c") said.append("file", form.file);
  if (packed !== undefined) said.append("c", packed);
  if (show !== undefined) said.append("show", show);
  if (failure !== undefined) said.append("failure", String(failure));
  if (step !== undefined) said.append("step", String(step));
  // What a link has most of reads better unescaped, and may be.
  const text = said.toString().replaceAll("%2C", ",").replaceAll("%2B", "%2b").replaceAll("%40", "@");
  return run ? `${text}&run` : text;
}

/** Names that a link may have. */
const NAMES: readonly string[] = [
  ...["mode", "design", ...Object.values(flags), ...choiceFields, "flows", "tds", "scenario", "no-reduce", "ignore"],
  ...["file", "c", "show", "failure", "step", "run"],
];
const TYPED_MAX = 200;
/** Of what is unknown in a link, so much is named. */
const STRANGERS_MAX = 5;
const STEP_MAX = 1_000_000;
const FAILURE_MAX = 100;

/** What a link says by names that nothing has. */
function strangersIn(said: URLSearchParams): string[] {
  const unknown = [...said].filter(([name]) => !NAMES.includes(name));
  return unknown.slice(0, STRANGERS_MAX).map(([name, value]) => `${name}=${value}`.slice(0, TYPED_MAX));
}

/** Why a field of numbers does not take what a link has for it. */
function faultOf(field: NumberField, value: string): string | undefined {
  const typed = value.trim();
  if (typed === "" && field.startsWith("max")) return undefined;
  try {
    if (field === "maxSeconds" || field === "maxSecondsEach" || field === "maxMemory") positiveNumber(typed);
    else wholeNumber(typed, ranges[field]);
    return undefined;
  } catch (error) {
    if (error instanceof OptionError) return error.message.replace(/\.$/, "");
    throw error;
  }
}

/** What to say where not all of a link could be used. @param asked the link asks for a run */
export function noticeOf(ignored: readonly string[], asked: boolean): string | undefined {
  if (ignored.length === 0) return undefined;
  const held = asked ? "; so nothing was begun: look at the settings, then press Check" : "";
  const lacks = ignored.includes("mode=c") ? "; this copy of the page is without the compiler of C" : "";
  return `Of the link this could not be used: ${ignored.join(", ")}${lacks}${held}`;
}

/** Reads the part of a link behind `#`. What is missing is as usual, what cannot be used is named. */
export function readFragment(fragment: string, hasCompiler: boolean): Link {
  const said = new URLSearchParams(fragment);
  const ignored = strangersIn(said);
  const text = (name: string): string | undefined => said.get(name)?.slice(0, TYPED_MAX);
  const oneOf = <T extends string>(name: string, known: readonly T[], otherwise: T): T => {
    const value = text(name);
    if (value === undefined) return otherwise;
    const found = known.find((each) => each === value);
    if (found === undefined) ignored.push(`${name}=${value}`);
    return found ?? otherwise;
  };
  const someOf = (name: string, known: readonly string[], otherwise: readonly string[]): readonly string[] => {
    const value = said.get(name);
    if (value === null) return otherwise;
    const names = new Set(value.slice(0, TYPED_MAX * 10).split(","));
    const unknown = [...names].filter((each) => !known.includes(each));
    if (unknown.length > 0) ignored.push(`${name}=${unknown.join(",").slice(0, TYPED_MAX)}`);
    return [...names].filter((each) => known.includes(each));
  };
  const mode = oneOf("mode", hasCompiler ? modes : (["check", "compare"] as const), "check");
  const allDesigns = designs.map(({ name }) => name);
  const numberOf = (field: NumberField): string => {
    const usually = field === "cpus" ? usualCpus(mode) : emptyForm[field];
    const value = text(flags[field]);
    if (value === undefined) return usually;
    const fault = faultOf(field, value);
    if (fault === undefined) return value;
    ignored.push(`${flags[field]}=${value} (${fault})`);
    return usually;
  };
  const numbers = Object.fromEntries(numberFields.map((field) => [field, numberOf(field)]));
  const form: Form = {
    ...emptyForm,
    ...(numbers as Record<NumberField, string>),
    mode,
    design: mode === "check" ? oneOf("design", allDesigns, emptyForm.design) : emptyForm.design,
    designs: mode === "compare" ? someOf("design", allDesigns, allDesigns) : allDesigns,
    withFlows: said.has("flows"),
    flows: said.get("flows")?.slice(0, TYPED_MAX * 10) ?? emptyForm.flows,
    tds: oneOf("tds", ["", ...tdsKinds], ""),
    scenarios: someOf(
      "scenario",
      scenarios.map(({ name }) => name),
      emptyForm.scenarios,
    ),
    placement: oneOf("placement", choices.placement, emptyForm.placement),
    use: oneOf("use", choices.use, emptyForm.use),
    memory: oneOf("memory", choices.memory, emptyForm.memory),
    strategy: oneOf("strategy", choices.strategy, emptyForm.strategy),
    noReduce: someOf("no-reduce", Object.keys(reductions), []),
    ignore: someOf(
      "ignore",
      requirements.map(({ id }) => id),
      [],
    ),
    file: text("file") ?? emptyForm.file,
  };
  const run = said.has("run") && ignored.length === 0;
  const place = (name: string, most: number): number | undefined => {
    const given = text(name);
    if (given === undefined) return undefined;
    if (/^[1-9]\d*$/.test(given) && Number(given) <= most) return Number(given);
    ignored.push(`${name}=${given}`);
    return undefined;
  };
  const failure = place("failure", FAILURE_MAX);
  const step = place("step", STEP_MAX);
  return {
    form,
    run,
    show: mode === "compare" && said.has("show") ? oneOf("show", allDesigns, emptyForm.design) : undefined,
    failure,
    step,
    packed: said.get("c") ?? undefined,
    ignored,
  };
}
