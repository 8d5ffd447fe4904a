/** Functions that run later, for C: callbacks of RCU, work items, timers, tasklets. */
import { ExecutionContext, MAX_CPUS, MemoryMisuse } from "../../kernel/index.js";
import { at, call, type Program } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import { Cancel, Deferral, isCallback, KINDS } from "../interpret/deferral.js";
import { Queued, RUNS_NOW } from "../interpret/deferred.js";
import { ENTRIES_MAX } from "../interpret/deferred-words.js";
import type { Evaluation } from "../interpret/host.js";
import { WordsObject } from "../interpret/objects.js";
import { sited } from "../interpret/sited.js";
import { describeValue, FunctionAddress, Pointer, type Value } from "../interpret/values.js";
import { PTR } from "../ir/types.js";
import { setWord } from "./locks.js";

const ADDRESS_SIZE = 8;
/** Where work items and timers have their function. */
const FUNCTION_OFFSET = 8;

/** Beside the kind of a work item: its queue runs one after the other. */
const IN_ORDER = 8;
/** It is to wait first; of who waits for it: it is not to wait any more. */
const DELAYED = 16;
/** It may wait already: then for how long is another matter now. */
const MODIFIES = 32;
const KIND = 7;
const ENTRIES = (1 << ENTRIES_MAX) - 1;

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

/** The word that it is in. */
function* functionWord(activation: Activation, { object, offset }: Pointer, site: number): Evaluation<number> {
  return yield* activation.word(new Pointer(object, offset + FUNCTION_OFFSET), ADDRESS_SIZE, site);
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
    activation.fail(site, `more than ${most} functions that run later wait or run at once: not modelled`);
  }
  if (!activation.host.isBooting) needs.deferMore();
  deferred.addEntry();
}

/** What keeps a function waiting: the queue of a work item, or the domain of a callback, each as a word; 0: neither. */
function* queueOf(activation: Activation, kind: Deferral, value: Value, site: number): Evaluation<number> {
  if (value === 0n) return 0;
  if (kind === Deferral.SrcuCallback) return yield* setWord(activation, value, site);
  return wordOf(activation, yield* activation.known(value, site), site);
}

function* queued(activation: Activation, args: readonly Value[], site: number): Evaluation {
  const [pointer = 0n, kindValue = 0, of = 0n, callback = 0n] = args;
  const how = Number(yield* activation.number(kindValue, site));
  const kind: Deferral = how & KIND;
  const item = yield* itemOf(activation, pointer, site);
  const { deferred, needs } = activation.memory;
  if (KINDS[kind].context === ExecutionContext.HardInterrupt) needs.learnInterrupts(activation.host.isBooting);
  if (deferred.size === 0) moreRoom(activation, site);
  const called = isCallback(kind) ? callback : yield* functionIn(activation, item, site);
  if (kind === Deferral.Timer && called === 0n) return Queued.ShutDown;
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
    functionWord: kind === Deferral.Timer ? yield* functionWord(activation, item, site) : 0,
    queue: yield* queueOf(activation, kind, of, site),
    inOrder: (how & IN_ORDER) !== 0,
    isDelayed: (how & DELAYED) !== 0,
    modifies: (how & MODIFIES) !== 0,
    isCounted,
    site,
    by: activation.running?.entry ?? -1,
  };
  for (;;) {
    const result = (yield* asCall(KINDS[kind].asked, () => deferred.queue(request), site)) as Queued;
    if (result === Queued.Twice) {
      return yield* activation.misuse(MemoryMisuse.QueuedTwice, site, "a callback is queued again before it has run");
    }
    if (result === Queued.Elsewhere) {
      activation.fail(site, "a work item that runs is queued elsewhere, or with another function: not modelled");
    }
    if (result !== Queued.NoRoom) return result;
    moreRoom(activation, site);
  }
}

function* cancelled(activation: Activation, args: readonly Value[], site: number): Evaluation {
  const [pointer = 0n, kindValue = 0, howValue = 0] = args;
  const kind = yield* kindOf(activation, kindValue, site);
  const item = yield* itemOf(activation, pointer, site);
  const { deferred } = activation.memory;
  if (deferred.size === 0) return 0;
  const target = wordOf(activation, item, site);
  const how = Number(yield* activation.number(howValue, site)) as Cancel;
  const name = how === Cancel.Wait ? "wait for it" : "cancel";
  const found = yield* asCall(name, () => deferred.cancel(kind, target, how), site);
  if (found === RUNS_NOW) return found;
  if (found >> 1 > 0) yield at(deferred.runEnded((found >> 1) - 1), site);
  return found & 1;
}

function* flushed(activation: Activation, args: readonly Value[], site: number): Evaluation {
  const [pointer = 0n, kindValue = 0, queue = 0n] = args;
  const how = Number(yield* activation.number(kindValue, site));
  const kind: Deferral = how & KIND;
  const { deferred } = activation.memory;
  if (deferred.size === 0) return 0;
  const target = pointer === 0n ? 0 : wordOf(activation, yield* itemOf(activation, pointer, site), site);
  const queueWord = yield* queueOf(activation, kind, queue, site);
  const hastens = (how & DELAYED) !== 0;
  const found = yield* asCall("flush", () => deferred.pending(kind, target, queueWord, hastens), site);
  if ((found & ENTRIES) === 0) return 0;
  // Of all others, whoever waits for what asks for itself meanwhile waits for that as well.
  if (kind === Deferral.Work) yield* sited(deferred.untilRun(found), site);
  else yield at(deferred.allGone(found), site);
  return 1;
}

export const deferredIntrinsics: Record<string, Intrinsic> = {
  __dpamt_defer: queued,
  __dpamt_cancel: cancelled,
  __dpamt_flush: flushed,
  *__dpamt_is_deferred(activation, [pointer = 0n, kindValue = 0], site) {
    const kind = yield* kindOf(activation, kindValue, site);
    const { deferred } = activation.memory;
    if (deferred.size === 0) return 0;
    // What the call alone knows nobody can have asked for.
    const { object } = yield* activation.follow(pointer, ADDRESS_SIZE, site);
    if (!(object instanceof WordsObject) || object.owned) return 0;
    const item = yield* itemOf(activation, pointer, site);
    const target = wordOf(activation, item, site);
    return yield* asCall("is it pending", () => deferred.isPending(kind, target), site);
  },
};
