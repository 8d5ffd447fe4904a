/**
 * Memoised macro-steps: what a CPU does between two choices of the environment, applied at once.
 *
 * Between two choices, or up to the end of the transition, a CPU is deterministic. Its behaviour is a function of the
 * words it reads, and few distinct behaviours occur. `macro-step-recorder.ts` records the words read, with their
 * values, and the effect. From then on the words are compared and the effect is applied, without the steps in between.
 * A choice with one alternative is no choice here: a budget that is used up is one more word that is read.
 *
 * A recording holds as long as the steps keep their scheduling points (`Movers.version`). Skipping the lockset update of a
 * step is sound: locksets only shrink.
 */
import type { Words } from "../../machine/index.js";
import type { Automaton } from "../state/automaton.js";
import { CHOICES_AT_ONCE, type Choices } from "../state/choices.js";
import { withRoom } from "../state/grown.js";
import type { Movers } from "../state/movers.js";
import type { BlockedMemo } from "./blocked-memo.js";
import {
  BLOCK_COUNTED,
  BLOCK_END,
  BLOCK_EXCLUSIVE,
  BLOCK_NODE,
  BLOCK_OWN,
  BLOCK_PLAIN,
  BLOCK_SHARED,
  BLOCK_SHARES,
  BLOCK_SIZE,
  BLOCK_SPINNING,
  BlockEnd,
  MacroStepRecorder,
} from "./macro-step-recorder.js";
import type { Observer } from "./observer.js";

// Looking these up in another file takes as long as applying them.
const { Notify: NOTIFY, Rest: REST } = BlockEnd;
const [END, AT_NODE, SHARED, OWN, COUNTED] = [BLOCK_END, BLOCK_NODE, BLOCK_SHARED, BLOCK_OWN, BLOCK_COUNTED];
const [HELD_EXCLUSIVE, HELD_SHARES, HELD_SPINNING] = [BLOCK_EXCLUSIVE, BLOCK_SHARES, BLOCK_SPINNING];
const [PLAIN, BLOCK] = [BLOCK_PLAIN, BLOCK_SIZE];

/** What a transition has behind it: its scheduling point, a lock taken by waiting, the head of a loop. */
export const COMMITTED = 1;
export const ACQUIRED = 2;
export const LOOPED = 4;
/** A flag beside these of ways to come to a node: something of the transition is done. */
const BEGUN = 8;
const ENTRIES = 16;
/** Integers at the start of `roots` that stay 0: a beginning 0, of any CPU, leads nowhere. */
const NO_BEGINNING = 65 * ENTRIES;
/** A flag beside these of where a stretch has led: the transition ends there. */
const RESTS = 8;

// What is compared lies in `tests`, as a tree. Positions there are positive, and lead at last to the complement of a
// position in `effects`. At the root the locks that the CPU holds are compared,
const EXCLUSIVE = 0;
const SHARES = 1;
const SPINNING = 2;
const ROOT_THEN = 3;
const ROOT_ELSE = 4;
// and then words, one after the other: what to do if one holds a value, and what if it does not.
const ADDRESS = 0;
const IS_OWN = 1;
const VALUE = 2;
const THEN = 3;
const ELSE = 4;

// The effect, with blocks behind it: the position of the nodes to record in the blocked memo, or -1 if the memo is
// spoilt; where it leads; the position of the accesses to words that are kept apart, or -1 if there are none; and the same of
// the choices that are made on the way, each with one alternative.
const WAITED_FOR = 0;
const NODE = 1;
const FLAGS = 2;
const OPERATIONS = 3;
const KEPT_APART = 4;
const CHOICES = 5;
const HEAD_SIZE = 6;

/** A tree that is not worth it: what happens there is too long, or something else each time. */
const HOPELESS = -1;
/**
 * One miss of so many is recorded. Recording takes longer than doing the steps, and what happens often is recorded sooner
 * or later.
 */
const RECORDED = 4;
const OPERATIONS_MAX = 4096;
const VALUES_MAX = 64;
/** Integers in all; nothing more is recorded then. */
const SIZE_MAX = 1 << 22;

