/**
 * Results as SARIF, for tools that show findings on the lines of a source.
 *
 * Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS. What GitHub demands beyond it, and its
 * limits: "SARIF support for code scanning" in its documentation.
 */
import {
  type Counterexample,
  requirements as known,
  type RequirementResult,
  type Step,
  statements,
  type ViolatedFor,
} from "../check/index.js";
import { printable, VERSION } from "../text/index.js";
import { commandToReplay } from "./command.js";
import { brokenForText, verdictLine, whereText, whyText } from "./headline.js";
import { type Located, locationsOf, type NamedFile, type SourceFiles, stepLocations } from "./locations.js";
import { failureFor, failuresOf, type SavedResult } from "./result.js";
import { requirementText } from "./words.js";

interface Text {
  readonly text: string;
}

interface Location {
  readonly physicalLocation?: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId: string };
    readonly region: {
      readonly startLine: number;
      readonly startColumn: number;
      readonly endLine: number;
      readonly endColumn: number;
      readonly snippet?: Text;
    };
  };
  /** Of a design whose source is not known. */
  readonly logicalLocations?: readonly { readonly name: string; readonly kind: "module" }[];
  readonly message?: Text;
}

interface ThreadFlow {
  readonly id: string;
  readonly locations: readonly { readonly location: Location; readonly executionOrder: number }[];
}

interface Finding {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: "error" | "warning";
  readonly message: Text;
  readonly locations: readonly Location[];
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
  readonly properties?: { readonly violatedFor: ViolatedFor };
  readonly codeFlows?: readonly { readonly threadFlows: readonly ThreadFlow[] }[];
}

interface Notification {
  readonly level: "note";
  readonly message: Text;
  readonly associatedRule?: { readonly id: string };
}

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly shortDescription: Text;
  readonly fullDescription: Text;
  readonly helpUri?: string;
  readonly help: { readonly text: string; readonly markdown?: string };
  readonly defaultConfiguration: { readonly level: Finding["level"] };
  readonly properties: {
    readonly tags: readonly string[];
    readonly precision: "very-high";
    readonly "problem.severity": Finding["level"];
  };
}

/** A SARIF log with one run. */
export interface Sarif {
  readonly $schema: string;
  readonly version: "2.1.0";
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly name: "dpamt";
        readonly version: string;
        readonly semanticVersion: string;
        readonly informationUri?: string;
        readonly rules: readonly Rule[];
      };
    };
    /** Tells apart what is uploaded of one commit: the part before the last slash is the category. */
    readonly automationDetails: { readonly id: string };
    readonly columnKind: "utf16CodeUnits";
    readonly originalUriBaseIds: Readonly<Record<string, { readonly description: Text }>>;
    readonly invocations: readonly {
      readonly executionSuccessful: true;
      /** What the verdict comes to, what was never checked and why, and what there is to say beside requirements. */
      readonly toolExecutionNotifications: readonly Notification[];
    }[];
    readonly results: readonly Finding[];
  }[];
}

/** GitHub refuses a result with more locations in its flows. */
const FLOW_LOCATIONS_MAX = 10_000;
/** GitHub's limit for descriptions of rules. */
const DESCRIPTION_MAX = 1024;
/** GitHub's limit for names of rules. */
const NAME_MAX = 255;

/**
 * The log of a check: a result for each requirement that broke or is warned of, with the way there as a code flow.
 *
 * @param docs address of the folder docs/ of dpamt, without a slash at its end, where it can be read on the web
 */
export function sarifOf(result: SavedResult, files: SourceFiles, docs?: string): Sarif {
  const { requirements } = result;
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "dpamt",
            version: VERSION,
            semanticVersion: VERSION,
            ...(docs === undefined ? {} : { informationUri: `${docs}/introduction.md` }),
            rules: requirements.map((requirement) => ruleOf(requirement, docs)),
          },
        },
        automationDetails: { id: `dpamt/${pathOf(result.subject.name)}/` },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: Object.fromEntries(
          Object.entries(files.bases).map(([base, text]) => [base, { description: { text } }]),
        ),
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notificationsOf(result) }],
        results: requirements.flatMap((requirement, index) =>
          requirement.verdict === "violated" || requirement.verdict === "warning"
            ? [findingOf(result, requirement, index, files)]
            : [],
        ),
      },
    ],
  };
}

/** Of a requirement that this version does not know only its title is said: the result may be of anybody. */
function ruleOf({ id, title }: RequirementResult, docs: string | undefined): Rule {
  const requirement = known.find((each) => each.id === id);
  const level = requirement?.warning === true ? "warning" : "error";
  const statement = statements[id] ?? title;
  const page = `requirements/${id.replace(/\d+/, (digits) => digits.padStart(2, "0"))}.md`;
  const address = docs === undefined ? undefined : `${docs}/${page}`;
  const more = `docs/${page} of dpamt says why it matters, what breaks it, and what a fix looks like.`;
  const name = title.replace(/[^A-Za-z0-9]+(.?)/g, (_, letter: string) => letter.toUpperCase()).slice(0, NAME_MAX);
  return {
    id,
    name: name === "" ? id : name,
    shortDescription: { text: title.slice(0, DESCRIPTION_MAX) },
    fullDescription: { text: statement.slice(0, DESCRIPTION_MAX) },
    ...(requirement === undefined || address === undefined ? {} : { helpUri: address }),
    help:
      requirement === undefined
        ? { text: statement }
        : {
            text: `${statement}\n\n${more}`,
            markdown: `${statement}\n\n${address === undefined ? more : `[Why it matters, what breaks it, and what a fix looks like](${address})`}`,
          },
    defaultConfiguration: { level },
    properties: { tags: ["concurrency", "tdx"], precision: "very-high", "problem.severity": level },
  };
}

