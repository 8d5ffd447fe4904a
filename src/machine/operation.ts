/**
 * Operations: what a program asks the machine for, one at a time.
 *
 * A program is a generator. It yields an operation and is handed a 32-bit integer, the result. A `WordOperation`
 * describes an operation on one word: two pure functions of the word. So every driver performs it in the same way, and
 * a reader sees its whole meaning.
 *
 * The constructors below fill one shared record and return it, because a program yields millions of operations. A
 * driver must use what it needs of an operation before it resumes any program.
 */

/** Programs have learned something that changes their steps: whatever was explored of them so far must be explored again. */
export class StepsChanged extends Error {
  readonly code = "STEPS_CHANGED";
}

/** A program: yields operations, is handed their results, returns a value. */
export type Program<R = number> = Generator<Operation, R, number>;

/** How a word operation acts on a lock that lives in the word. */
export enum LockEffect {
  None = 0,
  AcquireExclusive = 1,
  AcquireShared = 2,
  /** From the only share to exclusive. */
  Promote = 3,
  ReleaseExclusive = 4,
  ReleaseShared = 5,
}

/** How an access is ordered against others of its processor, where memory is weaker than sequential consistency. */
export enum Access {
  /** In program order, and whoever makes it has made all his stores visible: locked instructions, locks, the module. */
  Ordered = 0,
  /** A load or store marked as shared (READ_ONCE, WRITE_ONCE, atomic_read, atomic_set): a plain instruction of the processor. */
  Relaxed = 1,
  /** A load or store that nothing marks as shared: two that conflict are a data race (R10). */
  Plain = 2,
}

/** One atomic operation on one word. Both functions are pure. */
export interface WordOperation {
  /** Name as a kernel developer or the specification would write it, e.g. `atomic_inc_not_zero`. */
  readonly name: string;
  /** Tells apart operations of one name, such as stores to different parts of a word. */
  readonly kind: string;
  /** Contents of the word afterwards. */
  readonly next: (word: number, argument: number) => number;
  /** What the program is handed. A function without parameters marks a blind write; the searches rely on it. */
  readonly result: (word: number, argument: number) => number;
  /** Whether it can happen now; a processor waits while it cannot. Undefined: it always can. */
  readonly ready: ((word: number, argument: number) => boolean) | undefined;
  /** A conditional atomic: whether its condition fails. Then it is a relaxed load and no more. Undefined: it has no condition. */
  readonly fails: ((word: number, argument: number) => boolean) | undefined;
  /** A lock operation; acquiring without `ready` is an attempt that succeeds when the result is 0. */
  readonly lock: LockEffect;
  /** A lock whose holder may sleep, and who waits for it does (a mutex). */
  readonly sleeps: boolean;
  /** A lock whose holder may not sleep, however it was taken (a spinlock). Of others that is so where it was waited for. */
  readonly spins: boolean;
  /** Never changes the word. */
  readonly readOnly: boolean;
  readonly access: Access;
  /** Bits of the word that tell states apart. */
  readonly mask: number;
  /** The model does it for itself: in a kernel there is nothing like it. */
  readonly internal: boolean;
}

/** Completes a partial description with the usual values. */
export function wordOperation(
  given: Pick<WordOperation, "name" | "next" | "result"> & Partial<WordOperation>,
): WordOperation {
  // All descriptions have one shape, so that hot loops read them fast.
  const { name, next, result, ready, fails, lock = LockEffect.None, readOnly = false } = given;
  const { access = Access.Ordered, mask = -1, kind = name, sleeps = false, spins = false, internal = false } = given;
  return { name, kind, next, result, ready, fails, lock, sleeps, spins, readOnly, access, mask, internal };
}

export enum OperationKind {
  Word = 0,
  /** The environment picks one of several alternatives. */
  Choose = 1,
  /** Nothing happens; whoever watches is told. */
  Event = 2,
  /** Runs another program and hands its result over; its own results are forgotten. */
  Call = 3,
  /** Ends the calling program and goes on as another one: what it had learned is forgotten. */
  Become = 4,
  /** Writes one value, or an arithmetic progression, to consecutive words. The result is 0. */
  Fill = 5,
  /** Reads consecutive words. The result is the OR of where they differ from a value or progression, under a mask. */
  Gather = 6,
  /** The program stands at the head of a loop. Nothing happens; a driver may compare its state there with earlier ones. */
  LoopHead = 7,
  /** Several ways may have led the program to here in equal states. Nothing happens; a driver may keep one of them. */
  Join = 8,
}

