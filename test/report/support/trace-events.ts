/**
 * What a trace of Trace Events must be like, as the format's description and Perfetto's documentation say.
 *
 * Sources: "Trace Event Format" (JSON object format, event types); Perfetto, "Visualizing external trace formats":
 * slices of a thread must nest, what overlaps must be asynchronous.
 */
import { z } from "zod";

const common = {
  name: z.string(),
  ts: z.number().min(0),
  pid: z.int(),
  tid: z.int(),
  args: z.record(z.string(), z.unknown()).optional(),
};

/** By phase: those of the format that Perfetto shows. */
const event = z.discriminatedUnion("ph", [
  z.strictObject({ ...common, ph: z.literal("B"), cat: z.string().optional() }),
  z.strictObject({ ...common, ph: z.literal("E"), cat: z.string().optional() }),
  z.strictObject({ ...common, ph: z.literal("X"), cat: z.string().optional(), dur: z.number().min(0) }),
  z.strictObject({ ...common, ph: z.literal("i"), cat: z.string().optional(), s: z.enum(["g", "p", "t"]).optional() }),
  // Asynchronous: category and id say which belong together.
  z.strictObject({ ...common, ph: z.literal("b"), cat: z.string(), id: z.string() }),
  z.strictObject({ ...common, ph: z.literal("n"), cat: z.string(), id: z.string() }),
  z.strictObject({ ...common, ph: z.literal("e"), cat: z.string(), id: z.string() }),
  z.strictObject({ ...common, ph: z.literal("C"), args: z.record(z.string(), z.number()) }),
  z.strictObject({
    ...common,
    ph: z.literal("M"),
    name: z.enum(["process_name", "thread_name", "process_sort_index", "thread_sort_index"]),
    args: z.union([z.strictObject({ name: z.string() }), z.strictObject({ sort_index: z.int() })]),
  }),
]);

export const traceSchema = z
  .strictObject({
    traceEvents: z.array(event),
    displayTimeUnit: z.enum(["ms", "ns"]).optional(),
    otherData: z.record(z.string(), z.unknown()).optional(),
  })
  .superRefine(({ traceEvents }, context) => {
    const complain = (message: string): void => context.addIssue({ code: "custom", message });
    const open = new Map<string, string[]>();
    const asynchronous = new Map<string, string>();
    const last = new Map<string, number>();
    for (const each of traceEvents) {
      const thread = `${each.pid} ${each.tid}`;
      if (each.ph === "M" && each.name.endsWith("_name") !== "name" in each.args) complain(`${each.name} says no name`);
      if (each.ph !== "M") {
        if (each.ts < (last.get(thread) ?? 0)) complain(`time runs backwards at ${each.name}`);
        last.set(thread, each.ts);
      }
      const stack = open.get(thread) ?? [];
      open.set(thread, stack);
      if (each.ph === "B") stack.push(each.name);
      if (each.ph === "E" && stack.pop() !== each.name) complain(`${each.name} ends and is not the innermost`);
      if (each.ph === "b" || each.ph === "e") {
        const key = `${each.pid} ${each.cat} ${each.id}`;
        const begun = asynchronous.get(key);
        if (each.ph === "b" && begun !== undefined) complain(`${key} begins twice`);
        if (each.ph === "e" && begun !== each.name) complain(`${key} ends as ${each.name}, began as ${begun}`);
        if (each.ph === "b") asynchronous.set(key, each.name);
        else asynchronous.delete(key);
      }
    }
    for (const stack of open.values()) if (stack.length > 0) complain(`${stack.join(", ")} never end`);
    if (asynchronous.size > 0) complain("an asynchronous slice never ends");
  });
