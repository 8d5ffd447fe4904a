/**
 * One transition of a CPU: right movers, at most one scheduling point, left movers (see `movers.ts`). There is one
 * function for each kind of operation.
 */
import { LockEffect, type WordOperation, type Words } from "../../machine/index.js";
import type { Automaton } from "../state/automaton.js";
import { CHOICES_AT_ONCE } from "../state/choices.js";
import { EDGE_AFTER, EDGE_HIGH, EDGE_LOW, EDGE_MASK, EDGE_NEXT, EDGE_RESULT } from "../state/edges.js";
import { Passage } from "../state/memory-model.js";
import { Mover, type Movers } from "../state/movers.js";
import { NodeKind } from "../state/node-kind.js";
import {
  KIND_BITS,
  LOOP_HEAD,
  NEVER_WAITS,
  NODE_ADDRESS,
  NODE_ARGUMENT,
  NODE_SIZE,
  NODE_SLOT,
} from "../state/node-table.js";
import type { NotedAccesses } from "../state/noted-accesses.js";
import { SLOT_PRIVATE } from "../state/word-classifier.js";
import type { BlockedMemo } from "./blocked-memo.js";
import { OPERATION_LIMIT, type StepContext } from "./context.js";
import type { MacroStepRecorder } from "./macro-step-recorder.js";
import { ACQUIRED, COMMITTED, LOOPED, MacroSteps } from "./macro-steps.js";
import { Outcome } from "./observer.js";
import { doRange, doWord } from "./operations.js";

// Looking these up in other files takes as long as the steps that they decide on.
const { Word: WORD, Event: EVENT, Fill: FILL, Gather: GATHER, Choose: CHOOSE, Runaway: RUNAWAY } = NodeKind;
const { Left: LEFT_MOVER, None: NOT_MOVER, Alone: ALONE, Both: BOTH_MOVER } = Mover;
const { Now: NOW, Buffered: BUFFERED, Waits: WAITS } = Passage;
const PRIVATE = SLOT_PRIVATE;
const NO_LOCK = LockEffect.None;
const [AFTER, FOLLOWING, RESULT] = [EDGE_AFTER, EDGE_NEXT, EDGE_RESULT];
const [LOW, HIGH, MASK] = [EDGE_LOW, EDGE_HIGH, EDGE_MASK];
const [RECORD, SLOT, ADDRESS, ARGUMENT] = [NODE_SIZE, NODE_SLOT, NODE_ADDRESS, NODE_ARGUMENT];
const [KIND, HEAD, GOES_ON] = [KIND_BITS, LOOP_HEAD, NEVER_WAITS];
const LIMIT = OPERATION_LIMIT;

/** How far a transition has come, as one number: the operations done, and below them what is among them. */
const REACHED_BITS = 3;
const REACHED_MASK = (1 << REACHED_BITS) - 1;

/** What an operation says of its transition. */
enum Next {
  /** It goes on. */
  On = 0,
  /** It ends: the CPU rests. */
  Rest = 1,
  /** The CPU has to wait. */
  Wait = 2,
}
const { On: ON, Rest: REST, Wait: WAIT } = Next;

/** What an event says of the transition that it is in. */
enum EventKind {
  /** It may stand anywhere. */
  Ordinary = 0,
  /** Who has had the scheduling point rests before it. */
  Beginning = 1,
  /** It is a scheduling point, or ends the transition. */
  Special = 2,
}
const { Ordinary: ORDINARY, Beginning: BEGINNING } = EventKind;

export class Stepper {
  /** What CPUs have done before; null: every operation is done. */
  macroSteps: MacroSteps | null;

  // The transition under way: whose it is, the node before its next operation, and the operations done.
  private cpu = 0;
  private node = 0;
  private done = 0;
  /** What is among them, as flags. */
  private reached = 0;
  /** The read at the head of a loop that was done last, what it found, and the node behind it; -1 for none. */
  private head = -1;
  private foundAtHead = 0;
  private behindHead = -1;
  /** A macro-step may begin here. */
  private begins = false;
  /** The CPU has come to its node just now. */
  private arrives = false;
  private recorder: MacroStepRecorder | null = null;
  private memo: BlockedMemo | null = null;

