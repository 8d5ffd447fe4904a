/**
 * One call of a C function: the interpreter.
 *
 * It is a program like any other: a generator that yields one operation for each access that another CPU could
 * notice. Variables that live on the stack are its own and cost no step. No code is generated from the source, so
 * nothing in it can reach further than this room.
 */
import { ExecutionContext, KernelEvent, LeftOff, MemoryMisuse } from "../../kernel/index.js";
import { at, event, isMark, join, loopHead, loopScope, type Operation } from "../../machine/index.js";
import { CError } from "../ir/errors.js";
import type { Instruction, IrFunction } from "../ir/module.js";
import { sizeOf } from "../ir/types.js";
import { atOnce } from "./at-once.js";
import { badLike, blamedFor } from "./blame.js";
import { copyMemory } from "./bulk.js";
import { HeapObject } from "./heap.js";
import { HeapNames } from "./heap-names.js";
import { tellLost } from "./heap-steps.js";
import { bitsOf, type Evaluation } from "./host.js";
import type { PrivateObject } from "./objects.js";
import { isStep, Performer } from "./performer.js";
import { sited } from "./sited.js";
import { StackFrame } from "./stack-frame.js";
import { type StackKind, StackVariable } from "./stacks.js";
import { describeValue, FunctionAddress, isUnset, type MemoryObject, Pointer, type Value } from "./values.js";

type Switch = Extract<Instruction, { readonly op: "switch" }>;

/** Instructions of one call after which it is taken never to end: a search makes many calls. */
const INSTRUCTION_LIMIT = 250_000;
/** The same at boot. */
const BOOT_LIMIT = 2_000_000;
/** Bytes of the largest variable: those of a whole stack (THREAD_SIZE). */
const STACK_MAX = 16_384;
/** Calls inside each other. */
const DEPTH_LIMIT = 100;

/** Why the interpreter stands still. */
enum Stop {
  /** The next instruction may take steps. */
  Step,
  /** A call of a service that takes steps. */
  Service,
  /** The head of a loop, which is to be announced. */
  Head,
  /** The outermost function has returned. */
  End,
}

type Call = Instruction & { readonly op: "call" };

export class Execution extends Performer {
  private instructions = 0;
  private readonly limit = this.host.isBooting ? BOOT_LIMIT : INSTRUCTION_LIMIT;
  /** The function that runs; its callers hang on it. Null before the first and after the last. */
  private frame: StackFrame | null = null;
  /** Functions called so far. */
  private runs = 0;
  /** The service that is called. */
  private service: Evaluation | null = null;
  /** What the outermost function has returned. */
  private result: Value = 0;
  /** The call has done something since it last said where it stands. */
  private hasLearned = false;
  /** Heads of loops that the call has been at since it did something that others could notice. */
  private readonly announced = new Set<string>();

  /** In softirq context: what the call knew at heads of loops. */
  private readonly turns = new Set<string>();

  /** Calls the function with this name. @throws CError when it does something that is not understood */
  *call(name: string, args: readonly Value[]): Evaluation {
    const found = this.program.function(name);
    if (found === undefined) throw new CError(`there is no function ${name}()`);
    this.name = name;
    yield loopScope();
    this.enter(found, args, found.place);
    const steps = this.run();
    for (let result = 0; ; ) {
      const step = steps.next(result);
      if (step.done === true) {
        yield* this.tellLeft(name);
        yield* tellLost(this.variables);
        yield* this.forgetPublished();
        return step.value;
      }
      if (!isMark(step.value.kind)) {
        this.hasLearned = true;
        if (this.announced.size > 0) this.announced.clear();
      }
      result = yield step.value;
    }
  }

  /**
   * Tells what is off when the call ends, and ends its read sections. Where it holds a lock as well, what is told is what
   * the lock does to others.
   */
  private *tellLeft(name: string): Evaluation<void> {
    const left = this.held.size > 0 || this.off.bitLocks > 0 ? [] : this.off.left();
    if (this.rcuDepth > 0) left.push({ what: LeftOff.ReadSection, site: this.rcuSite });
    for (const { what, site } of left) {
      if (this.host.isBooting) {
        const what = "preemption, migration, softirqs or interrupts off, or inside of an RCU read section";
        this.fail(site, `${name}() returns at boot with ${what}: not modelled`);
      }
      yield at(event(KernelEvent.LeftOff, what), site);
    }
    if (this.rcuDepth > 0) yield* sited(this.memory.rcu.readUnlock(this.rcuSection), this.rcuSite);
  }

