/** The helpers in every proposed design. */
export * from "./design.js";
export * from "./designs/index.js";
export * from "./pair.js";
