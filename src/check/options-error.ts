/** What was asked for cannot be explored. The message says what and why. */
export class OptionError extends Error {
  readonly code = "PLAN";
}
