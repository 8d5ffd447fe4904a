/** The shapes of what `--json` prints, as zod schemas: the source of the JSON Schemas under `schemas/`. */
import { z } from "zod";
import { entryNames } from "../clang/subject/bindings.js";
import { reporters } from "../report/index.js";
import { checkSchema, compareSchema, count, counterexampleSchema, eachSchema } from "../report/result-schema.js";

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

const hex = z.string().regex(/^0x[0-9a-f]{16}$/);

const metSchema = z.strictObject({
  leaf: count,
  status: hex.nullable().describe("Null where the module shut itself down in the call."),
  fatal: count.nullable().describe("Why it shut itself down; null where it did not."),
  flow: z.string().describe("KVM's flow, or the scenario of helpers."),
  helper: z.string().nullable().describe("The helper that made the call; null outside of helpers."),
  switches: count.describe("Context switches on the way that the schedule walks."),
  breaks: z.string().nullable().describe("Requirement that it breaks."),
  schedule: z.string().nullable().describe("What `dpamt replay` takes; null if nothing breaks."),
  scenarios: z.array(z.string()).describe("Scenarios in which it was met, that of the schedule first."),
  wrongCaller: z.boolean().describe("Met only where the helpers' caller makes a mistake, on purpose."),
});

const decodeSchema = z.strictObject({
  schema: z.literal("dpamt-decode-1"),
  lines: count.describe("Lines that were read."),
  left: count.describe("Lines with a finding beyond the most that are told apart."),
  findings: z.array(
    z.strictObject({
      leaf: z.strictObject({ number: count, name: z.string().nullable(), version: count }).nullable(),
      status: z
        .strictObject({
          value: hex,
          name: z.string().nullable().describe("Null if nobody knows it."),
          origin: z.enum(["module", "linux", "errno", "unknown"]),
          outcome: z.enum(["success", "recoverable", "not-recoverable"]),
          bits: z.strictObject({
            error: z.boolean().describe("Bit 63."),
            nonRecoverable: z.boolean().describe("Bit 62."),
            fatal: z.boolean().describe("Bit 61."),
            hostRecoverability: z.boolean().describe("Bit 60."),
          }),
          class: count.describe("Bits 47:40."),
          className: z.string(),
          numberInClass: count.describe("Bits 39:32."),
          detail: count.describe("Bits 31:0."),
          operand: z.string().nullable().describe("Register or lock that the detail names."),
          detailText: z.string().nullable().describe("What another detail says."),
          means: z.string(),
          isCode: z.boolean().describe("It was given by its name alone: its detail is not known."),
          operandMeans: z.string().nullable().describe("What the operand is for this leaf."),
          lock: z.string().nullable().describe("The lock that BUSY means."),
        })
        .nullable(),
      message: z
        .strictObject({ id: z.string().describe("Stable."), title: z.string(), means: z.string() })
        .nullable()
        .describe("A message of Linux without a status."),
      septEntry: z.string().nullable().describe("Secure EPT entry that stopped the call, by level and state."),
      registers: z.record(z.string(), hex).describe("Registers that the log names."),
      lost: z.string().describe("Pages, TD or host that is lost."),
      todo: z.string().describe("What to do."),
      times: count.describe("How often it was found."),
      line: count.describe("The first line with it, from 1."),
      model: z.strictObject({
        hasLeaf: z.boolean(),
        designs: z.array(
          z.strictObject({
            design: z.string(),
            explorations: count.describe("Explorations in which the call was made."),
            complete: count.describe("Those of them that were covered to their end."),
            bounds: z
              .strictObject({ cpus: count, rounds: count, regions: count, allocFailures: count })
              .describe("The largest among them."),
            met: z.array(metSchema).describe("Empty: none gave that answer."),
          }),
        ),
        otherDetails: z
          .array(z.string())
          .describe("Designs that gave the code with other details, where none gave it with these."),
      }),
    }),
  ),
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

/** By verb, and by a flag that changes the shape: what its `--json` prints. */
export const outputSchemas = {
  check: checkSchema,
  "check-each": eachSchema,
  compare: compareSchema,
  replay: replaySchema,
  report: reportSchema,
  conform: conformSchema,
  designs: designsSchema,
  init: initSchema,
  decode: decodeSchema,
  serve: serveSchema,
} as const;

/** The JSON Schema (draft 2020-12) of a verb's output, as text. */
export function jsonSchemaOf(verb: keyof typeof outputSchemas): string {
  return `${JSON.stringify(z.toJSONSchema(outputSchemas[verb]), null, 2)}\n`;
}