  // The context has these too. Here they take one look less for each operation.
  private readonly automaton: Automaton;
  private readonly movers: Movers;
  private readonly noted: NotedAccesses;
  private readonly nodes: Int32Array;
  private readonly shared: Words;
  private readonly own: readonly Words[];
  /** By code; those that have not come yet are missing. */
  private readonly eventKinds: EventKind[] = [];

  constructor(private readonly context: StepContext) {
    const { automaton, movers, noted, nodes, shared, own } = context;
    this.automaton = automaton;
    this.movers = movers;
    this.noted = noted;
    this.nodes = nodes;
    this.shared = shared;
    this.own = own;
    this.macroSteps = new MacroSteps(automaton, movers, shared, own, context);
  }

  /** Moves `cpu` by one transition, or by the rest of one that goes on from a choice. */
  advance(cpu: number): Outcome {
    const { context, nodes } = this;
    const { blockedMemo, goesOn } = context;
    const memo = blockedMemo?.isRecording === true ? blockedMemo : null;
    if (memo !== null && context.memoryModel.length(cpu) > 0) memo.spoil();
    context.forgetLast();
    const progress = goesOn ? context.resume() : 0;
    if (!goesOn) this.movers.beginTransition(cpu);
    this.cpu = cpu;
    this.node = nodes[cpu] as number;
    this.done = progress >>> REACHED_BITS;
    this.reached = progress & REACHED_MASK;
    this.memo = memo;
    this.recorder = null;
    // A transition that goes on from a choice has come to it before.
    this.arrives = !goesOn;
    if (this.hasMacroSteps && this.macroStep()) return this.rest(this.node);
    return this.goOn();
  }

  /** Does operations up to the end of the transition. */
  private goOn(): Outcome {
    const { context, automaton, nodes, cpu } = this;
    const { trace } = context;
    const { hasLoops } = automaton;
    let isRound = false;
    this.head = -1;
    this.begins = false;
    for (; ; this.done++, this.arrives = true) {
      if (this.begins) {
        this.begins = false;
        if (this.macroStep()) return this.rest(this.node);
      }
      if (this.done > LIMIT) {
        context.findEndlessTransition();
        break;
      }
      const { node } = this;
      if (trace !== null) {
        nodes[cpu] = node;
        trace.onPosition?.(cpu);
      }
      const flags = automaton.records[RECORD * node] as number;
      if (hasLoops && this.arrives && (flags & HEAD) !== 0) {
        // Who comes back to the head of a loop lets others go on, as nothing else need end the transition.
        isRound = (this.reached & LOOPED) !== 0;
        if (isRound) break;
        this.reached |= LOOPED;
      }
      const next = this.isSimple ? this.simpleSteps() : this.operation(flags & KIND);
      if (next === ON) continue;
      if (next === REST) break;
      nodes[cpu] = this.node;
      return Outcome.Blocked;
    }
    const { node } = this;
    // The stretch does not depend on how many choices are made at once.
    const isEnd = this.committed || isRound || automaton.kindOf(node) !== CHOOSE;
    const recorder = this.recorder as MacroStepRecorder | null;
    if (context.violation === null) recorder?.end(node, this.reached, this.done, isEnd);
    return this.rest(node);
  }

  /** The transition ends at `node`. */
  private rest(node: number): Outcome {
    this.nodes[this.cpu] = node;
    return this.context.violation === null ? Outcome.Moved : Outcome.Violated;
  }

  /** The transition has had its scheduling point. */
  private get committed(): boolean {
    return (this.reached & COMMITTED) !== 0;
  }

  /**
   * A trace receives each operation, so there are no macro-steps then. They compare words in memory, and a CPU sees its
   * buffer before these: they begin and end with an empty buffer.
   */
  private get hasMacroSteps(): boolean {
    const { macroSteps, context, cpu } = this;
    return macroSteps !== null && context.trace === null && context.memoryModel.length(cpu) === 0;
  }

