/**
 * One call of a C function: the interpreter.
 *
 * It is a program like any other: a generator that yields one operation for each access that another CPU could
 * notice. Variables that live on the stack are its own and cost no step. No code is generated from the source, so
 * nothing in it can reach further than this room.
 */
import { KernelEvent, MemoryMisuse } from "../kernel/index.js";
import { at, event, loopHead, loopScope, OperationKind } from "../machine/index.js";
import { markedAs } from "./access.js";
import { Activation, bitsOf, type Step } from "./activation.js";
import { atOnce, cast } from "./at-once.js";
import { converted } from "./bits.js";
import { copyMemory } from "./bulk.js";
import { CError } from "./errors.js";
import { intrinsics } from "./intrinsics.js";
import type { Block, Instruction, IrFunction, Operand } from "./ir/module.js";
import { memberOf, sizeOf, type Type } from "./ir/types.js";
import { type Head, loopHeads } from "./loops.js";
import { type PrivateObject, withMember } from "./objects.js";
import {
  Aggregate,
  describeValue,
  FrameNumber,
  FunctionAddress,
  integer,
  isUnset,
  Pointer,
  UNDEFINED,
  type Value,
  wholly,
} from "./values.js";

/** Instructions of one call of a helper after which it is taken never to end: a search makes many calls. */
const INSTRUCTION_LIMIT = 250_000;
/** The same at boot. */
const BOOT_LIMIT = 2_000_000;
/** Bytes of the largest variable: those of a whole stack (THREAD_SIZE). */
const STACK_MAX = 16_384;
/** Calls inside each other. */
const DEPTH_LIMIT = 100;

export class Execution extends Activation {
  private instructions = 0;
  private readonly limit = this.host.isBooting ? BOOT_LIMIT : INSTRUCTION_LIMIT;
  private depth = 0;
  /** Functions called so far. */
  private runs = 0;
  /** Something was done that others could notice since the call was last at the head of a loop. */
  private hasActed = true;

  /** Calls the function with this name. @throws CError when it does something that is not understood */
  *call(name: string, args: readonly Value[]): Step {
    const found = this.program.function(name);
    if (found === undefined) throw new CError(`there is no function ${name}()`);
    yield loopScope();
    const steps = this.run(found, args, found.place);
    for (let result = 0; ; ) {
      const step = steps.next(result);
      if (step.done === true) return step.value;
      if (step.value.kind !== OperationKind.LoopHead) this.hasActed = true;
      result = yield step.value;
    }
  }

