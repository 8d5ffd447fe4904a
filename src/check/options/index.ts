/** Options of an exploration: the table of them, and what settings ask for. */
export { type Bounds, boundOptions, MAX_REGIONS } from "./bounds.js";
export { OptionError } from "./error.js";
export * from "./exploration.js";
export { type GivenLimits, limitOptions } from "./limits.js";
export * from "./record.js";
export { optionTable, type Settings } from "./table.js";
