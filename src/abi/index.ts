/** Numbers and encodings of the TDX interface. */
export * from "./further-leaves.js";
export * from "./further-status-codes.js";
export * from "./leaves.js";
export * from "./operands.js";
export * from "./registers.js";
export * from "./sizes.js";
export * from "./status.js";
export * from "./status-codes.js";
export * from "./types.js";
