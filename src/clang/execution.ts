/**
 * One call of a C function: the interpreter.
 *
 * It is a program like any other: a generator that yields one operation for each access that another CPU could
 * notice. Variables that live on the stack are its own and cost no step. No code is generated from the source, so
 * nothing in it can reach further than this file.
 */
import { type Kernel, KernelEvent, MemoryMisuse, PAGE_SIZE, type Page } from "../kernel/index.js";
import { at, event, type Operation, on } from "../machine/index.js";
import { type CellOperations, loadOperation, type Marked, partOf, storeOperation } from "./access.js";
import { CError } from "./errors.js";
import { placeOf } from "./frames.js";
import type { Globals } from "./globals.js";
import { type Intrinsic, intrinsics } from "./intrinsics.js";
import type { Block, Instruction, IrFunction, Marking, Operand } from "./ir/module.js";
import { memberOf, resolved, sizeOf, type Type } from "./ir/types.js";
import { KeptAddress, type Memory } from "./memory.js";
import { PAGE_STRUCT_SIZE, PageContents, PrivateObject, WordsObject, withMember } from "./objects.js";
import type { CProgram } from "./program.js";
import {
  Aggregate,
  binary,
  compare,
  describeValue,
  FrameNumber,
  FunctionAddress,
  integer,
  Pointer,
  UNDEFINED,
  type Value,
} from "./values.js";

/** A part of an execution. */
export type Step<R = Value> = Generator<Operation, R, number>;

/** Instructions of one call of a helper after which it is taken never to end. */
const INSTRUCTION_LIMIT = 2_000_000;
/** Calls inside each other. */
const DEPTH_LIMIT = 100;

/** What all executions of a program on one host share. */
export interface Host {
  readonly kernel: Kernel;
  readonly program: CProgram;
  readonly memory: Memory;
  readonly globals: Globals;
  readonly atomics: CellOperations;
  /** Memory other than pages. @throws CError once helpers run */
  allocate(size: number, where: string): Pointer;
}

export function bitsOf(type: Type): number {
  const is = resolved(type);
  if (is.kind === "int") return is.bits;
  return is.kind === "ptr" ? 64 : 0;
}

export class Execution {
  readonly kernel: Kernel;
  readonly memory: Memory;
  private readonly program: CProgram;
  /** Variables of the call, by number. */
  private readonly variables: PrivateObject[] = [];
  private instructions = 0;
  private depth = 0;
  /** Locks that the call holds, by address. */
  readonly held = new Set<number>();
  /** How often softirqs, interrupts or preemption were switched off, less how often on. */
  atomicDepth = 0;
  /** Parts of 64 bytes that have been reset, by page. */
  readonly resets = new Map<Page, bigint>();
  /** Pages allocated so far in this call. */
  allocations = 0;

  /** @param countsFirstPage the first page that the call allocates is one to be counted, not one of a pair */
  constructor(
    readonly host: Host,
    readonly countsFirstPage: boolean,
  ) {
    this.kernel = host.kernel;
    this.memory = host.memory;
    this.program = host.program;
  }

  /** Calls the function with this name. @throws CError when it does something that is not understood */
  *call(name: string, args: readonly Value[]): Step {
    const found = this.program.function(name);
    if (found === undefined) throw new CError(`there is no function ${name}()`);
    return yield* this.run(found, args, found.place);
  }

  /** A variable of the calling function's caller, e.g. to pass its address. */
  variable(name: string, size: number): PrivateObject {
    const object = new PrivateObject(name, size, this.variables.length);
    this.variables.push(object);
    return object;
  }

  /** `file:line` of a site. */
  where(site: number): string {
    return this.program.where(site) || "the harness";
  }

  /** @throws CError at a site */
  fail(site: number, what: string): never {
    throw new CError(`${this.where(site)}: ${what}`);
  }

  /** Tells of a misuse of memory; nothing goes on after it. */
  *misuse(what: MemoryMisuse, site: number, text: string): Step<never> {
    yield at(event(KernelEvent.MemoryMisused, what), site);
    return this.fail(site, text);
  }