  /**
   * Applies the macro-step from here, if one is known. If not, what follows may be recorded.
   *
   * @returns whether the transition ends with it
   */
  private macroStep(): boolean {
    const macroSteps = this.macroSteps as MacroSteps;
    if (!macroSteps.follow(this.cpu, this.node, this.done, this.reached, this.memo)) {
      this.recorder = macroSteps.recording;
      return false;
    }
    this.node = macroSteps.node;
    if (macroSteps.rests || this.context.violation !== null) return true;
    // One without operations leads nowhere, and others may have come to its node in another way.
    if (macroSteps.operations === 0) return false;
    this.reached = macroSteps.reached;
    this.done += macroSteps.operations;
    // Who recorded it has come to its last node, too, and has gone on there.
    this.arrives = false;
    return false;
  }

  private operation(kind: NodeKind): Next {
    if (kind === WORD) return this.word();
    if (kind === EVENT) return this.event();
    if (kind === FILL || kind === GATHER) return this.range();
    if (kind === CHOOSE) return this.choice();
    if (kind === RUNAWAY) this.context.findEndlessCall();
    return REST;
  }

  private word(): Next {
    const { automaton, cpu, node } = this;
    const slot = automaton.slotOf(node);
    if (slot >= 0) return this.sharedWord(slot);
    const words = slot === PRIVATE ? (this.own[cpu] as Words) : this.shared;
    const before = words.read(automaton.addressOf(node));
    const next = this.comeToOwn(before);
    return next === ON ? this.perform(slot, words, NOW, before) : next;
  }

  /** Whether the next operation, and those that follow it, can be done by `simpleSteps`. */
  private get isSimple(): boolean {
    if (this.recorder !== null || this.context.trace !== null) return false;
    return this.isSimpleAt(this.node, this.reached, this.hasPlainMemory);
  }

  /** Whether loops, locks made by hand and store buffers have no part in what accesses to shared words do. */
  private get hasPlainMemory(): boolean {
    const { automaton, movers, context } = this;
    return !automaton.hasLoops && !movers.looksForHandMade && context.memoryModel.buffers === 0;
  }

  private isSimpleAt(node: number, reached: number, hasPlainMemory: boolean): boolean {
    const { records } = this.automaton;
    const at = RECORD * node;
    const flags = records[at] as number;
    if ((flags & GOES_ON) !== 0) return hasPlainMemory || (records[at + SLOT] as number) < 0;
    return (flags & KIND) === EVENT && this.isSimpleEvent(records[at + ARGUMENT] as number, reached);
  }

  private isSimpleEvent(code: number, reached: number): boolean {
    const kind = this.eventKinds[code] ?? this.classify(code);
    return kind === ORDINARY || (kind === BEGINNING && (reached & COMMITTED) === 0);
  }

  private classify(code: number): EventKind {
    const { context } = this;
    const isSpecial = code === context.noticed || code === context.yielding?.code;
    const kind = isSpecial ? EventKind.Special : context.isBeginning(code) ? EventKind.Beginning : EventKind.Ordinary;
    this.eventKinds[code] = kind;
    return kind;
  }

  /**
   * Operations that never wait, one after the other. Most operations are, and nobody records or traces them: so they are
   * done in one loop, without what the functions below are ready for.
   */
  private simpleSteps(): Next {
    const { automaton, movers, noted, shared, context, cpu, memo } = this;
    const own = this.own[cpu] as Words;
    const { hasLoops } = automaton;
    const { hasPlainMemory } = this;
    let { node, done, reached } = this;
    let next: Next = ON;
    for (;;) {
      const { records } = automaton;
      const at = RECORD * node;
      if (((records[at] as number) & KIND) === EVENT) {
        if (!context.notify(cpu, node)) {
          next = REST;
          break;
        }
        node = this.behindEvent(node);
      } else {
        const slot = records[at + SLOT] as number;
        if (slot >= 0) {
          const mover = noted.mover(node, slot);
          if (mover >= NOT_MOVER && ((reached & COMMITTED) !== 0 || (mover === ALONE && done > 0))) {
            next = REST;
            break;
          }
          if (mover >= LEFT_MOVER) reached |= COMMITTED;
        }
        const words = slot === PRIVATE ? own : shared;
        const address = (records[at + ADDRESS] as number) >>> 0;
        const before = words.read(address);
        if (memo !== null && slot !== PRIVATE) memo.note(node, address, before);
        const last = automaton.lastEdge(node, before);
        const edge = last >= 0 ? last : automaton.edge(node, before);
        const { edges } = automaton;
        if (slot >= 0) noted.note(cpu, node, slot, edges[edge + RESULT] as number);
        const after = edges[edge + AFTER] as number;
        if (after !== before) {
          const mask = edges[edge + MASK] as number;
          words.replace(address, before, after, mask, edges[edge + LOW] as number, edges[edge + HIGH] as number);
        }
        node = edges[edge + FOLLOWING] as number;
        if (movers.broken) {
          next = REST;
          break;
        }
      }
      if (done === LIMIT || (hasLoops && automaton.isLoopHead(node))) break;
      if (!this.isSimpleAt(node, reached, hasPlainMemory)) break;
      done++;
    }
    this.node = node;
    this.done = done;
    this.reached = reached;
    return next;
  }

