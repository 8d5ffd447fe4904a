/** Patches and mailed series: read, put together, applied to sources. */
export { addedText } from "./added.js";
export { applyPatch } from "./apply.js";
export { type Patches, parsePatch } from "./patch.js";
