/** Results in the forms that people look at. */
export * from "./terminal.js";
