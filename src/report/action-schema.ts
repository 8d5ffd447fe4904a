/** The shapes of facts as JSON, as zod schemas: what each step did, and what broke. */
import { z } from "zod";
import { calledHelpers, returningHelpers } from "../check/trace/facts.js";
import { fatalText, memoryMisuseText, misuseText, warningText } from "../check/trace/phrases.js";

/** A physical address. */
const address = z.int().min(0);

function namesIn<T extends object>(texts: T): z.ZodEnum<{ [K in keyof T & string]: K }> {
  return z.enum(Object.keys(texts) as (keyof T & string)[]) as z.ZodEnum<{ [K in keyof T & string]: K }>;
}

const leaf = z
  .strictObject({ number: z.int(), name: z.string().describe("As the specification writes it.") })
  .describe("A leaf of the TDX module.");

const status = z
  .strictObject({
    value: z.string().describe("RAX as 64-bit hexadecimal; none where the call never returned."),
    code: z.string().describe("The code without its detail, e.g. TDX_OPERAND_BUSY."),
    name: z.string().describe("The same with its detail, e.g. TDX_OPERAND_BUSY | RCX."),
    outcome: z.enum(["success", "busy", "failure"]).describe("busy: another processor was in the way."),
  })
  .describe("What a SEAMCALL returned.");

const calledHelper = namesIn(calledHelpers);
const helper = namesIn(returningHelpers);

const contents = z.union([z.int(), z.string()]).describe("The number, or in words what it stands for.");
const change = {
  before: contents,
  after: contents,
  changed: z.boolean().describe("The numbers differ, whatever they stand for."),
};
const word = {
  word: z.string().describe("Its name."),
  role: z.enum(["count", "pool"]).optional().describe("count: users of a region; pool: pairs set aside."),
  region: address.optional().describe("Of a count: physical address of the region."),
};

const call = z.discriminatedUnion("of", [
  z.strictObject({
    kind: z.literal("call"),
    of: z.literal("seamcall"),
    leaf,
    operands: z.array(z.string()).describe("Registers as hexadecimal numbers."),
  }),
  z.strictObject({
    kind: z.literal("call"),
    of: z.literal("helper"),
    helper: calledHelper,
    page: address.optional().describe("Physical address of the page that it is called on."),
    pairs: z.int().optional().describe("Pairs that a cache is to hold."),
  }),
  z.strictObject({ kind: z.literal("call"), of: z.literal("other"), name: z.string() }),
]);

const returned = z.discriminatedUnion("of", [
  z.strictObject({ kind: z.literal("return"), of: z.literal("seamcall"), leaf, status }),
  z.strictObject({
    kind: z.literal("return"),
    of: z.literal("helper"),
    helper,
    value: z.int().optional().describe("0 or an error; absent where nothing is returned, or a page."),
    page: address.optional().describe("Physical address of the page that is returned."),
  }),
]);

const buffered = z.literal(true).optional().describe("The store has yet to reach memory.");

const lock = z.strictObject({
  kind: z.literal("lock"),
  operation: z.string(),
  lock: z.string().describe("Name of its word, as in locks."),
  guards: z.string().optional().describe("What it guards, where it is the lock of something."),
  owner: z.enum(["kernel", "module"]),
  entry: z
    .strictObject({ level: z.string(), address })
    .optional()
    .describe("The PAMT entry that it is the lock of: level, and physical address of its first page."),
  effect: z.enum(["acquire", "promote", "release"]),
  mode: z.enum(["exclusive", "shared"]),
  busy: z.boolean().describe("It was tried in vain."),
  ...change,
  buffered,
});

const wait = z.discriminatedUnion("for", [
  z.strictObject({ kind: z.literal("wait"), for: z.literal("word"), operation: z.string(), word: z.string() }),
  z.strictObject({
    kind: z.literal("wait"),
    for: z.literal("cpu"),
    why: z.enum(["busy", "loop"]).describe("busy: its SEAMCALL stays BUSY; loop: it goes round in vain."),
  }),
]);

/** What is misused, in the words of the source. */
const misused = {
  of: z.string().optional().describe("The variable, member or memory that is misused, as the source calls it."),
  from: z.string().optional().describe("The function that returned the value."),
};

const event = z.discriminatedUnion("event", [
  z.strictObject({ kind: z.literal("event"), event: z.literal("Warn"), warning: namesIn(warningText) }),
  z.strictObject({
    kind: z.literal("event"),
    event: z.literal("PageMisused"),
    misuse: namesIn(misuseText),
    page: address.optional(),
    ...misused,
  }),
  z.strictObject({
    kind: z.literal("event"),
    event: z.literal("MemoryMisused"),
    misuse: namesIn(memoryMisuseText),
    ...misused,
  }),
  z.strictObject({
    kind: z.literal("event"),
    event: z.literal("MaySleep"),
    by: z.enum(["mutex", "allocation", "other"]),
    lock: z.string().optional().describe("Name of the mutex."),
  }),
  z.strictObject({ kind: z.literal("event"), event: z.literal("AllocationFailed") }),
  z.strictObject({ kind: z.literal("event"), event: z.literal("Allocate"), lost: z.literal(true) }),
  z.strictObject({ kind: z.literal("event"), event: z.literal("Yield"), leaf }),
  z.strictObject({
    kind: z.literal("event"),
    event: z.literal("CounterOutOfRange"),
    counter: z.int(),
    counters: z.int().describe("Counters in the array."),
  }),
  z.strictObject({ kind: z.literal("event"), event: z.literal("SeamcallFailed"), leaf, status }),
  z.strictObject({ kind: z.literal("event"), event: z.enum(["Softirq", "HardInterrupt"]), begins: z.boolean() }),
  z.strictObject({
    kind: z.literal("event"),
    event: z.literal("Fatal"),
    cause: namesIn(fatalText),
    page: address.optional(),
  }),
  z.strictObject({ kind: z.literal("event"), event: z.literal("SilentWrite"), page: address.optional() }),
]);

/** What a CPU did. */
export const actionSchema = z
  .discriminatedUnion("kind", [
    call,
    returned,
    lock,
    z.strictObject({
      kind: z.literal("word"),
      operation: z.string(),
      ...word,
      ...change,
      buffered,
    }),
    z.strictObject({ kind: z.literal("fence"), operation: z.string() }),
    z
      .strictObject({
        kind: z.literal("drain"),
        ...word,
        words: z.int().describe("How many words are stored, from word on."),
        ...change,
      })
      .describe("A store leaves the buffer of its CPU."),
    z
      .strictObject({ kind: z.literal("choice"), choice: z.string(), alternative: z.int() })
      .describe("What the environment chose."),
    wait,
    event,
    z
      .strictObject({ kind: z.literal("unknown"), category: z.enum(["call", "return", "word", "choice", "event"]) })
      .describe("Of a result of an earlier version: only the text is known."),
  ])
  .describe("What the CPU did, as facts.");

/** What a violation names. */
export const evidenceSchema = z
  .strictObject({
    leaf: leaf.optional(),
    status: status.optional(),
    region: address.optional().describe("Physical address."),
    page: address.optional().describe("Physical address."),
    helper: helper.optional(),
    value: z.int().optional().describe("What the helper returned."),
    misuse: z.union([namesIn(misuseText), namesIn(memoryMisuseText)]).optional(),
    misused: z.string().optional().describe("What was misused, as the source calls it."),
    lock: z.string().optional().describe("Name of its word."),
  })
  .describe("What the message names, as facts.");
