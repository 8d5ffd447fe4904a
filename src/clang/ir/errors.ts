/** C that cannot be checked: what is wrong, where, and what to do. */
import { UserError } from "../../text/index.js";
import type { Place } from "./module.js";

export class CError extends UserError {
  readonly code = "C_SOURCE";
}

/** The C has Dynamic PAMT switched off, so there is nothing to check. */
export class SwitchedOffError extends CError {}

/** `file:line`, or the empty text for nowhere. */
export function placeText(place: Place | undefined): string {
  return place === undefined || place.line === 0 ? "" : `${place.file}:${place.line}`;
}

/** What to do about a variable of the C that nothing in the slice sets. */
export function neverInitialised(variable: string): string {
  return `${variable} is never initialised: no function in the slice writes it. Write an __init function that does, and pass it with --harness FILE.`;
}