  private *run(called: IrFunction, args: readonly Value[], caller: number): Step {
    if (this.depth >= DEPTH_LIMIT) {
      this.fail(
        caller,
        `more than ${DEPTH_LIMIT} calls inside each other, the last of ${called.name}(): does it call itself?`,
      );
    }
    this.depth++;
    const run = this.runs++;
    const heads = loopHeads(called);
    const mine = this.variables.length;
    const locals: Value[] = new Array<Value>(called.locals).fill(UNDEFINED);
    for (let index = 0; index < called.parameters.length; index++) locals[index] = args[index] ?? UNDEFINED;
    let block = called.blocks.get(called.entry) as Block;
    let previous = "";
    let index = 0;
    const given = (operand: Operand): Value => this.value(operand, locals);
    for (;;) {
      const instruction = block.instructions[index++];
      if (instruction === undefined) this.fail(caller, `${called.name}() has a block without an end`);
      if (instruction.place !== 0) this.program.covered[instruction.place] = 1;
      const site = this.program.site(instruction.place, caller);
      if (++this.instructions > this.limit) yield* this.endless(called.name, site);
      let target = "";
      switch (instruction.op) {
        case "br":
          target = instruction.target;
          break;
        case "condbr": {
          const value = this.value(instruction.condition, locals);
          const condition = typeof value === "number" ? value : yield* this.decided(value, site);
          target = condition !== 0 && condition !== 0n ? instruction.yes : instruction.no;
          break;
        }
        case "switch": {
          const value = yield* this.decided(this.value(instruction.value, locals), site);
          const bits = bitsOf(instruction.value.type);
          const wanted = BigInt.asUintN(bits, BigInt(value));
          const found = instruction.cases.find((each) => BigInt.asUintN(bits, each.value) === wanted);
          target = found === undefined ? instruction.otherwise : found.target;
          break;
        }
        case "ret": {
          const value = instruction.value === null ? 0 : this.value(instruction.value, locals);
          for (let at = mine; at < this.variables.length; at++) (this.variables[at] as PrivateObject).ended = true;
          this.depth--;
          return value;
        }
        case "phi": {
          // All of a block's are read before any is set.
          index--;
          const values: Value[] = [];
          const phis: Instruction[] = [];
          for (; block.instructions[index]?.op === "phi"; index++) {
            const phi = block.instructions[index] as Instruction & { op: "phi" };
            const incoming = phi.incoming.find((each) => each.block === previous);
            values.push(incoming === undefined ? UNDEFINED : this.value(incoming.value, locals));
            phis.push(phi);
          }
          for (const [at, phi] of phis.entries()) locals[phi.result] = values[at] as Value;
          break;
        }
        case "alloca": {
          const { count } = instruction;
          const many = count === null ? 1 : Number(yield* this.number(this.value(count, locals), site));
          locals[instruction.result] = this.allocated(many * sizeOf(instruction.type), site);
          break;
        }
        case "call": {
          const made = this.called(instruction, locals, site);
          const value = isStep(made) ? yield* made : made;
          if (instruction.result >= 0) locals[instruction.result] = value;
          break;
        }
        default: {
          const value = atOnce(instruction, given) ?? (yield* this.perform(instruction, locals, site));
          if (instruction.result >= 0) locals[instruction.result] = value;
        }
      }
      if (target !== "") {
        previous = block.name;
        const next = called.blocks.get(target);
        if (next === undefined) this.fail(site, `${called.name}() jumps to a block that is not there`);
        block = next;
        index = 0;
        const head = this.hasActed ? heads.get(target) : undefined;
        if (head !== undefined) {
          this.hasActed = false;
          yield loopHead(() => this.stateAt(head, `${run} ${target} ${previous}`, locals));
        }
      }
    }
  }

  /**
   * All that the call knows at the head of a loop, as text. What the calling functions know stays as it is during `run`.
   *
   * @param place which run of a function, at which block, come to from which
   */
  private stateAt({ live, asksWhence }: Head, place: string, locals: readonly Value[]): string {
    const where = asksWhence ? place : place.slice(0, place.lastIndexOf(" "));
    const values = live.map((local) => this.memory.keyOf(locals[local] as Value));
    return `${where}: ${values.join(",")}; ${this.state()}`;
  }

  /** Tells of a call that is taken never to end; nothing goes on after it. */
  private *endless(name: string, site: number): Step<never> {
    yield at(event(KernelEvent.Endless, this.limit), site);
    return this.fail(site, `${name}() goes round without end: ${this.limit} instructions and no end in sight`);
  }

  /** An operand's value. */
  private value(operand: Operand, locals: readonly Value[]): Value {
    if (operand.kind === "local") return locals[operand.index] as Value;
    return this.host.globals.constant(operand.constant);
  }

