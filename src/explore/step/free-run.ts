/**
 * Free running, for replay: a CPU goes on, operation by operation, until whoever follows a recording ends the run.
 *
 * Scheduling points and heads of loops end nothing here. A recording says which shared operation a stretch ends with,
 * and a later version of a program may have its scheduling points elsewhere.
 */
import { LockEffect, type Words } from "../../machine/index.js";
import type { Draw } from "../state/choices.js";
import { EDGE_NEXT } from "../state/edges.js";
import { Passage } from "../state/memory-model.js";
import { Mover } from "../state/movers.js";
import { NodeKind } from "../state/node-kind.js";
import { SLOT_PRIVATE } from "../state/word-classifier.js";
import { OPERATION_LIMIT, type StepContext } from "./context.js";
import { doRange, doWord } from "./operations.js";

/** How far a CPU runs, and what the environment chooses meanwhile. */
export interface Guide {
  /** Whether the run ends before the next operation that other CPUs could notice. */
  isOver(): boolean;
  /** Choices to be made before the run may end at a choice. */
  choicesLeft(): number;
  /** Whether an event that begins something may end the run. */
  readonly endsAtBeginnings: boolean;
  readonly draw: Draw;
}

/** What ends a run: `null` nothing yet, `over` its guide or the program, `waits` a lock or a full buffer. */
type End = null | "over" | "waits";

/** Lets `cpu` run as far as `guide` says, or until it has to wait, ends, or breaks a property. */
export function runFreely(context: StepContext, cpu: number, guide: Guide): void {
  const wakes = context.yielding?.any === true;
  context.forgetLast();
  context.choices.drawWith(guide.draw);
  try {
    const end = new FreeRun(context, cpu, guide).run();
    if (wakes && end !== "waits") context.yielding?.wakeOthers(cpu);
  } finally {
    context.choices.drawWith(null);
  }
}

class FreeRun {
  private done = 0;

  constructor(
    private readonly context: StepContext,
    private readonly cpu: number,
    private readonly guide: Guide,
  ) {}

  run(): End {
    const { context, cpu } = this;
    for (; ; this.done++) {
      if (this.done > OPERATION_LIMIT) {
        context.findEndlessTransition();
        return "over";
      }
      context.trace?.onPosition?.(cpu);
      const node = context.nodes[cpu] as number;
      const end = this.operation(node, context.automaton.kindOf(node));
      if (end !== null) return end;
    }
  }

  private operation(node: number, kind: NodeKind): End {
    switch (kind) {
      case NodeKind.Word:
        return this.word(node);
      case NodeKind.Fill:
      case NodeKind.Gather:
        return this.range(node);
      case NodeKind.Event:
        return this.event(node);
      case NodeKind.Choose:
        return this.choice(node);
      case NodeKind.Runaway:
        this.context.findEndlessCall();
        return "over";
      default:
        return "over";
    }
  }

  private goOn(node: number): End {
    this.context.nodes[this.cpu] = node;
    return this.context.violation === null ? null : "over";
  }

  private word(node: number): End {
    const { context, cpu } = this;
    const { automaton, shared, memoryModel } = context;
    const slot = automaton.slotOf(node);
    const address = automaton.addressOf(node);
    const word = automaton.word[node]!;
    const argument = automaton.argumentOf(node);
    let passage = Passage.Now;
    const words = slot === SLOT_PRIVATE ? (context.own[cpu] as Words) : shared;
    let before = words.read(address);
    if (slot < 0) {
      if (word.ready?.(before, argument) === false) return context.choices.count > 0 ? "over" : "waits";
    } else {
      if (this.guide.isOver()) return "over";
      passage = memoryModel.passage(cpu, node);
      if (passage === Passage.Waits) return this.done > 0 ? "over" : "waits";
      before = memoryModel.view(cpu, address, before);
      // A share of a lock that nobody asks for exclusively is always to be had.
      const isTaken = context.movers.mover(word, slot) !== Mover.Both || word.lock === LockEffect.None;
      if (word.ready !== undefined && isTaken) {
        if (!word.ready(before, argument)) return context.choices.count > 0 ? "over" : "waits";
        context.notifyLock(cpu, node);
      }
    }
    const edge = doWord(context, cpu, node, words, passage, before);
    return this.goOn(automaton.edges[edge + EDGE_NEXT] as number);
  }

  private range(node: number): End {
    const { context, cpu } = this;
    const isShared = context.automaton.slotOf(node) >= 0;
    if (isShared && this.guide.isOver()) return "over";
    const passage = isShared ? context.memoryModel.passage(cpu, node) : Passage.Now;
    if (passage === Passage.Waits) return this.done > 0 ? "over" : "waits";
    return this.goOn(context.automaton.next(node, doRange(context, cpu, node, passage)));
  }

  private event(node: number): End {
    const { context, cpu, guide } = this;
    const { automaton } = context;
    const code = automaton.argumentOf(node);
    if (guide.endsAtBeginnings && this.mayEnd() && context.isBeginning(code)) return "over";
    context.trace?.onEvent(cpu, node);
    if (!context.notify(cpu, node)) return "over";
    const end = this.goOn(automaton.next(node, 0));
    if (code !== context.yielding?.code) return end;
    context.takeTurn(cpu);
    return this.mayEnd() ? "over" : end;
  }

  private choice(node: number): End {
    if (this.mayEnd()) return "over";
    const { context, cpu } = this;
    return this.goOn(context.automaton.next(node, context.choose(cpu, node, context.limitOf(node), 0)));
  }

  /** Whether the run is over and has no choices left, so that it ends where a transition does. */
  private mayEnd(): boolean {
    return this.guide.isOver() && this.guide.choicesLeft() === 0;
  }
}