  private *run(called: IrFunction, args: readonly Value[], caller: number): Step {
    if (this.depth >= DEPTH_LIMIT) {
      this.fail(
        caller,
        `more than ${DEPTH_LIMIT} calls inside each other, the last of ${called.name}(): does it call itself?`,
      );
    }
    this.depth++;
    const mine = this.variables.length;
    const locals: Value[] = new Array<Value>(called.locals).fill(UNDEFINED);
    for (let index = 0; index < called.parameters.length; index++) locals[index] = args[index] ?? UNDEFINED;
    let block = called.blocks.get(called.entry) as Block;
    let previous = "";
    let index = 0;
    for (;;) {
      const instruction = block.instructions[index++];
      if (instruction === undefined) this.fail(caller, `${called.name}() has a block without an end`);
      if (instruction.place !== 0) this.program.covered[instruction.place] = 1;
      const site = this.program.site(instruction.place, caller);
      if (++this.instructions > INSTRUCTION_LIMIT) {
        this.fail(
          site,
          `${called.name}() goes round without end: ${INSTRUCTION_LIMIT} instructions and no end in sight`,
        );
      }
      let target = "";
      switch (instruction.op) {
        case "br":
          target = instruction.target;
          break;
        case "condbr": {
          const condition = yield* this.decided(this.value(instruction.condition, locals), site);
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
        default: {
          const value = yield* this.perform(instruction, locals, site);
          if (instruction.result >= 0) locals[instruction.result] = value;
        }
      }
      if (target !== "") {
        previous = block.name;
        const next = called.blocks.get(target);
        if (next === undefined) this.fail(site, `${called.name}() jumps to a block that is not there`);
        block = next;
        index = 0;
      }
    }
  }

  /** An operand's value. */
  private value(operand: Operand, locals: readonly Value[]): Value {
    if (operand.kind === "local") return locals[operand.index] as Value;
    return this.host.globals.constant(operand.constant);
  }

  /** A value that decides where to go on. */
  private *decided(value: Value, site: number): Step<number | bigint> {
    if (typeof value === "number" || typeof value === "bigint") return value;
    if (value === UNDEFINED)
      return yield* this.misuse(MemoryMisuse.UnsetDecides, site, "a value that was never set decides a branch");
    if (value instanceof FrameNumber) return yield* this.concrete(value);
    return this.fail(site, `${describeValue(value)} decides a branch: not understood`);
  }

  /** The number behind a page frame that something depends on: the page gets its place. */
  *concrete(value: FrameNumber): Step<bigint> {
    const pfn = yield* placeOf(this.kernel, value.page);
    return (BigInt(pfn) << BigInt(value.shift)) + value.add;
  }

  /** A value that a service needs as a number. */
  *number(value: Value, site: number): Step<bigint> {
    if (typeof value === "number" || typeof value === "bigint") return BigInt(value);
    if (value instanceof FrameNumber) return yield* this.concrete(value);
    if (value === UNDEFINED) {
      return yield* this.misuse(MemoryMisuse.UnsetOperand, site, "a value that was never set is handed on");
    }
    return this.fail(site, `${describeValue(value)} is used as a number: not understood`);
  }

  private *perform(instruction: Instruction, locals: Value[], site: number): Step {
    switch (instruction.op) {
      case "alloca": {
        const count =
          instruction.count === null ? 1 : Number(yield* this.number(this.value(instruction.count, locals), site));
        return new Pointer(this.variable("a variable", count * sizeOf(instruction.type)), 0);
      }
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
        if (condition === UNDEFINED) return UNDEFINED;
        const chosen = yield* this.decided(condition, site);
        return this.value(chosen !== 0 ? instruction.yes : instruction.no, locals);
      }
      case "call":
        return yield* this.callInstruction(instruction, locals, site);
      case "asm":
        return yield* this.assembly(instruction, locals, site);
      case "extractvalue": {
        let value = this.value(instruction.value, locals);
        for (const index of instruction.path)
          value = value instanceof Aggregate ? (value.members[index] ?? UNDEFINED) : UNDEFINED;
        return value;
      }
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
        if (instruction.ordering === "seq_cst") yield* this.intrinsic("__dpamt_fence", [], site);
        return 0;
      case "unreachable":
        return this.fail(site, "a place is reached that C says cannot be reached");
      case "unknown":
        return this.fail(site, `the instruction "${instruction.text}" is not understood`);
      default:
        return this.fail(site, `${instruction.op} where it cannot be`);
    }
  }