/** What applying a macro-step needs of the context. */
export interface Notifier {
  readonly observer: Observer | null;
  /** What is chosen in the transition. */
  readonly choices: Choices;
  /** An event of `cpu`'s program. @returns false if it broke a property: nothing follows */
  notify(cpu: number, node: number): boolean;
  /** `cpu` takes the lock of `node` by waiting. @returns false if that broke a property */
  notifyLock(cpu: number, node: number): boolean;
}

export class MacroSteps {
  /** Where the steps that come now are recorded, if they are. */
  recording: MacroStepRecorder | null = null;
  // Where the macro-step that was applied last has led.
  node = 0;
  reached = 0;
  /** The transition ends there. */
  rests = false;
  /** Operations of it. */
  operations = 0;

  private version = 0;
  /** Where stretches begin, by node: a position in `roots`, or 0. */
  private beginnings = new Int32Array(1024);
  /** Where trees begin, for each beginning by kind of CPU and entry. */
  private roots = new Int32Array(1024);
  private rootsEnd = NO_BEGINNING;
  private tests = new Int32Array(1024);
  private testsEnd = 1;
  private effects = new Int32Array(1024);
  private effectsEnd = 0;
  private readonly recorder: MacroStepRecorder;
  /** CPUs of one kind share stretches: what an interchangeable CPU does, and what shows in that, has nothing of its number. */
  private readonly kinds: Int32Array;
  /** Of the stretch that is being recorded. */
  private root = 0;
  /** Times that no macro-step was known. */
  private misses = 0;

  constructor(
    private readonly automaton: Automaton,
    private readonly movers: Movers,
    private readonly shared: Words,
    private readonly own: readonly Words[],
    private readonly notifier: Notifier,
  ) {
    this.recorder = new MacroStepRecorder(automaton, movers, shared, own, (recorder) => this.keep(recorder));
    this.kinds = Int32Array.from(own, (_, cpu) => (movers.isInterchangeable(cpu) ? 0 : 1 + cpu));
  }

  /**
   * Applies the macro-step of `cpu` from `node` on, if one is known; the fields say where that has led. If not, the caller
   * does the steps.
   *
   * @param done operations of the transition so far
   * @param reached what was among them, as flags
   */
  follow(cpu: number, node: number, done: number, reached: number, waiting: BlockedMemo | null): boolean {
    if (this.version !== this.movers.version) this.forget();
    const entry = reached | (done > 0 ? BEGUN : 0);
    if (node >= this.beginnings.length) this.beginnings = withRoom(this.beginnings, node + 1);
    let beginning = this.beginnings[node] as number;
    if (beginning === 0 && this.size < SIZE_MAX) beginning = this.addBeginning(node);
    const root = beginning + (this.kinds[cpu] as number) * ENTRIES + entry;
    const tree = this.roots[root] as number;
    const found = tree > 0 ? this.find(cpu, tree) : -1;
    if (found >= 0) {
      const choices = this.effects[found + CHOICES] as number;
      if (choices >= 0 && !this.choose(choices)) return false;
      this.apply(cpu, found, waiting);
      return true;
    }
    this.misses++;
    const isRecorded = beginning !== 0 && tree !== HOPELESS && this.misses % RECORDED === 0 && this.size < SIZE_MAX;
    this.recording = isRecorded ? this.recorder : null;
    if (isRecorded) {
      this.root = root;
      this.recorder.begin(cpu, done);
    }
    return false;
  }

  /** Integers in use. */
  get size(): number {
    return this.rootsEnd + this.testsEnd + this.effectsEnd;
  }

  private addBeginning(node: number): number {
    const at = this.rootsEnd;
    this.rootsEnd += (1 + this.own.length) * ENTRIES;
    if (this.rootsEnd > this.roots.length) this.roots = withRoom(this.roots, this.rootsEnd);
    this.beginnings[node] = at;
    return at;
  }

