/**
 * The shapes of results as JSON, as zod schemas. Saved results are read back with them, and the JSON Schemas under
 * `schemas/` come from them.
 */
import { z } from "zod";
import { boundOptions, limitOptions, strategies } from "../check/index.js";
import { actionSchema, evidenceSchema } from "./action-schema.js";
import { changes } from "./difference.js";
import { boundsSchema, limitsSchema } from "./option-schema.js";
import { stopText } from "./words.js";

export const count = z.int().min(0);
const cpu = z.int().min(0).max(7);
const line = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);

/** More than any check makes; what reports of so many would take is worse than being refused. */
export const REQUIREMENTS_MAX = 100;
const WITNESSES_MAX = 1000;
const NOTES_MAX = 1000;
const SCENARIOS_MAX = 10_000;
export const STEPS_MAX = 1_000_000;
const LINES_MAX = 1_000_000;
const COMMITS_MAX = 10_000;
export const RESULTS_MAX = 1000;

const bounds = boundsSchema(boundOptions).describe("How far the exploration went.");

const verdict = z
  .enum(["holds", "violated", "inconclusive"])
  .describe(
    "holds: every interleaving within the bounds was covered; inconclusive: a limit was met, or it was sampled.",
  );

const source = z
  .strictObject({ file: z.string(), line, text: z.string() })
  .describe("A line of the C that was checked.");

const scene = z.strictObject({
  regions: z
    .array(
      z.strictObject({
        address: count.describe("Physical address of the region."),
        count: z.int().nullable().describe("What the helpers count; null where they count nothing."),
        users: z.int().nullable().describe("References that users hold; null for a region that nobody fights over."),
        pair: z.array(count).nullable().describe("Physical addresses of the pages of its pair; null without one."),
        type: z.string().describe("Type of its 2 MiB entry in the PAMT."),
        lock: z.string().describe("Name of the module's lock of that entry, as in locks."),
        pages: z
          .array(
            z.strictObject({
              index: z.int().min(0).max(511),
              state: z.enum(["allocated", "module", "dirty"]),
              cpu: cpu.optional().describe("CPU that has the page for itself, where one has."),
            }),
          )
          .describe("Pages that are not free."),
      }),
    )
    .describe("2 MiB regions."),
  locks: z
    .array(
      z.strictObject({
        cpu,
        name: z.string(),
        of: z.enum(["kernel", "module"]),
        mode: z.enum(["exclusive", "shared"]),
      }),
    )
    .describe("Locks that CPUs hold."),
});

export const stepSchema = z.strictObject({
  cpu,
  action: actionSchema,
  text: z.string().describe("The same in words."),
  calls: z.array(z.string()).describe("Calls that it was inside of, outermost first."),
  visible: z.boolean().describe("Other CPUs could notice it, or a call begins or ends."),
  source: source.optional(),
  scene: scene
    .partial()
    .optional()
    .describe("Regions that it changed, as they are then, and all locks where any was taken or given up."),
});

export const counterexampleSchema = z
  .strictObject({
    requirement: z.string().describe("Id of the requirement that broke, e.g. R1."),
    message: z.string(),
    cause: z
      .strictObject({ text: z.string(), steps: z.array(count).describe("Indexes of the steps that it names.") })
      .optional()
      .describe("Why it broke; absent where the message says all that is known."),
    evidence: evidenceSchema.optional(),
    scenario: z.string(),
    switches: count.describe("Context switches."),
    fewestSwitches: z
      .boolean()
      .describe("Within the bounds it does not break with fewer context switches, unless a path ends before."),
    scene: scene.describe("Regions and locks before the first step."),
    steps: z.array(stepSchema).max(STEPS_MAX),
    sources: z.array(source).optional().describe("For C: the lines where it broke."),
    schedule: z.string().describe("One line that dpamt replay takes."),
  })
  .describe("The failing interleaving.");

const fingerprints = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .optional()
  .describe(
    "Sum of the fingerprints of all states modulo 2^64: equal for equal sets of states. Absent where not kept.",
  );

