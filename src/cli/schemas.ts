/** The shapes of what `--json` prints, as zod schemas: the source of the JSON Schemas under `schemas/`. */
import { z } from "zod";
import { entryNames } from "../clang/subject/bindings.js";
import { reporters } from "../report/index.js";
import { checkSchema, compareSchema, count, counterexampleSchema } from "../report/result-schema.js";

const replaySchema = z.strictObject({
  schema: z.literal("dpamt-replay-2"),
  design: z.string(),
  verdict: z.enum(["violated", "nothing-broke"]),
  counterexample: counterexampleSchema.nullable(),
});

const conformSchema = z.strictObject({
  schema: z.literal("dpamt-conform-1"),
  passed: count,
  failed: count,
  notJudged: count.describe("Vectors that call a leaf which the model lacks, with no difference before that call."),
  leftEarly: count.describe("Of those that passed, vectors left at a leaf outside --leaves."),
  missing: z
    .array(z.strictObject({ leaf: z.string(), vectors: count }))
    .describe("Leaves that the model lacks, with how many vectors are not judged from there on."),
  otherVersions: z
    .array(z.strictObject({ version: z.string(), vectors: count }))
    .describe("Versions of the module other than the model's, with how many vectors were recorded from them."),
  failures: z.array(
    z.strictObject({
      file: z.string(),
      vector: z.string(),
      line: count,
      op: count.describe("Index of the operation, from 0."),
      operation: z.string(),
      item: z.string().describe("Register or watched item."),
      expected: z.string(),
      got: z.string(),
    }),
  ),
  coverage: z
    .record(z.string(), z.record(z.string(), count))
    .optional()
    .describe("With --coverage, by leaf and status: how many calls returned it."),
  checks: z
    .strictObject({
      reached: count,
      total: count,
      leaves: z.array(
        z.strictObject({
          leaf: z.string().describe("SEAMCALL: the checks before those of any leaf."),
          reached: count,
          total: count,
          checks: z.array(
            z.strictObject({
              name: z.string().describe("Operand and what is the matter with it, in the order of the checks."),
              times: count.describe("How many calls ended there."),
            }),
          ),
        }),
      ),
      unexplained: z.array(z.string()).describe("Calls that ended at no check known, or at more than one."),
    })
    .optional()
    .describe("With --coverage: at which checks, the places where a call can end, calls ended."),
});

const designsSchema = z.strictObject({
  schema: z.literal("dpamt-designs-1"),
  designs: z.array(z.strictObject({ name: z.string(), origin: z.string(), summary: z.string() })),
  scenarios: z.array(z.strictObject({ name: z.string(), summary: z.string(), optional: z.boolean() })),
  flows: z.array(
    z.strictObject({
      name: z.string(),
      summary: z.string(),
      variant: z.boolean().describe("No kernel has it: a cure, or a fault put in on purpose."),
    }),
  ),
});

const reportSchema = z.strictObject({
  schema: z.literal("dpamt-report-1"),
  format: z.enum(reporters.map(({ format }) => format)),
  text: z.string().describe("The report, as it would stand in a file."),
});

const lineNumber = z.int().min(1);

const initSchema = z.strictObject({
  schema: z.literal("dpamt-init-1"),
  file: z.string(),
  harness: z.string().nullable().describe("The file that was written; null where flags do, or nothing is needed."),
  entries: z.array(z.string()).describe("For --entry: ENTRY=FUNCTION."),
  functions: z.array(
    z.strictObject({
      entry: z.enum(entryNames),
      function: z.string(),
      line: lineNumber,
      signature: z.string(),
    }),
  ),
  fillIn: z
    .array(z.strictObject({ line: lineNumber.describe("Line of the harness."), text: z.string() }))
    .describe("What is a guess and needs a look."),
  command: z.string().describe("What to type next."),
  compiles: z.boolean(),
  verdict: z.enum(["holds", "violated", "inconclusive"]).optional().describe("Of one CPU that gets and puts a page."),
  message: z.string().optional().describe("Why it does not compile."),
});

const serveSchema = z.union([
  z.strictObject({
    schema: z.literal("dpamt-serve-1"),
    url: z.string().describe("Address of the page; printed when it can be opened."),
  }),
  z.strictObject({
    schema: z.literal("dpamt-serve-1"),
    folder: z.string().describe("Folder that was written, as it was given."),
    files: z.array(z.strictObject({ path: z.string().describe("Path in the folder."), bytes: count })),
  }),
]);

/** By verb: what its `--json` prints. */
export const outputSchemas = {
  check: checkSchema,
  compare: compareSchema,
  replay: replaySchema,
  report: reportSchema,
  conform: conformSchema,
  designs: designsSchema,
  init: initSchema,
  serve: serveSchema,
} as const;

/** The JSON Schema (draft 2020-12) of a verb's output, as text. */
export function jsonSchemaOf(verb: keyof typeof outputSchemas): string {
  return `${JSON.stringify(z.toJSONSchema(outputSchemas[verb]), null, 2)}\n`;
}
