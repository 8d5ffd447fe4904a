/** The globals of a C program on a host, and its constants as values. */
import { FLOATING_POINT } from "../ir/beyond.js";
import { CError } from "../ir/errors.js";
import type { Constant, IrFunction, IrOperand } from "../ir/module.js";
import { accessedSize, intType, memberOf, resolved, sizeOf, type Type } from "../ir/types.js";
import { pieces } from "./cells.js";
import type { CMemory } from "./memory.js";
import { PrivateObject, WordsObject } from "./objects.js";
import { firstBytes, perCpu } from "./per-cpu.js";
import type { CProgram } from "./program.js";
import {
  Aggregate,
  ALIGNMENT,
  binary,
  FunctionAddress,
  integer,
  isUnset,
  type MemoryObject,
  Pointer,
  UNDEFINED,
  type Value,
  zeroOf,
} from "./values.js";

/** A variable that is declared but defined nowhere. */
class Undeclared implements MemoryObject {
  readonly size = 0;
  readonly alignment = ALIGNMENT;

  constructor(readonly name: string) {}

  get key(): string {
    return `undeclared ${this.name}`;
  }
}

/** Section of variables that each CPU has for itself. */
const PER_CPU = ".data..percpu";

export class Globals {
  private readonly objects = new Map<string, MemoryObject>();
  private readonly values = new WeakMap<Constant, Value>();
  /** Of operands that are constants, by number. */
  private readonly operands: Value[] = [];

  /** The body of a function of the program, where it is known. */
  readonly bodyOf = (name: string): IrFunction | undefined => this.program.function(name);

  constructor(
    private readonly program: CProgram,
    private readonly memory: CMemory,
  ) {
    const { globals } = program.module;
    for (const { name, type, constant, section, initial, debug } of globals.values()) {
      const size = sizeOf(type);
      if (initial === null) this.objects.set(name, new Undeclared(name));
      else if (constant) this.objects.set(name, new PrivateObject(name, size, -1, true, true));
      else {
        const isOfCpu = section === PER_CPU;
        const object = isOfCpu ? perCpu(memory, name, size, program.numbersCpus) : memory.shared(name, size);
        object.origin = { variable: debug };
        this.objects.set(name, object);
      }
    }
    for (const { name, type, initial } of globals.values()) {
      const object = this.objects.get(name);
      if (initial === null || object === undefined) continue;
      if (object instanceof PrivateObject) put(object, 0, type, this.constant(initial));
      if (object instanceof WordsObject) this.initialise(object, type, this.constant(initial));
    }
  }

  /** Gives memory what it begins as. A cell may hold several scalars, or a part of a union that is declared first. */
  private initialise(object: WordsObject, type: Type, initial: Value): void {
    const image = new PrivateObject(object.name, object.size, -1, true);
    put(image, 0, type, initial);
    for (const piece of image.written().flatMap(pieces)) {
      if (object.owned)
        throw new CError(`${object.name}: a variable of each CPU begins as 0; another value is not modelled`);
      for (const first of firstBytes(object)) {
        const cell = object.cells.at(first + piece.offset, piece.size);
        const value = cell === null ? UNDEFINED : image.read(cell.offset - first, cell.size);
        if (cell === null || isUnset(value)) throw new CError(`the initial value of ${object.name} cannot be kept`);
        const word = this.memory.encode(value, cell.size, object.name);
        this.memory.kernel.words.write(object.word(cell.offset), word);
      }
    }
  }

  /** The objects of all global variables. */
  all(): Iterable<MemoryObject> {
    return this.objects.values();
  }

  /** The object of a global variable. */
  object(name: string): MemoryObject | undefined {
    return this.objects.get(name);
  }

  /** The value of an operand that is a constant: looked up for each instruction. */
  operand({ number, constant }: IrOperand & { kind: "constant" }): Value {
    const known = this.operands[number];
    if (known !== undefined) return known;
    const value = this.constant(constant);
    this.operands[number] = value;
    return value;
  }

  /** The value of a constant. */
  constant(constant: Constant): Value {
    const known = this.values.get(constant);
    if (known !== undefined) return known;
    const value = this.evaluate(constant);
    this.values.set(constant, value);
    return value;
  }

  private evaluate(constant: Constant): Value {
    const bits = widthOf(constant.type);
    switch (constant.kind) {
      case "int":
        return integer(constant.value, bits);
      case "null":
        return 0n;
      case "undef":
        return UNDEFINED;
      case "zero":
        return zeroOfType(constant.type);
      case "global": {
        const object = this.objects.get(constant.name);
        return object === undefined ? new FunctionAddress(constant.name) : new Pointer(object, 0);
      }
      case "aggregate":
        return new Aggregate(constant.members.map((member) => this.constant(member)));
      case "bytes":
        return new Aggregate([...constant.bytes].map((byte) => (byte << 24) >> 24));
      case "gep":
        return this.element(constant.element, constant.operands);
      case "cast": {
        const value = this.constant(constant.operand);
        return typeof value === "number" || typeof value === "bigint" ? integer(BigInt(value), bits) : value;
      }
      case "binary": {
        const value = binary(constant.operation, this.constant(constant.left), this.constant(constant.right), bits);
        return typeof value === "string" ? UNDEFINED : value;
      }
      case "label":
        return new FunctionAddress(constant.name);
      case "floating":
        throw new CError(FLOATING_POINT);
      case "other":
        throw new CError(`a constant "${constant.text}" is not understood`);
    }
  }

  private element(type: Type, [first, ...indices]: readonly Constant[]): Value {
    const base = this.constant(first as Constant);
    let offset = 0;
    let within = type;
    for (const [position, index] of indices.entries()) {
      const number = Number(BigInt.asIntN(64, BigInt(this.constant(index) as number | bigint)));
      const member = position === 0 ? { type, offset: number * sizeOf(type) } : memberOf(within, number);
      offset += member.offset;
      within = member.type;
    }
    if (base instanceof Pointer) return new Pointer(base.object, base.offset + offset);
    return typeof base === "bigint" ? base + BigInt(offset) : UNDEFINED;
  }
}

/** Writes what differs from 0. */
function put(object: PrivateObject, offset: number, type: Type, value: Value): void {
  if (value instanceof Aggregate) {
    for (const [index, member] of value.members.entries()) {
      const { type: inner, offset: at } = memberOf(type, index);
      put(object, offset + at, inner, member);
    }
    return;
  }
  const size = accessedSize(type);
  if (size > 0 && value !== 0 && value !== 0n && value !== UNDEFINED) object.write(offset, size, value);
}

function widthOf(type: Type): number {
  const is = resolved(type);
  return is.kind === "int" ? is.bits : 64;
}

function zeroOfType(type: Type): Value {
  const is = resolved(type);
  if (is.kind === "struct") return new Aggregate(is.fields.map(zeroOfType));
  if (is.kind === "array") return new Aggregate([], zeroOfType(is.element));
  return zeroOf(sizeOf(is.kind === "int" ? is : intType(64)));
}