  private *perform(instruction: Instruction, locals: Value[], site: number): Step {
    switch (instruction.op) {
      case "load":
        return yield* this.load(
          this.value(instruction.pointer, locals),
          instruction.type,
          markedAs(instruction.marking),
          site,
        );
      case "store": {
        const value = this.value(instruction.value, locals);
        const pointer = this.value(instruction.pointer, locals);
        return yield* this.store(pointer, value, instruction.value.type, instruction.marking, site);
      }
      case "gep": {
        const base = this.value(instruction.base, locals);
        const indices: Value[] = [];
        for (const each of instruction.indices) {
          const index = this.value(each, locals);
          indices.push(index instanceof FrameNumber ? yield* this.concrete(index) : index);
        }
        return this.element(base, instruction.element, indices, site);
      }
      case "binary":
        return yield* this.arithmetic(
          instruction.name,
          this.value(instruction.left, locals),
          this.value(instruction.right, locals),
          bitsOf(instruction.left.type),
          site,
        );
      case "icmp":
        return yield* this.comparison(
          instruction.predicate,
          this.value(instruction.left, locals),
          this.value(instruction.right, locals),
          bitsOf(instruction.left.type),
          site,
        );
      case "cast":
        return yield* this.cast(
          instruction.name,
          this.value(instruction.value, locals),
          bitsOf(instruction.value.type),
          bitsOf(instruction.type),
          site,
        );
      case "select": {
        const condition = this.value(instruction.condition, locals);
        if (isUnset(condition)) return UNDEFINED;
        const chosen = yield* this.decided(condition, site);
        return this.value(chosen !== 0 ? instruction.yes : instruction.no, locals);
      }
      case "asm":
        return yield* this.assembly(instruction, locals, site);
      case "insertvalue":
        return withMember(
          this.value(instruction.value, locals),
          instruction.path,
          this.value(instruction.member, locals),
        );
      case "atomicrmw": {
        const pointer = this.value(instruction.pointer, locals);
        return yield* this.readModifyWrite(
          instruction.name,
          pointer,
          this.value(instruction.value, locals),
          bitsOf(instruction.type),
          site,
        );
      }
      case "cmpxchg": {
        const pointer = this.value(instruction.pointer, locals);
        const expected = this.value(instruction.expected, locals);
        const size = bitsOf(instruction.type) / 8;
        const old = yield* this.compareExchange(pointer, expected, this.value(instruction.value, locals), size, site);
        const same = yield* this.comparison("eq", old, expected, 8 * size, site);
        return new Aggregate([old, same]);
      }
      case "fence":
        if (instruction.ordering === "seq_cst") yield* this.fence(site);
        return 0;
      case "unreachable":
        return this.fail(site, "a place is reached that C says cannot be reached");
      case "unknown":
        return this.fail(site, `the instruction "${instruction.text}" is not understood`);
      default:
        return this.fail(site, `${instruction.op} where it cannot be`);
    }
  }

  /** A variable of the function that runs. @returns its address */
  private allocated(size: number, site: number): Pointer {
    if (!(size >= 0 && size <= STACK_MAX)) {
      this.fail(site, `a variable of ${size} bytes: a stack of the kernel has ${STACK_MAX}`);
    }
    return new Pointer(this.variable("a variable", size), 0);
  }

  /** The usual call, of a function that is named, with scalars: what it gives, or its steps. */
  private called(instruction: Instruction & { op: "call" }, locals: Value[], site: number): Step | Value {
    const callee = this.value(instruction.callee, locals);
    if (!(callee instanceof FunctionAddress) || instruction.byval.length > 0) {
      return this.callInstruction(instruction, locals, site);
    }
    const args = instruction.args.map((each) => this.value(each, locals));
    const known = this.program.function(callee.name);
    return known === undefined ? this.intrinsic(callee.name, args, site) : this.run(known, args, site);
  }

  private *callInstruction(instruction: Instruction & { op: "call" }, locals: Value[], site: number): Step {
    const callee = this.value(instruction.callee, locals);
    if (isUnset(callee))
      return yield* this.misuse(MemoryMisuse.UnsetAddress, site, "a function pointer that was never set is called");
    if (!(callee instanceof FunctionAddress)) {
      if (callee === 0n) return yield* this.misuse(MemoryMisuse.NullAddress, site, "a null function pointer is called");
      return this.fail(site, `${describeValue(callee)} is called: not understood`);
    }
    const args = instruction.args.map((each) => this.value(each, locals));
    for (const { index, type } of instruction.byval) {
      const copy = this.variable("a copy of an argument", sizeOf(type));
      yield* copyMemory(this, new Pointer(copy, 0), args[index] as Value, copy.size, site);
      args[index] = new Pointer(copy, 0);
    }
    const known = this.program.function(callee.name);
    if (known !== undefined) return yield* this.run(known, args, site);
    const made = this.intrinsic(callee.name, args, site);
    return isStep(made) ? yield* made : made;
  }