  private behindEvent(node: number): number {
    const usual = this.automaton.usual(node, 0);
    return usual >= 0 ? usual : this.automaton.next(node, 0);
  }

  /** A word that other CPUs may look at. */
  private sharedWord(slot: number): Next {
    const { context, automaton, cpu, node, shared } = this;
    const { memoryModel } = context;
    const passage = memoryModel.passage(cpu, node);
    const mover = this.moverOf(slot, passage);
    if (this.restsBefore(mover) && !this.isSecondOfAttempt(mover, slot)) return REST;
    if (passage === WAITS) return this.done > 0 ? REST : WAIT;
    const address = automaton.addressOf(node);
    const before = memoryModel.view(cpu, address, shared.read(address));
    const { ready, lock } = automaton.word[node]!;
    // A share of a lock that nobody asks for exclusively is always to be had.
    if (ready !== undefined && (mover !== BOTH_MOVER || lock === NO_LOCK)) {
      if (lock === NO_LOCK) this.movers.noteWait(cpu, slot);
      const next = this.takeLock(before);
      if (next !== ON) return next;
    }
    if (passage === BUFFERED) {
      this.endRecording();
      this.memo?.spoil();
    }
    if (mover >= LEFT_MOVER) this.reached |= COMMITTED;
    const next = this.perform(slot, shared, passage, before);
    this.head = -1;
    if (mover === NOT_MOVER && automaton.isLoopHead(node) && automaton.word[node]!.readOnly) {
      this.head = node;
      this.foundAtHead = before;
      this.behindHead = this.node;
    }
    return next;
  }

  /** Comes to a word of the CPU's own, which holds `before`. Where it has to wait, nobody else can let it go on. */
  private comeToOwn(before: number): Next {
    const { context, automaton, node } = this;
    const { ready } = automaton.word[node]!;
    if (ready === undefined || ready(before, automaton.argumentOf(node))) return ON;
    // Whether the transition ends here depends on what the word holds.
    this.recorder?.found(node, before);
    if ((this.reached & (COMMITTED | ACQUIRED)) !== 0) return REST;
    this.endRecording();
    if (context.restsAfterChoice && context.choices.count > 0) return REST;
    this.memo?.spoil();
    return WAIT;
  }

  /** How the access moves. Nobody else notices a store that is kept back, and it comes before what drains later. */
  private moverOf(slot: number, passage: Passage): Mover {
    const mover = this.noted.mover(this.node, slot);
    return passage === BUFFERED && mover !== ALONE ? LEFT_MOVER : mover;
  }

  private restsBefore(mover: Mover): boolean {
    return mover >= NOT_MOVER && (this.committed || (mover === ALONE && this.done > 0));
  }

  /** Whether the access is one step with the one before, at the head of a loop. Others may see what waits in a buffer. */
  private isSecondOfAttempt(mover: Mover, slot: number): boolean {
    const { context, automaton, head, node } = this;
    if (head < 0 || node !== this.behindHead || mover !== NOT_MOVER || context.memoryModel.buffers > 0) return false;
    if (automaton.slotOf(head) !== slot || this.movers.isRanged(slot)) return false;
    if (automaton.word[node]!.ready !== undefined) return false;
    return context.attempts.isOneStep(head, this.foundAtHead, node);
  }