/** Whether nothing happens, and nobody is told: the program only says where it stands. */
export function isMark(kind: OperationKind): boolean {
  return kind === OperationKind.LoopHead || kind === OperationKind.Join;
}

/** A program that has not begun. Must give the same program every time. */
export type Start = () => Program;

/** Local state of a program as text: equal texts in one call mean that the same follows. Asked for only when needed. */
export type LocalState = () => string;

/**
 * What a call hands over by reference: inputs before it, outputs after it. A driver that goes back
 * copies it with `save` and `load`.
 */
export interface CallRecord {
  /** A private copy. */
  copy(): CallRecord;
  /** Takes over the contents of another record of the same kind. */
  load(from: CallRecord): void;
  /** Contents as text, equal when and only when the contents are equal. */
  key(): string;
}

/** What a call is, as its author knows it: equal labels stand for equal callees. Drivers hand it through and no more. */
export interface Callee {
  /** Name of the program with its arguments. */
  readonly label: string;
  /** The model does it for itself: in a kernel there is nothing like it. */
  readonly internal?: boolean;
}

/** An operation as yielded. Valid until any program is resumed. */
export interface Operation {
  readonly kind: OperationKind;
  /** Word: what to do. Fill: name and mask of the write. */
  readonly word: WordOperation;
  /** Word: where. Fill, Gather: first word. Choose: address of a word that must be above 0 for any but the first alternative, or -1. */
  readonly address: number;
  /** Word: argument. Fill: value. Gather: mask. Choose: number of alternatives. Event: code. */
  readonly argument: number;
  /** Fill, Gather: how many words. */
  readonly count: number;
  /** Event: further details. Choose: first alternative on offer. Gather: value that the first word is compared with. */
  readonly detail: number;
  /** Choose: what is chosen. Call, Become: name of the program. */
  readonly label: string;
  /** Call: program to run, given the record. Become: program to go on as. */
  readonly start: (record: CallRecord | null) => Program;
  /** Call: what is called, where its author says more than a name. */
  readonly callee: Callee | null;
  /** Call: registers or other values passed by reference. */
  readonly record: CallRecord | null;
  /** LoopHead, Join: what the program knows there. LoopHead: null where its loops begin to count. */
  readonly state: LocalState | null;
  /** Event: second detail. Fill, Gather: by how much the value grows from word to word. */
  readonly extra: number;
  /** Place in a source text that the operation comes from, or 0; its meaning is its author's. */
  readonly site: number;
}

const nothing: WordOperation = wordOperation({
  name: "nothing",
  next: (word) => word,
  result: () => 0,
  readOnly: true,
});

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const pending: Mutable<Operation> = {
  kind: OperationKind.Event,
  word: nothing,
  address: 0,
  argument: 0,
  count: 1,
  detail: 0,
  extra: 0,
  label: "",
  start: () => {
    throw new Error("not a call");
  },
  callee: null,
  record: null,
  state: null,
  site: 0,
};

/** Performs `word` on the word at `address`. */
export function on(word: WordOperation, address: number, argument = 0): Operation {
  pending.kind = OperationKind.Word;
  pending.site = 0;
  pending.word = word;
  pending.address = address;
  pending.argument = argument;
  return pending;
}

/** The environment picks; the result is the alternative, 0 to `alternatives` - 1. */
export function choose(label: string, alternatives: number, from = 0): Operation {
  pending.kind = OperationKind.Choose;
  pending.site = 0;
  pending.label = label;
  pending.argument = alternatives;
  pending.detail = from;
  pending.address = -1;
  return pending;
}

/**
 * The environment may let something fail, in one of several ways, as long as the budget in the word at `address` is
 * above 0; the result is the way, from 1, if it does, and the budget is then one less.
 */
export function chooseWithinBudget(label: string, address: number, ways = 1): Operation {
  pending.kind = OperationKind.Choose;
  pending.site = 0;
  pending.label = label;
  pending.argument = 1 + ways;
  pending.detail = 0;
  pending.address = address;
  return pending;
}

/** Tells whoever watches that something happened. The result is 0. */
export function event(code: number, detail = 0, extra = 0): Operation {
  pending.kind = OperationKind.Event;
  pending.site = 0;
  pending.argument = code;
  pending.detail = detail;
  pending.extra = extra;
  return pending;
}