  private *run(): Evaluation {
    for (;;) {
      const stop = this.straight();
      if (stop === Stop.End) return this.result;
      const frame = this.frame as StackFrame;
      if (stop === Stop.Head) {
        this.announced.add(frame.place);
        this.expectProgress(frame);
        yield this.head(frame);
        continue;
      }
      if (this.hasLearned && this.forgetsPast) yield this.joinHere();
      const { called, instruction } = frame;
      if (instruction === undefined) this.fail(frame.site, `${called.name}() has a block without an end`);
      if (stop === Stop.Service) {
        frame.pass(instruction, yield* this.service as Evaluation);
        continue;
      }
      const site = this.program.site(instruction.place, frame.site);
      if (++this.instructions > this.limit) yield* this.endless(called.name, site);
      this.program.covered[instruction.place] = 1;
      switch (instruction.op) {
        case "condbr": {
          const condition = yield* this.decided(frame.value(instruction.condition), site);
          this.jump(frame, condition !== 0 && condition !== 0n ? instruction.yes : instruction.no);
          break;
        }
        case "switch":
          this.jump(frame, yield* this.targetOf(instruction, frame.value(instruction.value), site));
          break;
        case "alloca": {
          const { count } = instruction;
          const many = count === null ? 1 : Number(yield* this.number(frame.value(count), site));
          const { name, variables } = frame.called;
          const kind = {
            name: `${instruction.name} of ${name}()`,
            size: many * sizeOf(instruction.type),
            variable: variables.get(instruction.result) ?? 0,
            function: name,
          };
          frame.pass(instruction, this.allocated(kind, site));
          break;
        }
        case "call":
          yield* this.unusualCall(instruction, frame, site);
          break;
        case "ret":
          yield* this.endVariables(frame.firstVariable, site);
          break;
        default:
          frame.pass(instruction, yield* this.perform(instruction, frame, site));
      }
    }
  }

  /** Where a switch goes on. Optimisation makes one of several comparisons of an address, with NULL or an error code. */
  private *targetOf({ value: operand, cases, otherwise }: Switch, value: Value, site: number): Evaluation<string> {
    const bits = bitsOf(operand.type);
    if (value instanceof Pointer) {
      for (const each of cases) {
        const same = yield* this.comparison("eq", value, BigInt.asUintN(bits, each.value), bits, site);
        if (BigInt(yield* this.decided(same, site)) !== 0n) return each.target;
      }
      return otherwise;
    }
    const wanted = BigInt.asUintN(bits, BigInt(yield* this.decided(value, site)));
    return cases.find((each) => BigInt.asUintN(bits, each.value) === wanted)?.target ?? otherwise;
  }

  /** Announces the head of a loop. A loop of the user's that never relaxes says where it is. */
  private head(frame: StackFrame): Operation {
    const head = loopHead(() => this.stateAt(frame));
    const isOwn = this.program.isOwnPlace(frame.instruction?.place ?? 0);
    return isOwn && frame.isBusyLoop ? at(head, this.siteIn(frame)) : head;
  }

  override get way(): string {
    const places: number[] = [];
    for (let { frame } = this; frame !== null; frame = frame.caller) {
      const place = frame.instruction?.place ?? 0;
      places.push(place);
      if (this.program.isOwnPlace(place)) break;
    }
    return places.join(" ");
  }

  private siteIn(frame: StackFrame): number {
    return this.program.site(frame.instruction?.place ?? 0, frame.site);
  }

  /** What the call knows, as text. */
  private stateAt(frame: StackFrame): string {
    const names = new HeapNames(this.memory, frame.firstVariable, this.keptAt.values());
    return `${frame.state((value) => names.keyOf(value))}; ${this.state(frame.idleVariables(), names)}`;
  }

