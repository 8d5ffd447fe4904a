/** What `dpamt decode` prints: some ten lines for each finding, 80 columns. */
import { decodeStatus, formatStatus, publicLeafName } from "../abi/index.js";
import { type Decoded, type Decoding, type DesignAnswer, MERGED_DESIGN, type MetAnswer } from "../decode/index.js";
import { type TerminalOptions, wrap } from "../report/index.js";

const WIDTH = 80;
const NARROW = 40;
const LABEL = 10;
/** Findings of a log that are printed; `--json` has all. */
const PRINTED_MAX = 40;
/** Answers of the model that are listed for a leaf, or leaves for a status. */
const LISTED_MAX = 3;

/** What was decoded, and whether it was a log. */
export interface DecodedInput {
  readonly result: Decoded;
  readonly isLog: boolean;
}

type Palette = TerminalOptions["palette"];

export function decodedText({ result, isLog }: DecodedInput, { palette, width }: TerminalOptions): string {
  const room = Math.max(NARROW, Math.min(WIDTH, width));
  const { findings, left, lines } = result;
  const shown = findings.slice(0, PRINTED_MAX);
  const blocks = shown.map((finding) => blockOf(finding, isLog, palette, room).join("\n"));
  const hidden = findings.length - shown.length + left;
  if (isLog) {
    const times = findings.reduce((sum, each) => sum + each.times, 0) + left;
    const end = `${count(times, "finding")} in ${count(lines, "line")}, ${count(findings.length, "kind")}`;
    blocks.push(hidden === 0 ? end : `${end}; ${count(hidden, "kind")} more are in --json, or beyond its limit`);
  }
  return `${blocks.join("\n\n")}\n`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function blockOf(finding: Decoding, isLog: boolean, palette: Palette, width: number): string[] {
  const { status, message, lost, todo } = finding;
  const rows: [label: string, text: string][] = [];
  const add = (label: string, text: string | null): void => {
    if (text !== null && text !== "") rows.push([label, text]);
  };
  if (status !== null) {
    add("means", `${status.name === null ? "" : `${nameOf(finding)}: `}${status.means}`);
    add("class", classText(finding));
    add(status.operand === null ? "detail" : "operand", operandText(finding));
    add("entry", finding.septEntry === null ? null : `RDX: Secure EPT entry at ${finding.septEntry}`);
  }
  if (message !== null) add("means", message.means);
  add("lost", lost);
  add("do", todo);
  const [model = "", ...more] = modelLines(finding);
  add("model", model);
  return [
    ...titleOf(finding, isLog, palette, width),
    ...rows.flatMap(([label, text]) => row(label, text, palette, width)),
    ...more.flatMap((text) => row("", text, palette, width)),
    ...replayLines(finding, palette),
  ];
}

function row(label: string, text: string, palette: Palette, width: number): string[] {
  const [first = "", ...rest] = wrap(text, 0, width - LABEL - 2, 0);
  const margin = " ".repeat(LABEL + 2);
  return [`  ${palette.dim(label.padEnd(LABEL))}${first}`, ...rest.map((line) => margin + line)];
}

function titleOf(
  { leaf, status, message, isCode, line, times }: Decoding,
  isLog: boolean,
  { bold, dim }: Palette,
  width: number,
): string[] {
  const parts: string[] = [];
  if (leaf !== null) {
    const version = leaf.version === 0 ? "" : `, version ${leaf.version}`;
    parts.push(
      leaf.name === null ? `leaf ${leaf.number}, unknown${version}` : `${leaf.name} (leaf ${leaf.number}${version})`,
    );
  }
  if (message !== null) parts.unshift(message.title);
  if (status !== null) parts.push(isCode ? `${status.value} and its details` : status.value);
  const title = parts.join(": ");
  const place = isLog ? (times === 1 ? `line ${line}` : `line ${line}, ${times} times`) : "";
  const gap = width - title.length - place.length;
  if (place === "") return [bold(title)];
  return gap < 2 ? [bold(title), `  ${dim(place)}`] : [`${bold(title)}${" ".repeat(gap)}${dim(place)}`];
}

function nameOf({ status }: Decoding): string {
  return status?.operand == null ? (status?.name ?? "") : `${status.name} | ${status.operand}`;
}

function classText({ status }: Decoding): string | null {
  if (status === null || status.origin === "errno" || status.origin === "linux") return null;
  const { bits, outcome } = status;
  const bit62 = bits.nonRecoverable ? "bit 62 set" : "bit 62 clear";
  const kind = bits.error
    ? `error, ${outcome === "recoverable" ? "" : "not "}recoverable (${bit62})`
    : `no error of the call${bits.nonRecoverable ? ", but not recoverable (bit 62 set)" : ""}`;
  const further = [
    bits.fatal ? "bit 61: fatal to the TD" : "",
    bits.hostRecoverability ? "bit 60: the host can help" : "",
  ];
  return [`0x${status.class.toString(16).padStart(2, "0")} (${status.className})`, kind, ...further]
    .filter((part) => part !== "")
    .join("; ");
}

function operandText({ status, operandMeans, lock }: Decoding): string | null {
  if (status === null) return null;
  if (status.operand === null) return status.detailText;
  const means = operandMeans === null ? "" : `: ${operandMeans}`;
  return `${status.operand}${means}${lock === null ? "" : `; ${lock}`}`;
}

/** What the explorations say, a line each; none where it is no business of the model. */
function modelLines(finding: Decoding): string[] {
  const { leaf, status, designs, isModelled } = finding;
  if (status !== null && status.origin !== "module") return [];
  if (status === null && leaf === null) return [];
  if (leaf !== null && !isModelled) return ["the model does not have this leaf"];
  if (designs.length === 0) return ["no scenario of the model makes this call"];
  if (status?.outcome === "success" && designs.every(({ met }) => met.length === 0)) return [];
  const merged = designs.find(({ design }) => design === MERGED_DESIGN);
  const others = designs.filter(({ design }) => design !== MERGED_DESIGN);
  return [
    ...(merged === undefined ? [] : designLines(`${MERGED_DESIGN}, as merged`, merged, finding)),
    ...othersText(others, finding),
    ...(finding.otherDetails.length === 0 ? [] : [`with other details: ${finding.otherDetails.join(", ")}`]),
    boundsText(designs),
  ];
}

function designLines(name: string, answer: DesignAnswer, finding: Decoding): string[] {
  const { met, explorations, complete } = answer;
  if (met.length === 0) {
    const never = finding.status === null ? "nothing but success" : "never";
    const scenarios = count(explorations, "scenario");
    const rest = explorations - complete;
    const end = rest === 0 ? " explored to the end" : `; in ${rest} of them paths end where something else breaks`;
    return [`${name}: ${never}, in ${scenarios}${end}`];
  }
  const places = placesOf(met, finding);
  const [only = ""] = places;
  if (places.length === 1) return [`${name}: ${only}`];
  const more = places.length > LISTED_MAX ? [`- ${places.length - LISTED_MAX} more in --json`] : [];
  return [`${name}:`, ...places.slice(0, LISTED_MAX).map((place) => `- ${place}`), ...more];
}

/** Answers that differ in their flows alone. */
interface PlaceGroup {
  readonly first: MetAnswer;
  readonly flows: string[];
}

/** Where answers were met, e.g. `tdx_pamt_put in zap or merge beside split, 1 switch, breaks R1`. */
function placesOf(met: readonly MetAnswer[], finding: Decoding): string[] {
  const groups = new Map<string, PlaceGroup>();
  for (const each of met) {
    const what = whatText(each, finding);
    const key = [what, each.helper, besideText(each), each.breaks, each.wrongCaller].join("|");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: each, flows: [each.flow] });
    else group.flows.push(each.flow);
  }
  return [...groups.values()].map((group) => placeText(group, finding));
}