/** Runs another program; the result is what it returns. `record` is read and written by it. */
export function call<R extends CallRecord>(
  callee: string | Callee,
  start: (record: R) => Program,
  record: R,
): Operation;
export function call(callee: string | Callee, start: Start): Operation;
export function call(
  callee: string | Callee,
  start: (record: never) => Program,
  record: CallRecord | null = null,
): Operation {
  const isNamed = typeof callee === "string";
  pending.kind = OperationKind.Call;
  pending.site = 0;
  pending.label = isNamed ? callee : callee.label;
  pending.callee = isNamed ? null : callee;
  pending.start = start as (record: CallRecord | null) => Program;
  pending.record = record;
  return pending;
}

/**
 * Goes on as another program, which returns to this one's caller. `label` with its arguments must
 * tell apart programs that differ.
 */
export function become(label: string, start: Start): Operation {
  pending.kind = OperationKind.Become;
  pending.site = 0;
  pending.label = label;
  pending.start = start;
  pending.record = null;
  return pending;
}

/**
 * Says that the program stands at the head of a loop in the local state `state`. When it comes back to that head in an
 * equal state, the explorer takes it to be where it was before: a loop that waits is then a cycle of states. With a site
 * (`at`) the explorer also tells where such a loop is.
 */
export function loopHead(state: LocalState): Operation {
  pending.kind = OperationKind.LoopHead;
  pending.site = 0;
  pending.state = state;
  return pending;
}

/**
 * Says that the program stands where several ways lead, in the local state `state`. In equal states of one call the same
 * must follow, so the explorer forgets what the program found on the way. Where a program comes back to an equal state, the
 * head of a loop must lie in between.
 */
export function join(state: LocalState): Operation {
  pending.kind = OperationKind.Join;
  pending.site = 0;
  pending.state = state;
  return pending;
}

/** Says that loops from here on have nothing to do with loops before: local states are compared up to here only. */
export function loopScope(): Operation {
  pending.kind = OperationKind.LoopHead;
  pending.site = 0;
  pending.state = null;
  return pending;
}

/** An ordered read of a word (READ_ONCE, atomic_read, or any access of the module). */
export const READ: WordOperation = wordOperation({
  name: "read",
  next: (word) => word,
  result: (word) => word,
  readOnly: true,
});

/** An ordered write of a word (WRITE_ONCE, atomic_set, or any access of the module). */
export const WRITE: WordOperation = wordOperation({
  name: "write",
  next: (_word, value) => value,
  result: () => 0,
});

/** Adds; the result is the sum. */
export const ADD_RETURN: WordOperation = wordOperation({
  name: "add_return",
  next: (word, delta) => (word + delta) | 0,
  result: (word, delta) => (word + delta) | 0,
});

/**
 * Writes `value` to `count` consecutive words, in one step: `word` gives the name and the mask; each word
 * gets `step` more than the one before. For stores that no other processor can see happen one by one.
 */
export function fill(word: WordOperation, address: number, count: number, value: number, step = 0): Operation {
  pending.kind = OperationKind.Fill;
  pending.site = 0;
  pending.word = word;
  pending.address = address;
  pending.count = count;
  pending.argument = value;
  pending.extra = step;
  return pending;
}

/**
 * Reads `count` consecutive words, in one step; the result is the OR of them, under `mask`. With `value`
 * and `step`, it is the OR of where they differ from a progression: 0 if no word does.
 */
export function gather(address: number, count: number, mask = -1, value = 0, step = 0): Operation {
  pending.kind = OperationKind.Gather;
  pending.site = 0;
  pending.word = READ;
  pending.address = address;
  pending.count = count;
  pending.argument = mask;
  pending.detail = value;
  pending.extra = step;
  return pending;
}

/** Says where in a source text `operation`, the one made last, comes from. */
export function at(operation: Operation, site: number): Operation {
  pending.site = site;
  return operation;
}

/** Waits until all stores of the processor are visible to others (smp_mb). */
export const FENCE: WordOperation = wordOperation({ ...READ, name: "smp_mb" });

/** A word that nobody has: a fence is an ordered access, to whatever word. */
const NOWHERE = 0;

/** A full fence. The result is 0. */
export function fence(): Operation {
  return on(FENCE, NOWHERE);
}

/** An ordered read. */
export function read(address: number): Operation {
  return on(READ, address);
}

/** An ordered write. */
export function write(address: number, value: number): Operation {
  return on(WRITE, address, value);
}
