/** The state that the parsers of LLVM IR share. */
import type { Lexer } from "./lexer.js";
import type { Places } from "./places.js";
import type { Type } from "./types.js";

export interface Context {
  readonly lexer: Lexer;
  readonly places: Places;
  /** Operands that are constants so far. */
  operands: number;
  type(): Type;
  /** Steps over attributes of a value; those that matter are returned. */
  attributes(): { readonly byval: Type | undefined };
  /** The number of the place that `!dbg !N` names in the rest of the line. */
  placeInRest(): number;
  fail(what: string): never;
}
