/** Kernel C: sliced, compiled to LLVM IR, and explored like any design. */
export { type Clang, type ClangPackage, clangOf } from "./compile/compile.js";
export { CompileErrors } from "./compile/compile-errors.js";
export type { CoveredLine } from "./interpret/program.js";
export { SwitchedOffError } from "./ir/errors.js";
export { applyPatch, type Patches, parsePatch } from "./patch/index.js";
export { outlineOf, type Sources, TEXT_LENGTH_MAX } from "./slice/index.js";
export { readEntries } from "./subject/entries.js";
export { guess } from "./subject/guess.js";
export { type Harness, harnessFor } from "./subject/harness.js";
export type { CSubject } from "./subject/helpers-in-c.js";
export { designOf } from "./subject/helpers-in-c.js";
export { type CSource, loadC } from "./subject/load.js";
export { isPatchText, patchAlone, shownBy } from "./subject/patch-alone.js";