function placeText({ first, flows }: PlaceGroup, finding: Decoding): string {
  const { helper, breaks, wrongCaller, switches } = first;
  const who = `in ${[...new Set(flows)].join(", ")}${besideText(first)}`;
  const ends = breaks === null ? "breaks nothing" : `breaks ${breaks}`;
  const mistake = wrongCaller ? ", a caller's mistake" : "";
  const turns = `${switches} switch${switches === 1 ? "" : "es"}`;
  const what = [whatText(first, finding), helper].filter((part) => part !== "").join(": ");
  return `${what === "" ? "" : `${what} `}${who}${mistake}, ${turns}, ${ends}`;
}

/** The leaf where none was named, and the status where none was. */
function whatText(met: MetAnswer, { leaf, status, isCode }: Decoding): string {
  const what: string[] = [];
  if (leaf === null) what.push(publicLeafName(met.leaf) ?? `leaf ${met.leaf}`);
  if (status === null || isCode) what.push(answerText(met));
  return what.join(" ");
}

function answerText({ status, fatal }: MetAnswer): string {
  if (status === null) return `shutdown of the module, cause ${fatal}`;
  return formatStatus(decodeStatus(status)).replace(/^TDX_/, "");
}

/** What ran beside the flow in the scenarios. */
function besideText({ flow, scenarios }: MetAnswer): string {
  const beside = new Set(scenarios.flatMap((name) => partnersOf(name, flow)));
  return beside.size === 0 ? "" : ` beside ${[...beside].join(", ")}`;
}

