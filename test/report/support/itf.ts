/**
 * What a trace in the Informal Trace Format must be like, as its description says.
 *
 * Source: Apalache, ADR-015 "Informal Trace Format in JSON", revisions of 2021 to 2023.
 */
import { z } from "zod";

type Expression =
  | z.infer<typeof leaf>
  | { [key: string]: Expression | Expression[] | [Expression, Expression][] }
  | Expression[];

const leaf = z.union([
  z.boolean(),
  z.string(),
  z.int(),
  z.strictObject({ "#bigint": z.string().regex(/^-?[0-9]+$/) }),
  z.strictObject({ "#unserializable": z.string() }),
]);

const expression: z.ZodType<Expression> = z.lazy(() =>
  z.union([
    leaf,
    z.array(expression),
    z.strictObject({ "#tup": z.array(expression) }),
    z.strictObject({ "#set": z.array(expression) }),
    z.strictObject({ "#map": z.array(z.tuple([expression, expression])) }),
    // A record: its fields do not begin as the names of the forms above do.
    z.record(z.string().regex(/^[^#]/), expression),
  ]),
) as z.ZodType<Expression>;

const meta = z.record(z.string(), z.unknown());

const state = z.object({ "#meta": meta.optional() }).catchall(expression);

/** The trace; that each state sets each variable, and no other, is looked at as well. */
export const itfSchema = z
  .strictObject({
    "#meta": meta.optional(),
    params: z.array(z.string()).optional(),
    vars: z.array(z.string()),
    states: z.array(state),
    loop: z.int().min(0).optional(),
  })
  .superRefine(({ params = [], vars, states, loop, "#meta": about }, context) => {
    const complain = (message: string): void => context.addIssue({ code: "custom", message });
    if (new Set(vars).size < vars.length) complain("a variable is declared twice");
    if (loop !== undefined && loop >= states.length) complain("the loop begins behind the last state");
    for (const [index, each] of states.entries()) {
      const meant = [...vars, ...(index === 0 ? params : [])].sort();
      const set = Object.keys(each)
        .filter((name) => name !== "#meta")
        .sort();
      if (meant.join() !== set.join()) complain(`state ${index} sets ${set.join()} instead of ${meant.join()}`);
    }
    // What Apalache asks for when it reads a trace.
    const types = (about?.varTypes ?? {}) as Record<string, unknown>;
    if (about?.varTypes !== undefined && Object.keys(types).sort().join() !== [...vars].sort().join()) {
      complain("varTypes does not have the type of each variable");
    }
  });