function notificationsOf(result: SavedResult): Notification[] {
  const notes = (result.notes ?? []).map(({ text, scenario }) => `${scenario}: ${text}`);
  const cut = failuresOf(result).filter(
    ({ steps }) => steps.filter(({ visible }) => visible).length > FLOW_LOCATIONS_MAX,
  );
  const general = [
    `${result.subject.name}: ${verdictLine(result)}`,
    ...notes,
    ...cut.map(({ requirement }) => `${requirement}: the code flow has the last ${FLOW_LOCATIONS_MAX} steps alone`),
  ];
  const unjudged = result.requirements.filter(({ verdict }) => verdict === "not-exercised" || verdict === "ignored");
  return [
    ...general.map((text): Notification => ({ level: "note", message: { text } })),
    ...unjudged.map(
      ({ id, title, verdict, message = "" }): Notification => ({
        level: "note",
        message: { text: `${title}: ${requirementText[verdict]}: ${message}` },
        associatedRule: { id },
      }),
    ),
  ];
}

function findingOf(
  result: SavedResult,
  { id, title, verdict, violatedFor, message, scenario }: RequirementResult,
  ruleIndex: number,
  files: SourceFiles,
): Finding {
  const shown = failureFor(result, id);
  const { name } = result.subject;
  const located = locationsOf(result, id, files);
  const threadFlows = shown === undefined ? [] : threadFlowsOf(shown, stepLocations(result, shown, files));
  const where = scenario === undefined ? "" : ` (scenario ${whereText({ scenario, violatedFor })})`;
  const brokenFor = brokenForText({ violatedFor });
  const again =
    shown === undefined ? "" : ` Walk it again: ${commandToReplay(shown.schedule, result.c, result.ignored)}`;
  const said = `${title}: ${shown === undefined ? (message ?? "broken") : whyText(shown)}${where}${brokenFor === undefined ? "" : `; ${brokenFor}`}.${again}`;
  return {
    ruleId: id,
    ruleIndex,
    level: verdict === "violated" ? "error" : "warning",
    message: { text: withoutLinks(said) },
    locations:
      located.length === 0
        ? [{ logicalLocations: [{ name, kind: "module" }] }]
        : located.map((each) => locationOf(each)),
    partialFingerprints: { primaryLocationLineHash: fingerprintOf(id, name, located[0]) },
    ...(violatedFor === undefined ? {} : { properties: { violatedFor } }),
    ...(threadFlows.length === 0 ? {} : { codeFlows: [{ threadFlows }] }),
  };
}

/** Brackets with parentheses behind them are a link in a message. */
function withoutLinks(text: string): string {
  return text.replaceAll("](", "] (");
}

/**
 * What stays the same when lines move: the rule, the subject, the file, and what stands on the line. The form is that of
 * hashes of lines, where a number behind the colon tells equal lines apart.
 */
function fingerprintOf(rule: string, subject: string, located: Located | undefined): string {
  const line = (located?.text ?? "").replaceAll(/\s+/g, "");
  return `${hashOf([rule, subject, located?.path ?? "", line].join("\0"))
    .toString(16)
    .padStart(16, "0")}:1`;
}

/** FNV-1a with 64 bits, over 16-bit units. */
function hashOf(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return hash;
}

/** One flow for each CPU; the order of execution ties them together. */
function threadFlowsOf({ steps }: Counterexample, places: readonly (Located | undefined)[]): ThreadFlow[] {
  const shown = steps
    .flatMap((step, index): { step: Step; executionOrder: number; place: Located }[] => {
      const place = places[index];
      return step.visible && place !== undefined ? [{ step, executionOrder: index + 1, place }] : [];
    })
    .slice(-FLOW_LOCATIONS_MAX);
  const cpus = [...new Set(shown.map(({ step }) => step.cpu))].sort((a, b) => a - b);
  return cpus.map((cpu) => ({
    id: `CPU${cpu}`,
    locations: shown
      .filter(({ step }) => step.cpu === cpu)
      .map(({ step, executionOrder, place }) => ({ executionOrder, location: locationOf(place, step.text) })),
  }));
}

function locationOf(located: Located, message?: string): Location {
  const { line, column, endColumn, text } = located;
  return {
    physicalLocation: {
      artifactLocation: artifactOf(located),
      region: {
        startLine: line,
        startColumn: column,
        endLine: line,
        endColumn,
        ...(text === undefined ? {} : { snippet: { text } }),
      },
    },
    ...(message === undefined ? {} : { message: { text: withoutLinks(message) } }),
  };
}

/** A file as a relative URI and the folder that it is relative to. */
function artifactOf({ path, base }: NamedFile): { readonly uri: string; readonly uriBaseId: string } {
  return { uri: pathOf(path), uriBaseId: base };
}

/** Stands for a file whose name says no more than a folder. */
const NAMELESS = "unnamed";

/** A path as a relative URI that leads to no folder above. */
function pathOf(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  return parts.length === 0 ? NAMELESS : parts.map((part) => encodeURIComponent(printable(part))).join("/");
}