  /**
   * Ways that lead to one state differ in what the call found on them. Where pages have names, these are many, and most of
   * what was found is forgotten soon.
   */
  private get forgetsPast(): boolean {
    return this.memory.needs.sharedPages && this.running === null && !this.host.isBooting;
  }

  private joinHere(): Operation {
    this.hasLearned = false;
    return join(() => {
      const names = new HeapNames(this.memory, Number.POSITIVE_INFINITY, this.keptAt.values());
      const idle = new Set<MemoryObject>();
      const frames: string[] = [];
      for (let { frame } = this; frame !== null; frame = frame.caller) {
        frames.push(frame.knowledge((value) => names.keyOf(value), idle));
      }
      return `${frames.join("; ")}; ${this.variables.length}; ${this.state(idle, names)}`;
    });
  }

  /**
   * A softirq that waits for the CPU which it has interrupted waits for ever. Rules for locks find that (R8); of a loop
   * that waits nobody knows for what.
   */
  private expectProgress(frame: StackFrame): void {
    if (this.context === ExecutionContext.Task) return;
    const state = `${this.changes} ${frame.place}: ${this.stateAt(frame)}`;
    if (this.turns.has(state))
      this.fail(this.siteIn(frame), "a loop waits in softirq or interrupt context: not modelled");
    this.turns.add(state);
  }

  /**
   * Goes on through instructions that take no step, from one function into another and back. Most are of this kind, and
   * a program of its own for each would take longer than what it does.
   */
  private straight(): Stop {
    const { covered } = this.program;
    let frame = this.frame as StackFrame;
    while (this.instructions < this.limit) {
      if (frame.isAtHead && !this.announced.has(frame.place)) return Stop.Head;
      const { instruction } = frame;
      if (instruction === undefined) return Stop.Step;
      switch (instruction.op) {
        case "br":
          this.jump(frame, instruction.target);
          break;
        case "condbr": {
          const condition = frame.value(instruction.condition);
          if (typeof condition !== "number") return Stop.Step;
          this.jump(frame, condition !== 0 ? instruction.yes : instruction.no);
          break;
        }
        case "phi":
          frame.passPhis();
          break;
        case "call": {
          const callee = frame.value(instruction.callee);
          if (!(callee instanceof FunctionAddress) || instruction.byval.length > 0) return Stop.Step;
          const made = this.called(callee, instruction, frame);
          if (made === null) frame = this.frame as StackFrame;
          else if (!isStep(made)) frame.pass(instruction, made);
          else {
            this.instructions++;
            covered[instruction.place] = 1;
            this.service = made;
            return Stop.Service;
          }
          break;
        }
        case "ret": {
          const { caller } = frame;
          if (this.hasOnStack(frame)) return Stop.Step;
          this.leave(instruction.value === null ? 0 : frame.value(instruction.value), frame);
          if (caller === null) {
            covered[instruction.place] = 1;
            return Stop.End;
          }
          frame = caller;
          break;
        }
        default: {
          const value = atOnce(instruction, frame);
          if (value === undefined) return Stop.Step;
          frame.pass(instruction, value);
        }
      }
      this.instructions++;
      covered[instruction.place] = 1;
    }
    return Stop.Step;
  }

  /**
   * Begins to run a function, which the one that runs has called at a site.
   *
   * @param firstVariable number of the first variable that ends when it returns
   */
  private enter(called: IrFunction, args: readonly Value[], site: number, firstVariable = this.variables.length): void {
    const { frame } = this;
    if (frame !== null && frame.depth >= DEPTH_LIMIT) {
      const limit = `more than ${DEPTH_LIMIT} calls inside each other`;
      this.fail(site, `${limit}, the last of ${called.name}(): does it call itself?`);
    }
    if (frame !== null) frame.isCalling = true;
    this.frame = new StackFrame(called, args, frame, site, this.runs++, firstVariable, this.host.globals);
  }

  /** Whether others may know variables that end when a function returns. */
  private hasOnStack({ firstVariable }: StackFrame): boolean {
    if (this.onStack.size === 0) return false;
    return this.variables.some(
      ({ movedTo }, at) => at >= firstVariable && movedTo !== null && this.onStack.has(movedTo),
    );
  }

