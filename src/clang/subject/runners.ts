/**
 * Programs of CPUs that run deferred functions, beside those that call helpers. There are as many as functions wait or run at
 * once, so that each can run beside each other one.
 */
import type { BesideProgram } from "../../helpers/index.js";
import { KernelEvent, MemoryMisuse } from "../../kernel/index.js";
import { become, call, event, type Program, read } from "../../machine/index.js";
import type { ServedHost } from "../interpret/activation.js";
import { Deferral, type Job } from "../interpret/deferred.js";
import { Execution } from "../interpret/interpreter.js";
import { WordsObject } from "../interpret/objects.js";
import type { FunctionAddress, Pointer } from "../interpret/values.js";

const ADDRESS_SIZE = 8;

/** What runs, as traces call it. */
const NAMES: Readonly<Record<Deferral, string>> = {
  [Deferral.Callback]: "RCU callback",
  [Deferral.Work]: "work item",
  [Deferral.Timer]: "timer",
};

/** The programs that call helpers, each of which tells when it ends, and those that run what helpers defer. */
export function withRunners(host: ServedHost, callers: readonly BesideProgram[]): BesideProgram[] {
  const { deferred } = host.memory;
  deferred.start(callers.length);
  const runners = Array.from({ length: deferred.size }, () => ({
    label: "deferred functions",
    start: () => runner(host),
  }));
  return [...callers.map(({ label, start }) => ({ label, start: () => toItsEnd(host, label, start) })), ...runners];
}

function* toItsEnd({ memory }: ServedHost, label: string, start: () => Program): Program {
  yield call(label, start);
  yield memory.deferred.end();
  return 0;
}

/** Runs one function after the other, until there will be none any more. */
function* runner(host: ServedHost): Program {
  const { deferred } = host.memory;
  const entry = yield call("take", () => deferred.take());
  if (entry < 0) return 0;
  const job = yield* deferred.begin(entry);
  if (job !== null) {
    const isThere = yield* isAllocated(host, job);
    yield call(NAMES[job.kind], () => run(host, entry, job, isThere));
  }
  yield call("finish", () => deferred.finish(entry));
  return yield become("deferred functions", () => runner(host));
}

function itemOf({ memory }: ServedHost, { target }: Job): Pointer {
  return memory.decode(target, ADDRESS_SIZE) as Pointer;
}

/** Whether the item is there when its function begins. What becomes of it then is for the function to know. */
function* isAllocated(host: ServedHost, job: Job): Program<boolean> {
  const { object } = itemOf(host, job);
  return !(object instanceof WordsObject) || object.state === 0 || (yield read(object.state)) !== 0;
}

function* run(host: ServedHost, entry: number, job: Job, isThere: boolean): Program {
  const inSoftirq = job.kind !== Deferral.Work;
  const execution = new Execution(host, undefined, { entry, inSoftirq });
  if (inSoftirq) yield event(KernelEvent.Softirq, 1);
  if (!isThere) yield* execution.misuse(MemoryMisuse.Freed, job.site, "what is to run later was freed");
  const { name } = host.memory.decode(job.called, ADDRESS_SIZE) as FunctionAddress;
  yield* execution.call(name, [itemOf(host, job)]);
  if (inSoftirq) yield event(KernelEvent.Softirq, 0);
  return 0;
}
