/** The machine: journaled words, operations, programs and the run driver. */
export * from "./hash.js";
export * from "./interned.js";
export * from "./operation.js";
export * from "./perform.js";
export * from "./record-array.js";
export * from "./run.js";
export * from "./space.js";
export * from "./words.js";
