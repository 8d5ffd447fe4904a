/** Where a failure is in files: in the C that was checked, or in the source of the design and the flows. */
import type { Counterexample } from "../check/index.js";
import type { SourceLine } from "../helpers/index.js";
import { type DesignPlaces, placesOfSteps, type SourcePlace, type SourcePlaces } from "./places.js";
import { failureFor, type SavedResult } from "./result.js";

/** A file by a path in a folder that is known by a name of its own. */
export interface NamedFile {
  readonly path: string;
  readonly base: string;
}

/** How files are named in logs that are passed on. */
export interface SourceFiles {
  /** The folders by their names, described. Where they lie is not said. */
  readonly bases: Readonly<Record<string, string>>;
  named(file: string): NamedFile;
  /** The source of designs and flows, and the name of the folder that its paths are relative to. */
  own?(): { readonly places: SourcePlaces; readonly base: string };
}

/** Names files for who knows no folders: by the name alone, so that nothing is said of where they lie. */
export const plainFiles: SourceFiles = {
  bases: { FILEDIR: "The folder of the file." },
  named: (file) => ({ path: file.slice(file.lastIndexOf("/") + 1), base: "FILEDIR" }),
};

/** A line of a file. Line and columns count from 1; `endColumn` is behind the last character. */
export interface Located extends NamedFile {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly text?: string;
}

/** Where a requirement broke or is warned of; empty for a design whose source is not known. */
export function locationsOf(result: SavedResult, requirement: string, files: SourceFiles): Located[] {
  const failure = failureFor(result, requirement);
  const { kind, name } = result.subject;
  if (kind === "c") {
    const sources = failure?.sources ?? [];
    if (sources.length > 0) return sources.map((source) => ofC(source, files));
    return [{ ...files.named(name), line: 1, column: 1, endColumn: 1 }];
  }
  const own = files.own?.();
  const design = designIn(own?.places, name);
  if (own === undefined || design === undefined) return [];
  const place =
    failure === undefined ? undefined : whereItBroke(failure, placesOfSteps(failure, design, own.places.flows));
  return [ofOwn(place ?? design.at, own.base)];
}

/** Where each step of a failure is, undefined for those of which that is not known. */
export function stepLocations(
  result: SavedResult,
  failure: Counterexample,
  files: SourceFiles,
): (Located | undefined)[] {
  if (result.subject.kind === "c") {
    return failure.steps.map(({ source }) => (source === undefined ? undefined : ofC(source, files)));
  }
  const own = files.own?.();
  const design = designIn(own?.places, result.subject.name);
  if (own === undefined || design === undefined) return failure.steps.map(() => undefined);
  return placesOfSteps(failure, design, own.places.flows).map((place) => place && ofOwn(place, own.base));
}

function designIn(places: SourcePlaces | undefined, name: string): DesignPlaces | undefined {
  return places !== undefined && Object.hasOwn(places.designs, name) ? places.designs[name] : undefined;
}

/** The last call of the leaf that the failure names, else the last step whose place is known. */
function whereItBroke(
  { steps, evidence }: Counterexample,
  places: readonly (SourcePlace | undefined)[],
): SourcePlace | undefined {
  const leaf = evidence?.leaf?.number;
  const ofLeaf = places.findLast((place, index) => {
    const action = steps[index]?.action;
    return place !== undefined && action?.kind === "return" && action.of === "seamcall" && action.leaf.number === leaf;
  });
  return ofLeaf ?? places.findLast((place) => place !== undefined);
}

function ofC({ file, line, text }: SourceLine, files: SourceFiles): Located {
  return { ...files.named(file), line, column: 1, endColumn: text.length + 1, text };
}

function ofOwn({ file, line, column, endColumn, text }: SourcePlace, base: string): Located {
  return { path: file, base, line, column, endColumn, text };
}
