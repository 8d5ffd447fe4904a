/** Results in the forms that people look at. */
export * from "./coverage.js";
export * from "./sarif.js";
export * from "./terminal.js";
