/** Kernel C cut down to what the helpers need. */
export { addedText } from "./added.js";
export { applyPatch, type PatchedSources } from "./apply.js";
export type { BootCall } from "./boot.js";
export { SourceError, TEXT_LENGTH_MAX } from "./errors.js";
export { Grammar } from "./grammar.js";
export { type FileChange, parsePatch } from "./patch.js";
export { CONFIG_ON, type Missing, missingText, type SliceRequest, type SliceResult, slice } from "./slice.js";
export type { ShimText, Sources } from "./sources.js";
