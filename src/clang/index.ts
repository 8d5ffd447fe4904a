/** Kernel C: sliced, compiled to LLVM IR, and explored like any design. */
export type { Clang, Files } from "./compile.js";
export { type CSubject, designOf } from "./design.js";
export { CError } from "./errors.js";
export { type Entry, entryNames } from "./harness.js";
export type { CoveredLine } from "./program.js";
export {
  addedText,
  applyPatch,
  type FileChange,
  Grammar,
  parsePatch,
  SourceError,
  type Sources,
  TEXT_LENGTH_MAX,
} from "./slice/index.js";
export { type CSource, loadC } from "./subject.js";
