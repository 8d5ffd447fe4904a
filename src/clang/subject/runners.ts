/**
 * Programs of CPUs that run deferred functions, beside those that call helpers. There are as many as functions wait or run at
 * once, so that each can run beside each other one.
 */
import type { BesideProgram } from "../../helpers/index.js";
import { atomicRead, ExecutionContext, KernelEvent, MemoryMisuse, waitForZero } from "../../kernel/index.js";
import { become, type Callee, call, event, type Program, read } from "../../machine/index.js";
import type { ServedHost } from "../interpret/activation.js";
import { Deferral, isTimer, KINDS } from "../interpret/deferral.js";
import type { Job } from "../interpret/deferred.js";
import { Execution } from "../interpret/interpreter.js";
import { WordsObject } from "../interpret/objects.js";
import { FunctionAddress, Pointer } from "../interpret/values.js";

const ADDRESS_SIZE = 8;

/** Where a tasklet has how often it is disabled. */
const DISABLED_OFFSET = 16;
const COUNT_SIZE = 4;

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
  yield call(internal(label), start);
  yield memory.deferred.end();
  return 0;
}

/** What no kernel calls. */
function internal(label: string): Callee {
  return { label, internal: true };
}

/** Runs one function after the other, until there will be none any more. */
function* runner(host: ServedHost): Program {
  const { deferred } = host.memory;
  const entry = yield call(internal("take"), () => deferred.take());
  if (entry < 0) return 0;
  if ((yield* deferred.kindOf(entry)) === Deferral.Tasklet) {
    yield call(internal("until it is enabled"), () => untilEnabled(host, entry));
  }
  const queue = yield* deferred.queueAhead(entry);
  if (!(yield* deferred.comesUp(entry))) return yield become("deferred functions", () => runner(host));
  const job = yield* deferred.begin(entry);
  let restarts = 0;
  if (job !== null) {
    const hasQueue = queue === 0 || (yield* isAllocated(itemOf(host, queue)));
    const isThere = hasQueue && (yield* isAllocated(itemOf(host, job.target)));
    restarts = yield call(KINDS[job.kind].name, () => run(host, entry, job, isThere));
  }
  yield call(internal("finish"), () => deferred.finish(entry, restarts !== 0));
  return yield become("deferred functions", () => runner(host));
}

/** A tasklet is kept back while somebody has disabled it. It is told to run before that is looked up, as Linux does. */
function* untilEnabled(host: ServedHost, entry: number): Program {
  const { deferred } = host.memory;
  const item = itemOf(host, yield deferred.targetOf(entry));
  while (yield* isAllocated(item)) {
    const execution = new Execution(host);
    const count = yield* execution.word(new Pointer(item.object, item.offset + DISABLED_OFFSET), COUNT_SIZE, 0);
    if ((yield atomicRead(count)) === 0) return 0;
    yield deferred.keepBack(entry);
    yield waitForZero(count);
    yield deferred.resume(entry);
  }
  return 0;
}

function itemOf({ memory }: ServedHost, target: number): Pointer {
  return memory.decode(target, ADDRESS_SIZE) as Pointer;
}

/** Whether the item is there when its function begins. What becomes of it then is for the function to know. */
function* isAllocated({ object }: Pointer): Program<boolean> {
  return !(object instanceof WordsObject) || object.state === 0 || (yield read(object.state)) !== 0;
}

const BEGINS = {
  [ExecutionContext.Softirq]: KernelEvent.Softirq,
  [ExecutionContext.HardInterrupt]: KernelEvent.HardInterrupt,
} as const;

/** @returns whether it says that it is to run again */
function* run(host: ServedHost, entry: number, { kind, target, called, site }: Job, isThere: boolean): Program {
  const { context } = KINDS[kind];
  const execution = new Execution(host, undefined, { entry, context });
  if (context !== ExecutionContext.Task) yield event(BEGINS[context], 1);
  if (!isThere) yield* execution.misuse(MemoryMisuse.Freed, site, "what is to run later, or its queue, was freed");
  const callee = host.memory.decode(called, ADDRESS_SIZE);
  if (!(callee instanceof FunctionAddress)) {
    return yield* execution.misuse(MemoryMisuse.UnsetAddress, site, "what is to run later is no function");
  }
  const result = yield* execution.call(callee.name, [itemOf(host, target)]);
  if (context !== ExecutionContext.Task) yield event(BEGINS[context], 0);
  return isTimer(kind) && (yield* execution.number(result, site)) !== 0n ? 1 : 0;
}
