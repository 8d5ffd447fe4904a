/** Functions that run later, for C: `call_rcu()`, work items and timers. */
import { MAX_CPUS, MemoryMisuse } from "../../kernel/index.js";
import { at, call, type Program } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import { Deferral, Queued } from "../interpret/deferred.js";
import { ENTRIES_MAX } from "../interpret/deferred-words.js";
import type { Evaluation } from "../interpret/host.js";
import { WordsObject } from "../interpret/objects.js";
import { sited } from "../interpret/sited.js";
import { describeValue, FunctionAddress, Pointer, type Value } from "../interpret/values.js";
import { PTR } from "../ir/types.js";

const ADDRESS_SIZE = 8;
/** Where work items and timers have their function. */
const FUNCTION_OFFSET = 8;

/** What each kind is asked for by, as traces call it. */
const CALLS: Readonly<Record<Deferral, string>> = {
  [Deferral.Callback]: "call_rcu",
  [Deferral.Work]: "queue_work",
  [Deferral.Timer]: "mod_timer",
};

function* kindOf(activation: Activation, value: Value, site: number): Evaluation<Deferral> {
  return Number(yield* activation.number(value, site)) as Deferral;
}

/** An item: memory that all CPUs share. */
function* itemOf(activation: Activation, value: Value, site: number): Evaluation<Pointer> {
  const known = yield* activation.follow(yield* activation.known(value, site), ADDRESS_SIZE, site);
  if (known.object instanceof WordsObject && !known.object.owned) return known;
  return activation.fail(site, `${describeValue(known)} is to run later: only memory that CPUs share may be`);
}

function wordOf(activation: Activation, value: Value, site: number): number {
  return activation.memory.encode(value, ADDRESS_SIZE, activation.where(site));
}

/** The function of a work item or timer. */
function* functionIn(activation: Activation, item: Pointer, site: number): Evaluation {
  const address = new Pointer(item.object, item.offset + FUNCTION_OFFSET);
  return yield* activation.load(address, PTR, "once", site);
}

/** A program on the entries, as one call: what it finds there is forgotten. */
function* asCall(name: string, program: () => Program, site: number): Evaluation<number> {
  return yield at(
    call(name, () => sited(program(), site)),
    site,
  );
}

/** Makes room for one more. @throws StepsChanged once boot is over */
function moreRoom(activation: Activation, site: number): void {
  const { deferred, needs } = activation.memory;
  const { cpus = 1 } = activation.kernel.options;
  const most = Math.min(ENTRIES_MAX, MAX_CPUS - cpus);
  if (deferred.size >= most) {
    activation.fail(site, `more than ${most} callbacks, work items and timers wait or run at once: not modelled`);
  }
  if (!activation.host.isBooting) needs.deferMore();
  deferred.addEntry();
}

function* queued(activation: Activation, args: readonly Value[], site: number): Evaluation {
  const [pointer = 0n, kindValue = 0, of = 0n] = args;
  const kind = yield* kindOf(activation, kindValue, site);
  const item = yield* itemOf(activation, pointer, site);
  const { deferred, needs } = activation.memory;
  if (deferred.size === 0) moreRoom(activation, site);
  const called = kind === Deferral.Callback ? of : yield* functionIn(activation, item, site);
  if (!(called instanceof FunctionAddress)) {
    const misuse = called === 0n ? MemoryMisuse.NullAddress : MemoryMisuse.UnsetAddress;
    return yield* activation.misuse(misuse, site, "what is to run later is no function");
  }
  const isCounted = !activation.host.isBooting && activation.running === null;
  if (isCounted) needs.learnDeferring(activation.name);
  const request = {
    kind,
    target: wordOf(activation, item, site),
    called: wordOf(activation, called, site),
    queue: kind === Deferral.Work ? wordOf(activation, yield* activation.known(of, site), site) : 0,
    isCounted,
    site,
    by: activation.running?.entry ?? -1,
  };
  for (;;) {
    const result = (yield* asCall(CALLS[kind], () => deferred.queue(request), site)) as Queued;
    if (result === Queued.Twice) {
      return yield* activation.misuse(MemoryMisuse.QueuedTwice, site, "a callback is queued again before it has run");
    }
    if (result !== Queued.NoRoom) return result;
    moreRoom(activation, site);
  }
}

function* cancelled(activation: Activation, args: readonly Value[], site: number): Evaluation {
  const [pointer = 0n, kindValue = 0, waits = 0] = args;
  const kind = yield* kindOf(activation, kindValue, site);
  const item = yield* itemOf(activation, pointer, site);
  const { deferred } = activation.memory;
  if (deferred.size === 0) return 0;
  const target = wordOf(activation, item, site);
  const isSync = (yield* activation.number(waits, site)) !== 0n;
  const found = yield* asCall("cancel", () => deferred.cancel(kind, target, isSync), site);
  if (found >> 1 > 0) yield at(deferred.runEnded((found >> 1) - 1), site);
  return found & 1;
}

function* flushed(activation: Activation, args: readonly Value[], site: number): Evaluation {
  const [pointer = 0n, kindValue = 0, queue = 0n] = args;
  const kind = yield* kindOf(activation, kindValue, site);
  const { deferred } = activation.memory;
  if (deferred.size === 0) return 0;
  const target = pointer === 0n ? 0 : wordOf(activation, yield* itemOf(activation, pointer, site), site);
  const queueWord = queue === 0n ? 0 : wordOf(activation, yield* activation.known(queue, site), site);
  const entries = yield* asCall("flush", () => deferred.pending(kind, target, queueWord), site);
  if (entries !== 0) yield at(deferred.allGone(entries), site);
  return entries === 0 ? 0 : 1;
}

export const deferredIntrinsics: Record<string, Intrinsic> = {
  __dpamt_defer: queued,
  __dpamt_cancel: cancelled,
  __dpamt_flush: flushed,
  *__dpamt_is_deferred(activation, [pointer = 0n, kindValue = 0], site) {
    const kind = yield* kindOf(activation, kindValue, site);
    const item = yield* itemOf(activation, pointer, site);
    const { deferred } = activation.memory;
    if (deferred.size === 0) return 0;
    const target = wordOf(activation, item, site);
    return yield* asCall("is it pending", () => deferred.isPending(kind, target), site);
  },
};