  /** Comes to a lock that is taken by waiting, which holds `before`. */
  private takeLock(before: number): Next {
    const { context, automaton, node } = this;
    if ((this.reached & (COMMITTED | ACQUIRED)) !== 0) return REST;
    this.recorder?.found(node, before);
    if (!automaton.word[node]!.ready?.(before, automaton.argumentOf(node))) {
      this.endRecording();
      if (context.restsAfterChoice && context.choices.count > 0) return REST;
      this.memo?.noteLock(node);
      return WAIT;
    }
    this.reached |= ACQUIRED;
    this.recorder?.takesLock(node);
    context.notifyLock(this.cpu, node);
    this.recorder?.notified();
    return ON;
  }

  private perform(slot: number, words: Words, passage: Passage, before: number): Next {
    const { context, automaton, movers, cpu, node, recorder } = this;
    recorder?.found(node, before);
    if (slot !== PRIVATE) this.memo?.note(node, automaton.addressOf(node), before);
    if (slot >= 0 && movers.isKeptApart(slot)) {
      this.memo?.spoil();
      recorder?.keepsApart(slot, !(automaton.word[node] as WordOperation).readOnly);
    }
    const edge = doWord(context, cpu, node, words, passage, before);
    const { edges } = automaton;
    recorder?.left(node, edges[edge + AFTER] as number);
    this.node = edges[edge + FOLLOWING] as number;
    return movers.broken || context.violation !== null ? REST : ON;
  }

  private event(): Next {
    const { context, automaton, nodes, cpu, node } = this;
    const { trace } = context;
    const code = automaton.argumentOf(node);
    if (this.committed && context.isBeginning(code)) return REST;
    if (code === context.noticed) this.reached |= COMMITTED;
    const yields = code === context.yielding?.code;
    if (yields) this.endRecording();
    this.recorder?.notifies(node, context.observer);
    if (trace !== null) {
      nodes[cpu] = node;
      trace.onEvent(cpu, node);
    }
    const goesOn = context.notify(cpu, node);
    this.recorder?.notified();
    if (!goesOn) return REST;
    this.node = this.behindEvent(node);
    if (!yields) return ON;
    context.takeTurn(cpu);
    return REST;
  }

  private range(): Next {
    const { context, automaton, movers, cpu, node } = this;
    const { memoryModel } = context;
    const slot = automaton.slotOf(node);
    const passage = slot < 0 ? NOW : memoryModel.passage(cpu, node);
    const mover = slot < 0 ? BOTH_MOVER : this.moverOf(slot, passage);
    if (this.restsBefore(mover)) return REST;
    if (passage === WAITS) return this.done > 0 ? REST : WAIT;
    this.endRecording();
    if (mover >= LEFT_MOVER) this.reached |= COMMITTED;
    this.node = automaton.next(node, doRange(context, cpu, node, passage));
    this.begins = this.hasMacroSteps;
    return movers.broken ? REST : ON;
  }

  private choice(): Next {
    const { context, automaton, cpu, node } = this;
    if (this.committed) return REST;
    this.recorder?.comesToChoice(node);
    const limit = context.limitOf(node);
    const isOnly = limit === automaton.detailOf(node) + 1;
    // Resting before a choice is always allowed; without a limit the alternatives would multiply.
    if (context.choices.count >= CHOICES_AT_ONCE) {
      // With fewer choices behind it the stretch would go on.
      if (isOnly) this.recorder = null;
      return REST;
    }
    if (isOnly) {
      this.recorder?.makesOnlyChoice(node);
    } else {
      this.endRecording();
      this.begins = this.hasMacroSteps;
    }
    const choice = context.choose(cpu, node, limit, (this.done << REACHED_BITS) | this.reached);
    this.node = automaton.next(node, choice);
    return ON;
  }

  /** Ends the recording before `node`, from where the transition may go on. */
  private endRecording(): void {
    this.recorder?.end(this.node, this.reached, this.done);
    this.recorder = null;
  }
}