const violatedFor = z
  .enum(["correct-callers", "wrong-callers"])
  .describe("correct-callers: it breaks although no caller does wrong; wrong-callers: only after a caller's mistake.");

const requirementVerdict = z
  .enum(["held", "violated", "warning", "ignored", "not-exercised", "inconclusive"])
  .describe("ignored: it breaks, and is not judged (--ignore).");

const requirement = z.strictObject({
  id: z.string(),
  title: z.string(),
  verdict: requirementVerdict,
  violatedFor: violatedFor.optional(),
  checked: count.describe("How often the check was made."),
  message: z
    .string()
    .optional()
    .describe(
      "What broke, what is warned of, or why it is not decided; of what was not exercised, why, and what to do.",
    ),
  scenario: z.string().optional().describe("Where it broke, is warned of, or is not decided."),
});

const scenario = z.strictObject({
  name: z.string(),
  bounds,
  regions: z
    .array(z.number())
    .optional()
    .describe("Physical addresses of the regions that are watched. Absent in results of earlier versions."),
  verdict,
  wrongCaller: z.boolean().optional().describe("Its caller does wrong; absent where it does not."),
  broken: z.array(z.string()).max(REQUIREMENTS_MAX).describe("Requirements that broke."),
  ignored: z
    .array(z.string())
    .max(REQUIREMENTS_MAX)
    .optional()
    .describe("Requirements that would have broken, had they been judged."),
  states: count,
  transitions: count,
  depth: count,
  seconds: z.number(),
  restarts: count.describe("Times the search began again because a word turned out to need scheduling points."),
  stopped: z.enum(Object.keys(stopText)).nullable(),
  complete: z
    .boolean()
    .optional()
    .describe("No limit was met, and no path ended where something broke. Absent in results of earlier versions."),
  switchesCovered: count
    .nullable()
    .optional()
    .describe(
      "Context switches up to which every interleaving was covered, up to where something breaks; null: not even those without any.",
    ),
  runs: count.optional(),
  fingerprints,
});

export const checkSchema = z.strictObject({
  schema: z.literal("dpamt-check-2"),
  subject: z.strictObject({ kind: z.enum(["design", "c"]), name: z.string(), origin: z.string() }),
  bounds,
  strategy: z.enum(strategies),
  seed: z.int().nullable(),
  reductions: z.array(z.string()),
  verdict,
  violatedFor: violatedFor.optional(),
  ignored: z.array(z.string()).max(REQUIREMENTS_MAX).optional().describe("Requirements that were not judged."),
  expected: z
    .strictObject({
      requirements: z.array(z.string()).max(REQUIREMENTS_MAX).describe("Requirements that were to break."),
      outcome: z
        .enum(["met", "missed", "open"])
        .describe("met: exactly these broke; open: what is missing might break in what was not covered."),
      message: z.string().describe("What differs, or that nothing does."),
    })
    .optional()
    .describe("With --expect."),
  notes: z
    .array(z.strictObject({ text: z.string(), scenario: z.string() }))
    .max(NOTES_MAX)
    .optional()
    .describe("What there is to say beside requirements."),
  requirements: z.array(requirement).max(REQUIREMENTS_MAX),
  witnesses: z.array(z.strictObject({ text: z.string(), times: count })).max(WITNESSES_MAX),
  scenarios: z.array(scenario).max(SCENARIOS_MAX),
  notRun: z.array(z.string()).max(SCENARIOS_MAX).optional().describe("Scenarios that were not begun."),
  limits: limitsSchema(limitOptions).optional().describe("Limits that were given, by the names of the flags."),
  statistics: z.strictObject({
    states: count,
    transitions: count,
    seconds: z.number().describe("Seconds of the searches."),
    elapsed: z
      .number()
      .optional()
      .describe(
        "Seconds from the beginning to the end, with all that is done beside searches. Absent in results of earlier versions.",
      ),
    fingerprints,
    collisionProbability: z.number().describe("Upper bound on the chance that a hash collision hid a state."),
    mostUsers: count.optional().describe("Most users that a region had at once."),
  }),
  counterexample: counterexampleSchema.nullable().describe("The first of counterexamples."),
  counterexamples: z
    .array(counterexampleSchema)
    .max(REQUIREMENTS_MAX)
    .optional()
    .describe("One for each requirement that broke. Absent in results of earlier versions."),
  coverage: z
    .array(z.strictObject({ file: z.string(), line, function: z.string(), reached: z.boolean() }))
    .max(LINES_MAX)
    .optional()
    .describe("For C: the lines that do something, and whether any interleaving came to them."),
  c: z
    .strictObject({
      file: z.string().describe("The file, - for standard input, or git: with a range of commits."),
      tree: z.string().optional(),
      repo: z.string().optional(),
      upto: count.optional().describe("Of a series, how many of its patches; absent: all."),
      shim: z.array(z.string()).optional(),
      entry: z.array(z.string()).optional(),
      harness: z.string().optional(),
      clang: z.string().optional(),
      optimise: z.enum(["0", "1", "2"]).optional(),
      from: z
        .strictObject({
          tree: z.string().optional().describe("The kernel tree that was used, also where no flag names it."),
          patches: z.array(z.string()).optional().describe("The patches that count, a line for each series."),
          leftOut: z.array(z.string()).optional().describe("Older versions and answers with a diff."),
          base: z.string().optional().describe("Of a range of commits: the commit that they are made on."),
          commits: z
            .array(z.strictObject({ id: z.string(), subject: z.string() }))
            .max(COMMITS_MAX)
            .optional()
            .describe("Of a range of commits: the ones in it, oldest first."),
        })
        .optional()
        .describe("What was read beside the file."),
    })
    .optional()
    .describe("For C: the file and the flags that say how it was compiled, as they were given."),
});