  /** Goes back to the caller of a function, which has returned a value. */
  private leave(value: Value, { caller, firstVariable }: StackFrame): void {
    for (let at = firstVariable; at < this.variables.length; at++) {
      const variable = this.variables[at] as PrivateObject;
      if (!(variable instanceof HeapObject)) variable.ended = true;
      if (variable instanceof StackVariable) variable.isGone = true;
    }
    this.frame = caller;
    if (caller === null) this.result = value;
    else caller.pass(caller.instruction as Instruction, value);
  }

  private jump(frame: StackFrame, target: string): void {
    if (frame.jump(target)) return;
    const site = this.program.site(frame.instruction?.place ?? 0, frame.site);
    this.fail(site, `${frame.called.name}() jumps to a block that is not there`);
  }

  /** The usual call, of a function that is named, with scalars. @returns null where a function of the program has been entered */
  private called(callee: FunctionAddress, instruction: Call, frame: StackFrame): Evaluation | Value | null {
    const site = this.program.site(instruction.place, frame.site);
    const args = instruction.args.map((each) => frame.value(each));
    const known = this.program.function(callee.name);
    if (known === undefined) return this.intrinsic(callee.name, args, site);
    this.enter(known, args, site);
    return null;
  }

  /** Any other call. */
  private *unusualCall(instruction: Call, frame: StackFrame, site: number): Evaluation<void> {
    const callee = frame.value(instruction.callee);
    if (isUnset(callee)) {
      yield* this.misuse(
        MemoryMisuse.UnsetAddress,
        site,
        "a function pointer that was never set is called",
        this.originOf(callee),
      );
    }
    if (!(callee instanceof FunctionAddress)) {
      if (callee === 0n)
        yield* this.misuse(MemoryMisuse.NullAddress, site, "a null function pointer is called", this.originOf(callee));
      this.fail(site, `${describeValue(callee)} is called: not understood`);
    }
    const args = instruction.args.map((each) => frame.value(each));
    const first = this.variables.length;
    for (const { index, type } of instruction.byval) {
      const copy = this.stackVariable({
        name: `argument ${index + 1} of ${callee.name}()`,
        size: sizeOf(type),
        variable: 0,
        function: callee.name,
      });
      yield* copyMemory(this, new Pointer(copy, 0), args[index] as Value, copy.size, site);
      args[index] = new Pointer(copy, 0);
    }
    const known = this.program.function(callee.name);
    if (known !== undefined) return this.enter(known, args, site, first);
    const made = this.intrinsic(callee.name, args, site);
    frame.pass(instruction, isStep(made) ? yield* made : made);
  }

  override originOf(value: Value): number {
    const blamed = this.blamed(value)?.blamed;
    return blamed === undefined ? 0 : this.memory.about(blamed);
  }

  override isOffNull(value: Value): boolean {
    return this.blamed(value)?.isNull === true;
  }

  private blamed(value: Value): ReturnType<typeof blamedFor> | undefined {
    return this.frame === null ? undefined : blamedFor(this.program.module, this.frame, badLike(value));
  }

  protected override *localValues(): Iterable<Value[]> {
    for (let { frame } = this; frame !== null; frame = frame.caller) yield frame.locals;
  }

  /** Reports a call that is taken never to end; nothing goes on after it. */
  private *endless(name: string, site: number): Evaluation<never> {
    // It may wait for what others do to its variables, who have not come to look for them yet.
    if (this.hasLent) this.memory.needs.shareStacks();
    yield at(event(KernelEvent.Endless, this.limit), site);
    return this.fail(site, `${name}() goes round without end: ${this.limit} instructions and no end in sight`);
  }

  /** A variable of the function that runs. @returns its address */
  private allocated(kind: StackKind, site: number): Pointer {
    const { size } = kind;
    if (!(size >= 0 && size <= STACK_MAX)) {
      this.fail(site, `a variable of ${size} bytes: a stack of the kernel has ${STACK_MAX}`);
    }
    return new Pointer(this.stackVariable(kind), 0);
  }
}
