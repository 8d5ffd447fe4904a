/**
 * Results that earlier versions saved (`dpamt-check-1`, `dpamt-compare-1`): what they are like, and how they become
 * results of this version. Their steps are texts; nobody else reads facts from texts.
 */
import { z } from "zod";
import { codeName, FATAL, leafByName, operandByName, type Status, statusByName, UNKNOWN_STATUS } from "../abi/index.js";
import { leafFact, statusFact } from "../check/trace/codes.js";
import {
  type Action,
  type Category,
  type ChangeFact,
  calledHelpers,
  type EventAction,
  type KnownAction,
  type LeafFact,
  type LockAction,
  returningHelpers,
  type StatusFact,
} from "../check/trace/facts.js";
import { fatalText, memoryMisuseText, misuseText, phraseOf, warningText } from "../check/trace/phrases.js";
import {
  checkSchema,
  counterexampleSchema,
  REQUIREMENTS_MAX,
  RESULTS_MAX,
  STEPS_MAX,
  stepSchema,
} from "./result-schema.js";

const stepSchema1 = stepSchema.omit({ action: true }).extend({
  kind: z.enum(["call", "return", "word", "choice", "event"]),
  word: z.string().optional(),
  before: z.int().optional(),
  after: z.int().optional(),
});

const counterexampleSchema1 = counterexampleSchema
  .omit({ evidence: true })
  .extend({ steps: z.array(stepSchema1).max(STEPS_MAX) });

export const checkSchema1 = checkSchema.extend({
  schema: z.literal("dpamt-check-1"),
  counterexample: counterexampleSchema1.nullable(),
  counterexamples: z.array(counterexampleSchema1).max(REQUIREMENTS_MAX).optional(),
});

export const compareSchema1 = z.strictObject({
  schema: z.literal("dpamt-compare-1"),
  results: z.array(checkSchema1).max(RESULTS_MAX),
});

type Check1 = z.infer<typeof checkSchema1>;
type Counterexample1 = z.infer<typeof counterexampleSchema1>;
type Step1 = z.infer<typeof stepSchema1>;

/** The results of a comparison as this version would have saved them. */
export function upgradedResults({ results }: z.infer<typeof compareSchema1>) {
  return results.map(upgraded);
}

/** The result as this version would have saved it, as far as its texts tell. */
export function upgraded(given: Check1) {
  const { counterexample, counterexamples } = given;
  return {
    ...given,
    schema: "dpamt-check-2",
    counterexample: counterexample === null ? null : withActions(counterexample),
    ...(counterexamples === undefined ? {} : { counterexamples: counterexamples.map(withActions) }),
  } as const;
}

function withActions(given: Counterexample1) {
  return {
    ...given,
    steps: given.steps.map((step) => {
      const { kind: _kind, word: _word, before: _before, after: _after, ...rest } = step;
      return { ...rest, action: actionOf(step) };
    }),
  };
}

/** What the step did, if its text is one that this version would make of it. */
function actionOf(step: Step1): Action {
  const { kind, text } = step;
  const action = readers[kind](step);
  if (action !== undefined && phraseOf(action) === text) return action;
  return kind === "call" ? { kind, of: "other", name: text } : { kind: "unknown", category: kind };
}

type Reader = (step: Step1) => KnownAction | undefined;

const readers: Readonly<Record<Category, Reader>> = {
  call: ({ text }) => callOf(text),
  return: ({ text }) => returnOf(text),
  word: (step) => waitOf(step) ?? fenceOf(step) ?? drainOf(step) ?? lockOf(step) ?? wordOf(step),
  choice({ text }) {
    const [, choice, alternative] = /^(.*): (\d+)$/s.exec(text) ?? [];
    return choice === undefined ? undefined : { kind: "choice", choice, alternative: Number(alternative) };
  },
  event: ({ text }) => eventOf(text),
};

function leafNamed(name: string): LeafFact | undefined {
  const leaf = leafByName(name);
  return leaf === undefined ? undefined : leafFact(leaf);
}

