/** Results in the forms that people look at. */
export { wrap } from "./columns.js";
export * from "./command.js";
export { renderComparison } from "./comparison.js";
export { type ComparisonReporter, comparisonReporters } from "./comparison-forms.js";
export * from "./coverage.js";
export type { Comparison } from "./difference.js";
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