  private *callInstruction(instruction: Instruction & { op: "call" }, locals: Value[], site: number): Step {
    const callee = this.value(instruction.callee, locals);
    if (callee === UNDEFINED)
      return yield* this.misuse(MemoryMisuse.UnsetAddress, site, "a function pointer that was never set is called");
    if (!(callee instanceof FunctionAddress)) {
      if (callee === 0n) return yield* this.misuse(MemoryMisuse.NullAddress, site, "a null function pointer is called");
      return this.fail(site, `${describeValue(callee)} is called: not understood`);
    }
    const args = instruction.args.map((each) => this.value(each, locals));
    for (const { index, type } of instruction.byval) {
      const copy = this.variable("a copy of an argument", sizeOf(type));
      yield* this.copy(new Pointer(copy, 0), args[index] as Value, copy.size, site);
      args[index] = new Pointer(copy, 0);
    }
    const known = this.program.function(callee.name);
    if (known !== undefined) return yield* this.run(known, args, site);
    return yield* this.intrinsic(callee.name, args, site);
  }

  /** Calls what the checker itself does. */
  *intrinsic(name: string, args: readonly Value[], site: number): Step {
    const found: Intrinsic | undefined = intrinsics(name);
    if (found === undefined) {
      return this.fail(site, `${name}() is called, but its body is not known; add it with --shim`);
    }
    const result = found(this, args, site);
    return isStep(result) ? yield* result : result;
  }

