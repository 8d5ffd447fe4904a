/** Kernel C cut down to what the helpers need. */
export type { BootCall } from "./boot.js";
export { quoted } from "./emit.js";
export { Grammar } from "./grammar.js";
export type { Initcall } from "./initcalls.js";
export { KEYWORDS } from "./keywords.js";
export { TEXT_LENGTH_MAX } from "./length.js";
export type { AbsentInclude, Missing } from "./missing.js";
export { outlineOf } from "./outline.js";
export type { BootPaths } from "./paths.js";
export { UNDOES } from "./setters.js";
export { signaturesOf } from "./signature.js";
export { type SliceRequest, type SliceResult, slice } from "./slice.js";
export type { Sources } from "./sources.js";