  /** Position of the effect for the words as they are, or -1. */
  private find(cpu: number, tree: number): number {
    const { tests, shared, movers } = this;
    const own = this.own[cpu] as Words;
    const exclusive = movers.exclusive[cpu];
    const shares = movers.shared[cpu];
    const spinning = movers.spinning[cpu];
    let at = tree;
    while (tests[at] !== exclusive || tests[at + SHARES] !== shares || tests[at + SPINNING] !== spinning) {
      at = tests[at + ROOT_ELSE] as number;
      if (at === 0) return -1;
    }
    at = tests[at + ROOT_THEN] as number;
    while (at > 0) {
      const address = (tests[at + ADDRESS] as number) >>> 0;
      const value = tests[at + IS_OWN] === 0 ? shared.read(address) : own.read(address);
      while (tests[at + VALUE] !== value) {
        at = tests[at + ELSE] as number;
        if (at === 0) return -1;
      }
      at = tests[at + THEN] as number;
    }
    return ~at;
  }

  private apply(cpu: number, head: number, waiting: BlockedMemo | null): void {
    const { effects, shared, movers, notifier } = this;
    const own = this.own[cpu] as Words;
    if (waiting !== null) this.recordIn(waiting, effects[head + WAITED_FOR] as number);
    if ((effects[head + KEPT_APART] as number) >= 0) this.keepApart(cpu, effects[head + KEPT_APART] as number);
    for (let at = head + HEAD_SIZE; ; ) {
      const end = effects[at + END];
      const node = effects[at + AT_NODE] as number;
      const ownChanges = effects[at + OWN] as number;
      const counted = effects[at + COUNTED] as number;
      movers.exclusive[cpu] = effects[at + HELD_EXCLUSIVE] as number;
      movers.shared[cpu] = effects[at + HELD_SHARES] as number;
      movers.spinning[cpu] = effects[at + HELD_SPINNING] as number;
      movers.plainAccesses += effects[at + PLAIN] as number;
      at = shared.replaceAll(effects, at + BLOCK, effects[at + SHARED] as number);
      if (ownChanges > 0) at = own.replaceAll(effects, at, ownChanges);
      if (counted > 0) at = this.count(at, counted);
      if (end === REST) break;
      const goesOn = end === NOTIFY ? notifier.notify(cpu, node) : notifier.notifyLock(cpu, node);
      if (!goesOn) {
        this.node = node;
        return;
      }
    }
    const flags = effects[head + FLAGS] as number;
    this.node = effects[head + NODE] as number;
    this.reached = flags & ~RESTS;
    this.rests = (flags & RESTS) !== 0;
    this.operations = effects[head + OPERATIONS] as number;
  }

  /** Makes the choices at `position`. @returns false if they are too many for one transition, which rests before one then */
  private choose(position: number): boolean {
    const { effects, notifier } = this;
    const { choices } = notifier;
    const end = position + 1 + (effects[position] as number);
    this.recording = null;
    if (choices.count + (effects[position] as number) > CHOICES_AT_ONCE) return false;
    for (let at = position + 1; at < end; at++) {
      const alternative = effects[at] as number;
      choices.make(alternative, alternative + 1);
    }
    return true;
  }

  private count(from: number, things: number): number {
    const { effects } = this;
    const counts = this.notifier.observer?.counts as Float64Array;
    const end = from + 2 * things;
    for (let at = from; at < end; at += 2) counts[effects[at] as number]! += effects[at + 1] as number;
    return end;
  }

  private keepApart(cpu: number, position: number): void {
    const { effects, movers } = this;
    const end = position + 1 + (effects[position] as number);
    // Step by step nothing would follow the first word that turns out not to be kept apart.
    for (let at = position + 1; at < end && !movers.broken; at++) {
      const access = effects[at] as number;
      movers.noteRecent(cpu, access >>> 1, (access & 1) !== 0);
    }
  }

  private recordIn(waiting: BlockedMemo, position: number): void {
    if (position < 0) {
      waiting.spoil();
      return;
    }
    const { effects, shared, automaton } = this;
    const end = position + 1 + (effects[position] as number);
    for (let at = position + 1; at < end; at++) {
      const node = effects[at] as number;
      const address = automaton.addressOf(node);
      waiting.note(node, address, shared.read(address));
    }
  }