function callOf(text: string): KnownAction | undefined {
  const [, name = "", given = ""] = /^([^(]*)\((.*)\)$/s.exec(text) ?? [];
  const leaf = leafNamed(name);
  if (leaf !== undefined) return { kind: "call", of: "seamcall", leaf, operands: given.split(", ") };
  const helper = keysOf(calledHelpers).find((each) => each === name);
  if (helper === undefined) return undefined;
  const call = { kind: "call", of: "helper", helper } as const;
  if (given === "") return call;
  return /^\d+$/.test(given) ? { ...call, pairs: Number(given) } : { ...call, page: Number(given) };
}

/** A status by its text: the code, and behind a bar the operand or number that is its detail. */
function statusNamed(text: string): StatusFact | undefined {
  const [code = "", detail] = text.split(" | ");
  const status: Status | undefined =
    statusByName(code) ?? [FATAL, UNKNOWN_STATUS].find((each) => codeName(each) === text);
  if (status === undefined) return undefined;
  const number = detail === undefined ? 0 : (operandByName(detail) ?? Number(detail));
  const fact = Number.isInteger(number) ? statusFact(status | number) : undefined;
  return fact?.name === text ? fact : undefined;
}

function returnOf(text: string): KnownAction | undefined {
  const [name = "", ...rest] = text.split(" returns");
  const given = rest.join(" returns").trimStart();
  const leaf = leafNamed(name);
  const status = statusNamed(given);
  if (leaf !== undefined && status !== undefined) return { kind: "return", of: "seamcall", leaf, status };
  const helper = keysOf(returningHelpers).find((each) => each === name);
  if (helper === undefined) return undefined;
  const [, number] = /^(?:ERR_PTR\()?(-?\d+)\)?$/.exec(given === "NULL" ? "0" : given) ?? [];
  return { kind: "return", of: "helper", helper, ...(number === undefined ? {} : { value: Number(number) }) };
}

function waitOf({ text, word = "" }: Step1): KnownAction | undefined {
  for (const why of ["busy", "loop"] as const) {
    const action = { kind: "wait", for: "cpu", why } as const;
    if (phraseOf(action) === text) return action;
  }
  const end = `(${word})`;
  if (!text.startsWith("waits in ") || !text.endsWith(end)) return undefined;
  return { kind: "wait", for: "word", operation: text.slice("waits in ".length, -end.length), word };
}

function fenceOf({ text, word }: Step1): KnownAction | undefined {
  const [, operation] = /^(\w+)\(\)$/.exec(text) ?? [];
  return operation === undefined || word !== undefined ? undefined : { kind: "fence", operation };
}

/** What the end of a text says of a change, with the numbers if the step has them. */
function changeOf({ before, after }: Step1, text: string): ChangeFact {
  if (before !== undefined && after !== undefined) return { before, after, changed: before !== after };
  const arrow = text.indexOf(" -> ");
  if (arrow < 0) return { before: text, after: text, changed: false };
  return { before: text.slice(0, arrow), after: text.slice(arrow + " -> ".length), changed: true };
}

/** A count by its name; its region is in it. */
function roleOf(word: string) {
  const [, region] = /^count of (0x[0-9a-f]{1,13})$/.exec(word) ?? [];
  if (region !== undefined) return { word, role: "count", region: Number(region) } as const;
  return word === "pairs in the pool" ? ({ word, role: "pool" } as const) : { word };
}

function drainOf(step: Step1): KnownAction | undefined {
  const { text, word = "" } = step;
  const [, what = "", change = ""] = /^store of (.*) reaches memory: (.*)$/s.exec(text) ?? [];
  if (what === "") return undefined;
  const words = what === word ? 1 : Number.parseInt(what, 10);
  return { kind: "drain", ...roleOf(word), words, ...changeOf(step, change) };
}

function wordOf(step: Step1): KnownAction | undefined {
  const { text, word } = step;
  const mark = `(${word}): `;
  const at = text.indexOf(mark);
  if (word === undefined || at < 0) return undefined;
  const late = ", in the store buffer";
  const isLate = text.endsWith(late);
  const change = text.slice(at + mark.length, isLate ? -late.length : undefined);
  const operation = text.slice(0, at);
  return { kind: "word", operation, ...roleOf(word), ...changeOf(step, change), ...(isLate ? { buffered: true } : {}) };
}

type LockUse = readonly [effect: LockAction["effect"], mode: LockAction["mode"]];

const lockUses: ReadonlyMap<string, LockUse> = new Map<string, LockUse>([
  ["acquire shared", ["acquire", "shared"]],
  ["acquire exclusive", ["acquire", "exclusive"]],
  ["promote to exclusive", ["promote", "exclusive"]],
  ["release shared", ["release", "shared"]],
  ["release exclusive", ["release", "exclusive"]],
  ["guest acquire shared", ["acquire", "shared"]],
  ["guest acquire exclusive", ["acquire", "exclusive"]],
  ["spin_lock", ["acquire", "exclusive"]],
  ["spin_lock_bh", ["acquire", "exclusive"]],
  ["spin_trylock", ["acquire", "exclusive"]],
  ["spin_unlock", ["release", "exclusive"]],
  ["spin_unlock_bh", ["release", "exclusive"]],
  ["write_lock", ["acquire", "exclusive"]],
  ["write_unlock", ["release", "exclusive"]],
  ["read_lock", ["acquire", "shared"]],
  ["read_unlock", ["release", "shared"]],
  ["mutex_lock", ["acquire", "exclusive"]],
  ["mutex_unlock", ["release", "exclusive"]],
]);

function lockOf(step: Step1): KnownAction | undefined {
  const { text, word } = step;
  if (word === undefined) return undefined;
  const guards = word.endsWith(": lock") ? word.slice(0, -": lock".length) : word;
  // A text says nothing of what the word of a lock holds.
  const lock = { lock: word, ...(guards === word ? {} : { guards }), ...changeOf(step, "") };
  for (const [operation, [effect, mode]] of lockUses) {
    if (!text.startsWith(operation)) continue;
    for (const owner of ["kernel", "module"] as const) {
      for (const busy of [false, true]) {
        const action = {
          kind: "lock",
          operation,
          ...lock,
          owner,
          ...entryOf(owner, guards),
          effect,
          mode,
          busy,
        } as const;
        if (phraseOf(action) === text) return action;
      }
    }
  }
  return undefined;
}

function entryOf(owner: LockAction["owner"], guards: string): Pick<LockAction, "entry"> {
  const [, level, address] = /^(4K|2M|1G) entry of (0x[0-9a-f]{1,13})$/.exec(guards) ?? [];
  return owner === "kernel" || level === undefined ? {} : { entry: { level, address: Number(address) } };
}

function keysOf<T extends object>(texts: T): (keyof T)[] {
  return Object.keys(texts) as (keyof T)[];
}

/** Events whose text is always the same, by that text. */
const events: ReadonlyMap<string, EventAction> = new Map(
  [
    ...keysOf(warningText).map((warning): EventAction => ({ kind: "event", event: "Warn", warning })),
    ...keysOf(misuseText).map((misuse): EventAction => ({ kind: "event", event: "PageMisused", misuse })),
    ...keysOf(memoryMisuseText).map((misuse): EventAction => ({ kind: "event", event: "MemoryMisused", misuse })),
    ...keysOf(fatalText).map((cause): EventAction => ({ kind: "event", event: "Fatal", cause })),
    ...[true, false].map((begins): EventAction => ({ kind: "event", event: "Softirq", begins })),
    { kind: "event", event: "AllocationFailed" } as const,
    { kind: "event", event: "Allocate", lost: true } as const,
    { kind: "event", event: "SilentWrite" } as const,
  ].map((event) => [phraseOf(event), event]),
);

function eventOf(text: string): KnownAction | undefined {
  const known = events.get(text);
  if (known !== undefined) return known;
  const [, tried = ""] = /^(.*) was BUSY and will be made again$/s.exec(text) ?? [];
  const leaf = leafNamed(tried);
  if (leaf !== undefined) return { kind: "event", event: "Yield", leaf };
  const [, counter, counters] = /^counter (-?\d+) is outside the array of (\d+)$/.exec(text) ?? [];
  if (counter !== undefined) {
    return { kind: "event", event: "CounterOutOfRange", counter: Number(counter), counters: Number(counters) };
  }
  const [, failed = "", says = ""] = /^(\S+) returns (.*), by nobody's fault$/s.exec(text) ?? [];
  const [called, status] = [leafNamed(failed), statusNamed(says)];
  return called === undefined || status === undefined
    ? undefined
    : { kind: "event", event: "SeamcallFailed", leaf: called, status };
}
