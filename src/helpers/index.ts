/** The helpers in every proposed design. */
export * from "./cache.js";
export * from "./design.js";
export * from "./designs/index.js";
export * from "./entry.js";
export * from "./pair.js";