  /** Calls what the checker itself does. */
  private intrinsic(name: string, args: readonly Value[], site: number): Step | Value {
    const found = intrinsics(name);
    if (found === undefined) {
      return this.fail(site, `${name}() is called, but its body is not known; add it with --shim`);
    }
    return found(this, args.map(wholly), site);
  }

  private *fence(site: number): Step {
    const result = this.intrinsic("__dpamt_fence", [], site);
    return isStep(result) ? yield* result : result;
  }

  /** Address of an element. */
  private element(base: Value, type: Type, indices: readonly Value[], site: number): Value {
    if (isUnset(base) || indices.some(isUnset)) return UNDEFINED;
    let offset = 0;
    let within = type;
    for (const [position, index] of indices.entries()) {
      if (typeof index !== "number" && typeof index !== "bigint")
        this.fail(site, `${describeValue(index)} is used as an index`);
      const number = Number(typeof index === "bigint" ? BigInt.asIntN(64, index) : index);
      if (position === 0) offset += number * sizeOf(type);
      else {
        const member = memberOf(within, number);
        offset += member.offset;
        within = member.type;
      }
    }
    if (base instanceof Pointer) return new Pointer(base.object, base.offset + offset);
    if (base instanceof FrameNumber) return new FrameNumber(base.page, base.shift, base.add + BigInt(offset));
    if (typeof base === "bigint") return BigInt.asUintN(64, base + BigInt(offset));
    return this.fail(site, `an element of ${describeValue(base)}: not understood`);
  }

  private *cast(name: string, value: Value, from: number, to: number, site: number): Step {
    if (isUnset(value)) return from === to ? value : converted(value, from, to, name === "sext");
    if (typeof value !== "number" && typeof value !== "bigint") {
      if (from === to) return value;
      if (!(value instanceof FrameNumber))
        return this.fail(site, `a part of ${describeValue(value)} is taken: not understood`);
      return integer(yield* this.concrete(value), to);
    }
    return cast(name, value, from, to);
  }

  private *assembly(instruction: Instruction & { op: "asm" }, locals: Value[], site: number): Step {
    const text = instruction.text.replace(/\s+/g, " ").trim();
    // An empty text only hides a value from the compiler: it comes out as it went in.
    if (text === "" && instruction.type.kind !== "void") {
      const [hidden] = instruction.args;
      return hidden === undefined ? UNDEFINED : this.value(hidden, locals);
    }
    if (text === "" || /^(?:(?:rep; ?nop|pause|nop|lfence|sfence|endbr64);? ?)+$/.test(text)) return 0;
    if (/^(mfence|lock; addl \$\$0, ?-?\d*\(%%?[er]sp\))$/.test(text)) return yield* this.fence(site);
    const match = /^lock;? (inc|dec|add|sub|xadd|or|and|xor)([blq]) [^;]*$/.exec(text);
    const pointer = instruction.args.map((each) => this.value(each, locals)).find((each) => each instanceof Pointer);
    if (match === null || pointer === undefined) {
      return this.fail(
        site,
        `assembly "${text.slice(0, 40)}" is not understood; give a C function in its place with --shim`,
      );
    }
    const [, verb = "", width = ""] = match;
    const bits = { b: 8, l: 32, q: 64 }[width] as number;
    const operand = instruction.args.map((each) => this.value(each, locals)).find((each) => !(each instanceof Pointer));
    const one = integer(1n, bits);
    const name = { inc: "add", dec: "sub", xadd: "add" }[verb] ?? verb;
    return yield* this.readModifyWrite(
      name,
      pointer,
      verb === "inc" || verb === "dec" ? one : (operand ?? one),
      bits,
      site,
    );
  }
}

function isStep(result: Step | Value): result is Step {
  return typeof result === "object" && Symbol.iterator in result;
}
