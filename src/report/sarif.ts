/**
 * Results as SARIF, for tools that show findings on the lines of a source.
 *
 * Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS.
 */
import type { Counterexample, RequirementResult, Step, ViolatedFor } from "../check/index.js";
import type { SourceLine } from "../helpers/index.js";
import { printable } from "../text/index.js";
import { brokenForText, verdictLine, whereText, whyText } from "./headline.js";
import { failureFor, type SavedResult } from "./result.js";
import { requirementText } from "./words.js";

/** How files are named: by a path in a folder that is known by a name of its own. */
export interface SarifFiles {
  /** The folders by their names, described. Where they lie is not said: a log may be passed on. */
  readonly bases: Readonly<Record<string, string>>;
  named(file: string): { readonly path: string; readonly base: string };
}

interface ArtifactLocation {
  readonly uri: string;
  readonly uriBaseId: string;
}

interface Location {
  readonly physicalLocation?: {
    readonly artifactLocation: ArtifactLocation;
    readonly region?: { readonly startLine: number; readonly snippet: { readonly text: string } };
  };
  /** Of a design, which is no file. */
  readonly logicalLocations?: readonly { readonly name: string; readonly kind: "module" }[];
  readonly message?: { readonly text: string };
}

interface ThreadFlow {
  readonly id: string;
  readonly locations: readonly { readonly location: Location; readonly executionOrder: number }[];
}

interface Finding {
  readonly ruleId: string;
  readonly level: "error" | "warning";
  readonly message: { readonly text: string };
  readonly locations: readonly Location[];
  readonly properties?: { readonly violatedFor: ViolatedFor };
  readonly codeFlows?: readonly { readonly threadFlows: readonly ThreadFlow[] }[];
}

interface Notification {
  readonly level: "note";
  readonly message: { readonly text: string };
  readonly associatedRule?: { readonly id: string };
}

/** A SARIF log with one run. */
export interface Sarif {
  readonly $schema: string;
  readonly version: "2.1.0";
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly name: "dpamt";
        readonly rules: readonly { readonly id: string; readonly shortDescription: { readonly text: string } }[];
      };
    };
    readonly originalUriBaseIds: Readonly<Record<string, { readonly description: { readonly text: string } }>>;
    readonly invocations: readonly {
      readonly executionSuccessful: true;
      /** What the verdict comes to, what was never checked and why, and what there is to say beside requirements. */
      readonly toolExecutionNotifications: readonly Notification[];
    }[];
    readonly results: readonly Finding[];
  }[];
}

/** Names files for who knows no folders: by the name alone, so that nothing is said of where they lie. */
export const plainFiles: SarifFiles = {
  bases: { FILEDIR: "The folder of the file." },
  named: (file) => ({ path: file.slice(file.lastIndexOf("/") + 1), base: "FILEDIR" }),
};

/** The log of a check: a result for each requirement that broke or is warned of, with the way there as a code flow. */
export function sarifOf(result: SavedResult, files: SarifFiles): Sarif {
  const rules = result.requirements.map(({ id, title }) => ({ id, shortDescription: { text: title } }));
  const broken = result.requirements.filter(({ verdict }) => verdict === "violated" || verdict === "warning");
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "dpamt", rules } },
        originalUriBaseIds: Object.fromEntries(
          Object.entries(files.bases).map(([base, text]) => [base, { description: { text } }]),
        ),
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notificationsOf(result) }],
        results: broken.map((requirement) => findingOf(result, requirement, files)),
      },
    ],
  };
}

function notificationsOf(result: SavedResult): Notification[] {
  const notes = (result.notes ?? []).map(({ text, scenario }) => `${scenario}: ${text}`);
  const general = [`${result.subject.name}: ${verdictLine(result)}`, ...notes];
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
  files: SarifFiles,
): Finding {
  const shown = failureFor(result, id);
  const sources = shown?.sources ?? [];
  const { kind, name } = result.subject;
  const subject: Location =
    kind === "c"
      ? { physicalLocation: { artifactLocation: artifactOf(name, files) } }
      : { logicalLocations: [{ name, kind: "module" }] };
  const threadFlows = shown === undefined ? [] : threadFlowsOf(shown, files);
  const where = scenario === undefined ? "" : ` (scenario ${whereText({ scenario, violatedFor })})`;
  const brokenFor = brokenForText({ violatedFor });
  return {
    ruleId: id,
    level: verdict === "violated" ? "error" : "warning",
    message: {
      text: `${title}: ${shown === undefined ? (message ?? "broken") : whyText(shown)}${where}${brokenFor === undefined ? "" : `; ${brokenFor}`}`,
    },
    locations: sources.length === 0 ? [subject] : sources.map((source) => locationOf(source, files)),
    ...(violatedFor === undefined ? {} : { properties: { violatedFor } }),
    ...(threadFlows.length === 0 ? {} : { codeFlows: [{ threadFlows }] }),
  };
}

/** One flow for each CPU; the order of execution ties them together. */
function threadFlowsOf({ steps }: Counterexample, files: SarifFiles): ThreadFlow[] {
  const numbered = steps
    .map((step, index) => ({ step, executionOrder: index + 1 }))
    .filter(({ step }) => isShown(step));
  const cpus = [...new Set(numbered.map(({ step }) => step.cpu))].sort((a, b) => a - b);
  return cpus.map((cpu) => ({
    id: `CPU${cpu}`,
    locations: numbered
      .filter(({ step }) => step.cpu === cpu)
      .map(({ step, executionOrder }) => ({
        executionOrder,
        location: locationOf(step.source as SourceLine, files, step.text),
      })),
  }));
}

function isShown({ visible, source }: Step): boolean {
  return visible && source !== undefined;
}

function locationOf({ file, line, text }: SourceLine, files: SarifFiles, message?: string): Location {
  return {
    physicalLocation: {
      artifactLocation: artifactOf(file, files),
      region: { startLine: line, snippet: { text } },
    },
    ...(message === undefined ? {} : { message: { text: message } }),
  };
}

/** Stands for a file whose name says no more than a folder. */
const NAMELESS = "unnamed";

/** A file as a relative URI and the folder that it is relative to. */
function artifactOf(file: string, files: SarifFiles): ArtifactLocation {
  const { path, base } = files.named(file);
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  return {
    uri: parts.length === 0 ? NAMELESS : parts.map((part) => encodeURIComponent(printable(part))).join("/"),
    uriBaseId: base,
  };
}
