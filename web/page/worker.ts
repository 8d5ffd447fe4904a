/** The checker, off the page's thread: explores what it is told to, and says from time to time where it stands. */
import {
  type Branch,
  branchAnew,
  type CheckProgress,
  check,
  designNamed,
  explorationOf,
  type MemoryGauge,
  parseSchedule,
  subjectOfSchedule,
} from "../../src/check/index.js";
import { CompileErrors } from "../../src/clang/index.js";
import type { Design } from "../../src/helpers/index.js";
import type { CompiledFrom } from "../../src/report/index.js";
import { oneLine, UserError } from "../../src/text/index.js";
import { HARNESS, SHIM } from "./c-text.js";
import { compiled } from "./compiler.js";
import type { BranchAsked, CText, FromWorker, Result, SubjectName, ToWorker } from "./messages.js";
import { type WrongLine, wrongLinesOf } from "./wrong-lines.js";

/** Milliseconds between two reports of where the search stands. */
const REPORT_MS = 200;

/** Bytes that one table of a search may take; and of the heap, where the browser tells its size, that share. */
const TABLE_MAX = 2 ** 30;
const HEAP_SHARE = 0.75;

const memory: MemoryGauge = {
  isFull() {
    const { memory: heap } = performance as { memory?: { usedJSHeapSize: number; jsHeapSizeLimit: number } };
    return heap !== undefined && heap.usedJSHeapSize > HEAP_SHARE * heap.jsHeapSizeLimit;
  },
  hasRoom: (bytes) => bytes <= TABLE_MAX,
};

/** The worker's own side of the line; the page's library of types has no workers. */
interface Line {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}
const line = globalThis as unknown as Line;

let stopping = new AbortController();

line.onmessage = ({ data }) => {
  if (data.kind === "stop") {
    stopping.abort();
    return;
  }
  if (data.kind === "branch") {
    branchOf(data).then(
      (branch) => line.postMessage({ kind: "branched", branch }),
      (error: unknown) => line.postMessage({ kind: "refused", message: messageOf(error), diagnostics: [] }),
    );
    return;
  }
  stopping = new AbortController();
  run(data, stopping.signal).then(
    (result) => line.postMessage({ kind: "result", result }),
    (error: unknown) =>
      line.postMessage({ kind: "refused", message: messageOf(error), diagnostics: wrongLines(data, error) }),
  );
};

async function branchOf({ design, schedule, ignored, after, cpu }: BranchAsked): Promise<Branch> {
  const parsed = parseSchedule(schedule);
  const subject = subjectOfSchedule(parsed, designNamed(design), ignored);
  return branchAnew(subject, parsed, { after, cpu });
}

async function run({ subject, settings }: ToWorker & { kind: "start" }, signal: AbortSignal): Promise<Result> {
  const began = performance.now();
  // What is wrong with the settings comes before compiling, which takes seconds.
  const exploration = explorationOf(settings);
  const { design, finish } = await subjectOf(subject);
  const result = await check({
    ...exploration,
    limits: { ...exploration.limits, memory },
    design,
    signal,
    progress: reporter(),
    began,
  });
  return finish(result);
}

interface Loaded {
  readonly design: Design;
  /** Adds what is known of C to a result. */
  finish(result: Result): Result;
}

async function subjectOf(subject: SubjectName): Promise<Loaded> {
  if ("design" in subject) return { design: designNamed(subject.design), finish: (result) => result };
  line.postMessage({ kind: "compiling" });
  const { design, coverage, unset, from } = await compiled(subject.c);
  for (const variable of unset) {
    line.postMessage({
      kind: "note",
      text: `${oneLine(variable)} is never initialised: no function that was pasted writes it`,
    });
  }
  const c = { file: subject.c.name, ...flagsOf(subject.c), from };
  return { design, finish: (result) => ({ ...result, coverage: coverage(), c }) };
}

/** What the command line would be given beside the file. */
function flagsOf({ entries, harness, headers }: CText): Omit<CompiledFrom, "file"> {
  return {
    ...(entries.length === 0 ? {} : { entry: entries }),
    ...(harness === undefined ? {} : { harness: HARNESS }),
    ...(Object.keys(headers).length === 0 ? {} : { shim: [SHIM] }),
  };
}

/** The lines of C that an error is about. */
function wrongLines({ subject }: ToWorker & { kind: "start" }, error: unknown): readonly WrongLine[] {
  if (!("c" in subject) || !(error instanceof UserError)) return [];
  const files = [subject.c.name, HARNESS];
  if (!(error instanceof CompileErrors)) return wrongLinesOf(error.message, files);
  return error.problems
    .filter(({ file }) => files.includes(file))
    .map(({ file, line: at, column, text, stub }) => {
      const message = stub === undefined ? text : `${text}\nIn a header of the shim: ${stub}`;
      return { file, line: at, column, message };
    });
}

function reporter(): (progress: CheckProgress) => void {
  let said = 0;
  let scenario = "";
  return (progress) => {
    const now = performance.now();
    if (progress.scenario === scenario && now - said < REPORT_MS) return;
    said = now;
    scenario = progress.scenario;
    const { states, transitions, depth, seconds } = progress.statistics;
    line.postMessage({
      kind: "standing",
      standing: { scenario, states, transitions, depth, seconds, violations: progress.broken.length },
    });
  };
}

/** The flag that the page has no field for. */
const ONLY_THERE = /--tree\b/;
/** Flags that are tabs beside the C. */
const TABS = /--(?:shim|entry|harness)\b/;

function messageOf(error: unknown): string {
  const all = error instanceof CompileErrors ? error.problems : [];
  const each = all.length < 2 ? "" : `: ${all.map(({ line: at, text: what }) => `line ${at}: ${what}`).join("; ")}`;
  const text = oneLine(`${error instanceof Error ? error.message : String(error)}${each}`);
  if (error instanceof UserError) {
    const tabs = TABS.test(text) ? " (--shim, --entry and --harness are the tabs beside the C)" : "";
    return ONLY_THERE.test(text)
      ? `${text} (--tree is a flag of "dpamt check FILE" on the command line; the others are tabs)`
      : `${text}${tabs}`;
  }
  if (error instanceof RangeError) {
    return `the browser has no room for this exploration (${text}); choose smaller bounds or a limit of states`;
  }
  return `a bug in dpamt, please report it with the link of this page: ${text}`;
}
