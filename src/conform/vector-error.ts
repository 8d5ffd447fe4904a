/** Errors in vectors. */
import { UserError } from "../text/index.js";

/** A vector that cannot be read. */
export class VectorError extends UserError {
  readonly code = "VECTOR_FORMAT";

  /**
   * @param file name of the file as the caller gave it
   * @param line line number, from 1
   * @param what what is wrong with the line
   * @param advice what to do about it
   */
  constructor(
    readonly file: string,
    readonly line: number,
    readonly what: string,
    readonly advice: string,
  ) {
    super(`${file}:${line}: ${what}. ${advice}`);
    this.name = "VectorError";
  }
}
