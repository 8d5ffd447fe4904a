/** Errors in the options of a check. */
import { UserError } from "../../text/index.js";

/** What was asked for cannot be explored. The message says what and why. */
export class OptionError extends UserError {
  readonly code = "OPTION";
}
