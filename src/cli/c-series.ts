/** A series as a row of files: what the file with the helpers is after each patch or commit. */
import { applyPatch, type Patches, parsePatch, type Sources, shownBy } from "../clang/index.js";
import { oneLine } from "../text/index.js";
import type { CFlags } from "./c-flags.js";
import { isPatch, readC, shownName } from "./c-input.js";
import { definesHelpers, existing, fileIn, fromPatches, helperFileOf, type MainFile, patchedFile } from "./c-main.js";
import { treeSources } from "./c-sources.js";
import type { Compiling } from "./compiling.js";
import { InputError } from "./failure.js";
import { isRange, rangeBetween, readRange } from "./git-range.js";

/** What one patch leads to. */
export interface SeriesStep {
  readonly subject: string;
  /** Its commit, where it is one. */
  readonly commit?: string;
  /** The file with the helpers as it is with this patch; undefined while it has none. */
  readonly main: MainFile | undefined;
  /** How the same C is found again, this patch and those before: its name, and of patches in a file how many. */
  readonly file: string;
  readonly upto?: number;
}

/** What a subject has before its title, such as `[PATCH v2 1/4]`: the place in the series is said anyway. */
const TAGS = /^(?:\[[^\]]*\]\s*)+(?=\S)/;

/**
 * Reads a series, oldest patch first.
 *
 * @throws InputError for what is no series, or an error of a patch that does not apply
 */
export async function seriesOf(named: string, flags: CFlags, compiling: Compiling): Promise<SeriesStep[]> {
  if (isRange(named)) return compiling.within(() => commitsOf(named, flags));
  const text = await readC(named);
  const name = shownName(named);
  if (!isPatch(named, text)) {
    throw new InputError(`--each is about a series: ${oneLine(name)} is no patch; give mails, or commits with --git`);
  }
  return compiling.within(() => patchesOf(named, parsePatch(text, name), flags));
}

function commitsOf(named: string, flags: CFlags): SeriesStep[] {
  const { base, commits, changed, treeAt } = readRange(named, flags.repo ?? ".");
  const trees = commits.map(({ id }) => treeAt(id));
  const last = trees.at(-1);
  const path = last === undefined ? "" : helperFileOf(changed, [], last, oneLine(named));
  return trees.map((sources, at) => {
    const { id, subject } = commits[at] ?? { id: base, subject: "" };
    const from = { base, commits: commits.slice(0, at + 1) };
    const main = unlessNone(fileIn(sources, path, from), flags);
    return { subject, commit: id, main, file: rangeBetween(base, id) };
  });
}

function patchesOf(named: string, series: Patches, flags: CFlags): SeriesStep[] {
  const { tree } = flags;
  const from = fromPatches(series, tree);
  const mains = tree === undefined ? shownSteps(named, series) : appliedSteps(named, series, tree);
  return mains.map((main, at) => ({
    subject: (series.parts[at]?.subject ?? oneLine(shownName(named))).replace(TAGS, ""),
    main: unlessNone({ ...main, from }, flags),
    file: named,
    upto: at + 1,
  }));
}

function unlessNone(main: MainFile, { entry }: CFlags): MainFile | undefined {
  return definesHelpers(main.text, entry) ? main : undefined;
}

function appliedSteps(named: string, { changes, parts, taken }: Patches, tree: string): MainFile[] {
  const base: Sources = treeSources(existing(tree, "--tree"));
  const path = patchedFile(applyPatch(base, changes, taken), shownName(named));
  let sources = base;
  return parts.map((part) => {
    sources = applyPatch(sources, part.changes, taken);
    return fileIn(sources, path, {});
  });
}

function shownSteps(named: string, { parts }: Patches): MainFile[] {
  return parts.map((_, at) => {
    const changes = parts.slice(0, at + 1).flatMap((part) => part.changes);
    return { ...shownBy(changes), name: shownName(named), sources: undefined, from: {} };
  });
}
