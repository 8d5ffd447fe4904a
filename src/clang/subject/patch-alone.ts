/** A patch whose tree is not at hand, as a source that can be checked. */
import { addedText, type Patches, parsePatch } from "../patch/index.js";
import type { CSource } from "./load.js";

/** A patch as mailed or as git shows it. */
const PATCH_TEXT = /^(?:From [0-9a-f]{7,40} |From \S+@|diff --git |--- a\/|Subject: .*\[PATCH)/m;
/** Characters in which a patch shows that it is one. */
const LOOKED_AT = 20_000;

/** Whether a text looks like a patch. */
export function isPatchText(text: string): boolean {
  return PATCH_TEXT.test(text.slice(0, LOOKED_AT));
}

/** What patches show, as a source. */
type Shown = Required<Pick<CSource, "text" | "isPatch" | "shown">>;

/** A patch alone, as a source, and which of the patches in its file it is. */
export interface PatchAlone extends Shown, Pick<Patches, "taken" | "leftOut"> {}

/**
 * The functions that a patch adds whole, with the lines of the patched files that it shows.
 *
 * @throws CError when it is damaged
 */
export function patchAlone(text: string, name: string): PatchAlone {
  const { changes, taken, leftOut } = parsePatch(text, name);
  return { ...shownBy(changes), taken, leftOut };
}

/** The same for changes that are read already. */
export function shownBy(changes: Patches["changes"]): Shown {
  return { ...addedText(changes), isPatch: true };
}