/** What earlier versions printed: the results alone. */
export const compareSchema2 = z.strictObject({
  schema: z.literal("dpamt-compare-2"),
  results: z.array(checkSchema).max(RESULTS_MAX),
});

const standing = z.strictObject({ verdict: requirementVerdict, violatedFor: violatedFor.optional() });

const place = z.int().min(0).max(RESULTS_MAX).describe("Place in results, from 0.");

export const compareSchema = z.strictObject({
  schema: z.literal("dpamt-compare-3"),
  results: z.array(checkSchema).max(RESULTS_MAX),
  labels: z.array(z.string()).max(RESULTS_MAX).describe("A name for each result, no two alike."),
  differences: z
    .array(
      z.strictObject({
        from: place,
        to: place,
        requirements: z
          .array(
            z.strictObject({
              id: z.string(),
              title: z.string(),
              change: z
                .enum(changes)
                .describe(
                  "not-decided: one of the two left it open, or asked in a scenario that the other does not run.",
                ),
              before: standing,
              after: standing,
              message: z
                .string()
                .optional()
                .describe("What breaks where it is worse, what broke where it is better, or why it is not decided."),
            }),
          )
          .max(REQUIREMENTS_MAX),
      }),
    )
    .max(RESULTS_MAX)
    .describe("Each result but the first, compared with the first."),
});

export const eachSchema = z.strictObject({
  schema: z.literal("dpamt-check-each-1"),
  name: z.string().describe("The series, as it was named."),
  patches: z
    .array(
      z.strictObject({
        patch: count.describe("Its place in the series, from 1."),
        of: count.describe("How many there are."),
        subject: z.string(),
        commit: z.string().optional(),
        outcome: z
          .enum(["holds", "violated", "inconclusive", "no-helpers", "switched-off", "unusable", "not-run"])
          .describe(
            "A verdict, or why there is none: no file defines the helpers yet, Dynamic PAMT is off, the C cannot be checked, there was no time.",
          ),
        asBefore: z
          .boolean()
          .describe("It changes nothing that the helpers use: the outcome is that of the last patch that does."),
        broken: z.array(z.string()).max(REQUIREMENTS_MAX).describe("Requirements that broke."),
        message: z.string().nullable().describe("Why the C cannot be checked."),
        seconds: z.number().describe("Seconds that it took, compiling included."),
        result: checkSchema.nullable().describe("What was found; null where nothing was run."),
      }),
    )
    .max(COMMITS_MAX),
});
