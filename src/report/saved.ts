/** Saved results and comparisons, of this version and of earlier ones, as they are read back from JSON. */
import type { ZodError } from "zod";
import { type Comparison, comparisonOf } from "./difference.js";
import { checkSchema1, compareSchema1, upgraded, upgradedResults } from "./earlier.js";
import type { SavedResult } from "./result.js";
import { checkSchema, compareSchema, compareSchema2 } from "./result-schema.js";

/** What a value is, or what it should be and why it is not. */
export type Reading =
  | { readonly is: "check"; readonly result: SavedResult }
  | { readonly is: "comparison"; readonly comparison: Comparison }
  | { readonly is: "neither" }
  | { readonly is: "broken"; readonly as: "check" | "comparison"; readonly error: ZodError };

/**
 * Tells what `value` is. What is of this version is the value itself, not what zod makes of it, which has its fields in
 * another order.
 */
export function readingOf(value: unknown): Reading {
  switch (schemaOf(value)) {
    case "dpamt-check-2": {
      const { success, error } = checkSchema.safeParse(value);
      return success ? { is: "check", result: value as SavedResult } : { is: "broken", as: "check", error };
    }
    case "dpamt-check-1": {
      const { success, error, data } = checkSchema1.safeParse(value);
      return success ? { is: "check", result: upgraded(data) as SavedResult } : { is: "broken", as: "check", error };
    }
    case "dpamt-compare-3": {
      const { success, error } = compareSchema.safeParse(value);
      if (success) return { is: "comparison", comparison: value as Comparison };
      return { is: "broken", as: "comparison", error };
    }
    case "dpamt-compare-2": {
      const { success, error } = compareSchema2.safeParse(value);
      if (success) return { is: "comparison", comparison: comparisonOf((value as Comparison).results) };
      return { is: "broken", as: "comparison", error };
    }
    case "dpamt-compare-1": {
      const { success, error, data } = compareSchema1.safeParse(value);
      if (success) return { is: "comparison", comparison: comparisonOf(upgradedResults(data) as SavedResult[]) };
      return { is: "broken", as: "comparison", error };
    }
    default:
      return { is: "neither" };
  }
}

function schemaOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
}