  /** Forgets all stretches: something has changed that they do not compare. */
  forget(): void {
    this.version = this.movers.version;
    this.recorder.stopListening();
    this.beginnings.fill(0);
    this.roots.fill(0);
    this.rootsEnd = NO_BEGINNING;
    this.testsEnd = 1;
    this.effectsEnd = 0;
  }

  private keep(recorder: MacroStepRecorder): void {
    const { root } = this;
    this.recording = null;
    // Movers have changed since the recording began, so its first steps may be out of date.
    if (this.movers.version !== this.version || recorder.isSingular) return;
    if (recorder.isBeyond || recorder.operations > OPERATIONS_MAX) {
      this.roots[root] = HOPELESS;
      return;
    }
    let link = this.rootOf(recorder, root) + ROOT_THEN;
    for (const { address, isOwn, first } of recorder.seen) {
      const test = this.testOf(link, address, isOwn, first);
      if (test < 0) {
        this.roots[root] = HOPELESS;
        return;
      }
      link = test + THEN;
    }
    if (this.tests[link] === 0) this.tests[link] = ~this.addEffects(recorder);
    else this.roots[root] = HOPELESS;
  }

  /** Position of the locks that were held, in the tree of `root`. */
  private rootOf({ heldFirst }: MacroStepRecorder, root: number): number {
    const { tests } = this;
    const { exclusive, shares, spinning } = heldFirst;
    const first = this.roots[root] as number;
    for (let at = first; at !== 0; at = tests[at + ROOT_ELSE] as number) {
      const isSame = tests[at + EXCLUSIVE] === exclusive && tests[at + SHARES] === shares;
      if (isSame && tests[at + SPINNING] === spinning) return at;
    }
    const at = this.addTest(exclusive, shares, spinning, 0, first);
    this.roots[root] = at;
    return at;
  }

  /** Position of the test for `value` of a word among those that `link` leads to, or -1 if there are too many others. */
  private testOf(link: number, address: number, isOwn: boolean, value: number): number {
    let others = 0;
    let last = link;
    for (let at = this.tests[link] as number; at !== 0; at = this.tests[at + ELSE] as number) {
      if (at < 0) return -1;
      if (this.tests[at + VALUE] === value) return at;
      last = at + ELSE;
      others++;
    }
    if (others >= VALUES_MAX) return -1;
    const at = this.addTest(address, isOwn ? 1 : 0, value, 0, 0);
    this.tests[last] = at;
    return at;
  }

  private addTest(first: number, second: number, third: number, then: number, otherwise: number): number {
    const at = this.testsEnd;
    this.testsEnd += 5;
    if (this.testsEnd > this.tests.length) this.tests = withRoom(this.tests, this.testsEnd);
    this.tests.set([first, second, third, then, otherwise], at);
    return at;
  }

  private addEffects(recorder: MacroStepRecorder): number {
    const { waitedFor, keptApart, choices, node, reached, rests, operations } = recorder;
    const at = this.effectsEnd;
    this.append([0, node, reached | (rests ? RESTS : 0), operations, 0, 0]);
    this.append(recorder.effects);
    // What is kept apart is judged by what other CPUs have done.
    const spoils = recorder.looksAround || keptApart.length > 0;
    const memo = spoils ? -1 : this.appendList(waitedFor);
    const apart = keptApart.length === 0 ? -1 : this.appendList(keptApart);
    const chosen = choices.length === 0 ? -1 : this.appendList(choices);
    const { effects } = this;
    effects[at + WAITED_FOR] = memo;
    effects[at + KEPT_APART] = apart;
    effects[at + CHOICES] = chosen;
    return at;
  }

  /** Appends a list, its length first. @returns its position in `effects` */
  private appendList(list: readonly number[]): number {
    const at = this.effectsEnd;
    this.append([list.length]);
    this.append(list);
    return at;
  }

  private append(list: readonly number[]): void {
    const end = this.effectsEnd + list.length;
    if (end > this.effects.length) this.effects = withRoom(this.effects, end);
    this.effects.set(list, this.effectsEnd);
    this.effectsEnd = end;
  }
}