  /** Address of an element. */
  element(base: Value, type: Type, indices: readonly Value[], site: number): Value {
    if (base === UNDEFINED || indices.includes(UNDEFINED)) return UNDEFINED;
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

  *arithmetic(name: string, left: Value, right: Value, bits: number, site: number): Step {
    const done = binary(name, left, right, bits);
    if (typeof done !== "string") return done;
    if (done === "concrete") {
      const a = left instanceof FrameNumber ? yield* this.concrete(left) : left;
      const b = right instanceof FrameNumber ? yield* this.concrete(right) : right;
      return yield* this.arithmetic(name, a, b, bits, site);
    }
    if (done === "zero") return this.fail(site, "a division by 0");
    return this.fail(
      site,
      `${name} of ${describeValue(left)} and ${describeValue(right)}: what addresses are as numbers is not modelled`,
    );
  }

  private *comparison(predicate: string, left: Value, right: Value, bits: number, site: number): Step {
    const done = compare(predicate, left, right, bits);
    if (typeof done !== "string") return done;
    if (done === "concrete") {
      const a = left instanceof FrameNumber ? yield* this.concrete(left) : left;
      const b = right instanceof FrameNumber ? yield* this.concrete(right) : right;
      return yield* this.comparison(predicate, a, b, bits, site);
    }
    return this.fail(
      site,
      `${describeValue(left)} and ${describeValue(right)} are compared: how addresses are ordered is not modelled`,
    );
  }

  private *cast(name: string, value: Value, from: number, to: number, site: number): Step {
    if (value === UNDEFINED) return value;
    if (typeof value !== "number" && typeof value !== "bigint") {
      if (from === to) return value;
      if (!(value instanceof FrameNumber))
        return this.fail(site, `a part of ${describeValue(value)} is taken: not understood`);
      return integer(yield* this.concrete(value), to);
    }
    if (name === "sext") return integer(BigInt.asIntN(from, BigInt(value)), to);
    return integer(BigInt.asUintN(from, BigInt(value)), to);
  }

  /** Follows a pointer: the object and the offset in it, with room for `size` bytes. */
  private *follow(pointer: Value, size: number, site: number): Step<Pointer> {
    if (pointer instanceof Pointer) {
      const { object, offset } = pointer;
      if (object instanceof PrivateObject && object.ended) {
        return yield* this.misuse(MemoryMisuse.Ended, site, "a variable is used after its scope has ended");
      }
      if (offset >= 0 && offset + size <= object.size) return pointer;
      return yield* this.outside(object, offset, size, site);
    }
    if (pointer === UNDEFINED) {
      return yield* this.misuse(MemoryMisuse.UnsetAddress, site, "an address that was never set is used");
    }
    if (typeof pointer === "bigint" && pointer < BigInt(PAGE_SIZE)) {
      return yield* this.misuse(MemoryMisuse.NullAddress, site, "a null pointer is followed");
    }
    return yield* this.misuse(MemoryMisuse.NoAddress, site, `${describeValue(pointer)} is used as an address`);
  }

  private *outside(object: Pointer["object"], offset: number, size: number, site: number): Step<Pointer> {
    if (object instanceof WordsObject && object.page !== undefined && object.page > 0) {
      // Structures of pages lie one after the other.
      const pages = Math.floor(offset / PAGE_STRUCT_SIZE);
      return new Pointer(this.memory.pageStruct(object.page + pages), offset - pages * PAGE_STRUCT_SIZE);
    }
    const { counters } = this.host.globals;
    if (counters !== null && object === counters.object && offset >= 0) {
      const count = Math.floor((object.size - counters.offset) / counters.stride);
      yield at(
        event(KernelEvent.CounterOutOfRange, Math.floor((offset - counters.offset) / counters.stride), count),
        site,
      );
      return this.fail(site, "a counter outside of the array is used");
    }
    return yield* this.misuse(
      MemoryMisuse.OutOfBounds,
      site,
      `an access to ${object.name}+${offset}, ${size} bytes, is outside of its ${object.size} bytes`,
    );
  }

  /** The word of the machine behind a pointer to shared memory of `size` bytes. */
  *word(pointer: Value, size: number, site: number): Step<number> {
    const { object, offset } = yield* this.follow(pointer, size, site);
    if (!(object instanceof WordsObject))
      return this.fail(site, `a lock or atomic variable in ${object.name}: not understood`);
    const cell = object.cells.at(offset, size);
    if (cell === null || cell.size !== size)
      return this.fail(site, "a lock or atomic variable that is also accessed otherwise: not understood");
    yield* this.counterFound(object, offset, site);
    return object.word(offset);
  }

  private *counterFound(object: WordsObject, offset: number, site: number): Step<void> {
    const { counters } = this.host.globals;
    if (counters === null || object !== counters.object) return;
    yield at(event(KernelEvent.CounterFound, Math.floor((offset - counters.offset) / counters.stride)), site);
  }

  /** Loads a scalar or, member by member, an aggregate. */
  *load(pointer: Value, type: Type, marked: Marked, site: number): Step {
    const is = resolved(type);
    if (is.kind === "struct" || is.kind === "array") {
      const members: Value[] = [];
      const count = is.kind === "array" ? is.count : is.fields.length;
      for (let index = 0; index < count; index++) {
        const member = memberOf(is, index);
        members.push(yield* this.load(offsetBy(pointer, member.offset), member.type, marked, site));
      }
      return new Aggregate(members);
    }
    const size = sizeOf(type);
    const { object, offset } = yield* this.follow(pointer, size, site);
    if (object instanceof PrivateObject) return asBits(object.read(offset, size), bitsOf(type));
    if (object instanceof WordsObject)
      return asBits(yield* this.loadWord(object, offset, size, marked, site), bitsOf(type));
    return UNDEFINED;
  }

  private *loadWord(object: WordsObject, offset: number, size: number, marked: Marked, site: number): Step {
    const cell = object.cells.at(offset, size);
    if (cell === null) return this.fail(site, `an access of ${size} bytes that are not aligned: not understood`);
    const word = yield at(on(loadOperation(marked), object.word(cell.offset)), site);
    return partOf(this.decoded(word, cell.size), cell, offset, size, this.where(site));
  }

  /** The value that a cell keeps; addresses of variables are those of this call. */
  decoded(word: number, size: number): Value {
    const value = this.memory.decode(word, size);
    if (!(value instanceof KeptAddress)) return value;
    const variable = this.variables[value.serial];
    return variable === undefined ? UNDEFINED : new Pointer(variable, value.offset);
  }

  *store(pointer: Value, value: Value, type: Type, marking: Marking, site: number): Step {
    const is = resolved(type);
    if (is.kind === "struct" || is.kind === "array") {
      const count = is.kind === "array" ? is.count : is.fields.length;
      for (let index = 0; index < count; index++) {
        const member = memberOf(is, index);
        const part = value instanceof Aggregate ? (value.members[index] ?? UNDEFINED) : UNDEFINED;
        yield* this.store(offsetBy(pointer, member.offset), part, member.type, marking, site);
      }
      return 0;
    }
    const size = sizeOf(type);
    if (marking.ordering === "seq_cst") {
      yield* this.readModifyWrite("xchg", pointer, value, bitsOf(type), site);
      return 0;
    }
    yield* this.storeScalar(pointer, size, bitsOf(type) === 1 ? asByte(value) : value, markedAs(marking), site);
    return 0;
  }

  *storeScalar(pointer: Value, size: number, value: Value, marked: Marked, site: number): Step<void> {
    const { object, offset } = yield* this.follow(pointer, size, site);
    if (object instanceof PrivateObject) {
      if (object.constant) return yield* this.misuse(MemoryMisuse.Constant, site, "a constant is written");
      object.write(offset, size, value);
      return;
    }
    if (object instanceof PageContents) {
      yield* this.intrinsic("write page", [new Pointer(object, offset)], site);
      return;
    }
    if (!(object instanceof WordsObject)) return;
    if (
      value instanceof Pointer &&
      value.object instanceof PrivateObject &&
      value.object.serial >= 0 &&
      !object.owned
    ) {
      this.fail(site, "the address of a variable is put where other CPUs can see it: this is not modelled");
    }
    const cell = object.cells.at(offset, size);
    if (cell === null) this.fail(site, `an access of ${size} bytes that are not aligned: not understood`);
    const word = object.word(cell.offset);
    const encoded = this.memory.encode(value, size, this.where(site));
    const operation =
      cell.size === size ? storeOperation(marked) : this.host.atomics.storePart(cell, offset, size, marked);
    yield at(on(operation, word, encoded), site);
  }

  /** A read and a write in one step. @returns the value before */
  *readModifyWrite(name: string, pointer: Value, value: Value, bits: number, site: number): Step {
    const size = bits / 8;
    const { object, offset } = yield* this.follow(pointer, size, site);
    if (object instanceof PrivateObject) {
      const old = object.read(offset, size);
      object.write(offset, size, name === "xchg" ? value : yield* this.arithmetic(name, old, value, bits, site));
      return old;
    }
    const word = yield* this.word(pointer, size, site);
    const { atomics } = this.host;
    const compute = fetches[name];
    if (name !== "xchg" && compute === undefined) return this.fail(site, `an atomic ${name} is not understood`);
    const operation = compute === undefined ? atomics.exchange() : atomics.fetch(name, size, compute);
    const old = yield at(on(operation, word, this.memory.encode(value, size, this.where(site))), site);
    return this.decoded(old, size);
  }

  *compareExchange(pointer: Value, expected: Value, value: Value, size: number, site: number): Step {
    const { object, offset } = yield* this.follow(pointer, size, site);
    if (object instanceof PrivateObject) {
      const old = object.read(offset, size);
      if ((yield* this.comparison("eq", old, expected, 8 * size, site)) === 1) object.write(offset, size, value);
      return old;
    }
    const word = yield* this.word(pointer, size, site);
    const where = this.where(site);
    const operation = this.host.atomics.compareExchange(this.memory.encode(expected, size, where));
    const old = yield at(on(operation, word, this.memory.encode(value, size, where)), site);
    return this.decoded(old, size);
  }

  /** memset. */
  *fill(pointer: Value, byte: Value, size: number, site: number): Step<void> {
    if (size === 0) return;
    const { object, offset } = yield* this.follow(pointer, size, site);
    const value = Number(yield* this.number(byte, site)) & 0xff;
    if (object instanceof PrivateObject) object.fill(offset, size, value);
    else if (object instanceof PageContents) yield* this.intrinsic("write page", [new Pointer(object, offset)], site);
    else if (object instanceof WordsObject) {
      for (const cell of object.cells.within(offset, size)) {
        const bits = BigInt(value) * 0x0101010101010101n;
        yield* this.storeScalar(
          new Pointer(object, cell.offset),
          cell.size,
          integer(bits, 8 * cell.size),
          "plain",
          site,
        );
      }
      if (value !== 0) this.fail(site, "shared memory is filled with something other than 0: not understood");
    }
  }

  /** memcpy and memmove. */
  *copy(to: Value, from: Value, size: number, site: number): Step<void> {
    if (size === 0) return;
    const source = yield* this.follow(from, size, site);
    yield* this.follow(to, size, site);
    const { object, offset } = source;
    if (object instanceof PrivateObject) {
      for (const part of object.contents(offset, size)) {
        yield* this.storeScalar(offsetBy(to, part.offset), part.size, part.value, "plain", site);
      }
      return;
    }
    if (!(object instanceof WordsObject)) return this.fail(site, `${object.name} is copied: not understood`);
    const cells = object.cells.within(offset, size);
    const target = yield* this.follow(to, size, site);
    if (target.object instanceof PrivateObject) target.object.fill(target.offset, size, 0);
    for (const cell of cells) {
      const value = yield* this.loadWord(object, cell.offset, cell.size, "plain", site);
      yield* this.storeScalar(offsetBy(to, cell.offset - offset), cell.size, value, "plain", site);
    }
  }

  private *assembly(instruction: Instruction & { op: "asm" }, locals: Value[], site: number): Step {
    const text = instruction.text.replace(/\s+/g, " ").trim();
    if (text === "" || /^(?:(?:rep; ?nop|pause|nop|lfence|sfence|endbr64);? ?)+$/.test(text)) return 0;
    if (/^(mfence|lock; addl \$\$0, ?-?\d*\(%%?[er]sp\))$/.test(text))
      return yield* this.intrinsic("__dpamt_fence", [], site);
    const match = /^lock;? (inc|dec|add|sub|xadd|or|and|xor)([blq]) /.exec(text);
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

const fetches: Record<string, (old: bigint, operand: bigint) => bigint> = {
  add: (old, operand) => old + operand,
  sub: (old, operand) => old - operand,
  and: (old, operand) => old & operand,
  or: (old, operand) => old | operand,
  xor: (old, operand) => old ^ operand,
};

function isStep(result: Step | Value): result is Step {
  return typeof result === "object" && Symbol.iterator in result;
}

function markedAs({ volatile, ordering }: Marking): Marked {
  return volatile || ordering !== "" ? "once" : "plain";
}

function offsetBy(pointer: Value, offset: number): Value {
  if (pointer instanceof Pointer) return new Pointer(pointer.object, pointer.offset + offset);
  return typeof pointer === "bigint" ? pointer + BigInt(offset) : pointer;
}

/** A scalar read from memory as a value of a type of `bits` bits. */
function asBits(value: Value, bits: number): Value {
  if (typeof value === "number" && bits <= 32) return bits === 1 ? value & 1 : value;
  if (typeof value === "number" || typeof value === "bigint") return integer(BigInt(value), bits);
  return value;
}

function asByte(value: Value): Value {
  return typeof value === "number" ? value & 1 : value;
}