function partnersOf(scenario: string, flow: string): string[] {
  const [flows = ""] = scenario.split("@");
  const all = flows.split("+");
  const own = all.indexOf(flow);
  return own < 0 || all.length === 1 ? [] : all.toSpliced(own, 1);
}

function othersText(others: readonly DesignAnswer[], finding: Decoding): string[] {
  const giving = others.filter(({ met }) => met.length > 0);
  const never = others.filter(({ met, explorations, complete }) => met.length === 0 && explorations === complete);
  const unsure = others.filter(({ met, explorations, complete }) => met.length === 0 && explorations !== complete);
  const names = (list: readonly DesignAnswer[]): string => list.map(({ design }) => design).join(", ");
  const lines: string[] = [];
  const [first] = giving;
  if (first !== undefined) {
    const [place = ""] = placesOf(first.met, finding);
    const rest = giving.slice(1);
    lines.push(`${first.design}: ${place}${rest.length === 0 ? "" : `; also ${names(rest)}`}`);
  }
  if (never.length > 0) lines.push(`never: ${names(never)}`);
  if (unsure.length > 0) lines.push(`never before something else breaks: ${names(unsure)}`);
  return lines;
}

function boundsText(designs: readonly DesignAnswer[]): string {
  const most = (of: (bounds: DesignAnswer["bounds"]) => number): number =>
    Math.max(...designs.map(({ bounds }) => of(bounds)));
  const parts = [
    count(
      most(({ cpus }) => cpus),
      "CPU",
    ),
    count(
      most(({ rounds }) => rounds),
      "round",
    ),
    count(
      most(({ regions }) => regions),
      "region",
    ),
    count(
      most(({ allocFailures }) => allocFailures),
      "failing allocation",
    ),
  ];
  return `(at most ${parts.join(", ")})`;
}

/** How to walk the way to the answer: of the merged design if it gives it. */
function replayLines({ designs }: Decoding, { dim }: Palette): string[] {
  const ordered = [...designs].sort(
    (one, other) => Number(other.design === MERGED_DESIGN) - Number(one.design === MERGED_DESIGN),
  );
  const schedules = ordered.flatMap(({ met }) => met.flatMap(({ schedule }) => (schedule === null ? [] : [schedule])));
  const [schedule] = schedules;
  return schedule === undefined ? [] : [`  ${dim("see it:")} npx dpamt replay '${schedule}'`];
}
