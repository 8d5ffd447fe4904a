/** Kernel C: sliced, compiled to LLVM IR, and explored like any design. */
export { type Clang, type ClangPackage, clangOf } from "./compile.js";
export type { CSubject } from "./design.js";
export { designOf } from "./design.js";
export { type Entry, entryNames } from "./harness.js";
export { isPatchText, patchAlone } from "./patch-alone.js";
export type { CoveredLine } from "./program.js";
export { applyPatch, parsePatch, type Sources, TEXT_LENGTH_MAX } from "./slice/index.js";
export { type CSource, loadC } from "./subject.js";
