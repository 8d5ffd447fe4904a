/** Results in the forms that people look at. */
export * from "./command.js";
export * from "./comparison.js";
export * from "./coverage.js";
export { brokenForText, headlineOf, verdictLine, whereText } from "./headline.js";
export * from "./html.js";
export { jsonOf } from "./json.js";
export * from "./locations.js";
export { named, namedFailure } from "./names.js";
export type { SourcePlaces } from "./places.js";
export * from "./reporters.js";
export * from "./result.js";
export * from "./sarif.js";
export * from "./style.js";
export * from "./terminal.js";
export * from "./words.js";
