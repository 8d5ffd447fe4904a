/** Kernel C: compiled to LLVM IR and explored like any design. */
export { type CSubject, designOf } from "./design.js";
export { CError } from "./errors.js";
export { type CSource, loadC } from "./subject.js";
