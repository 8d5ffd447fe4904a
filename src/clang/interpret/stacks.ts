/**
 * Variables on the stacks of calls that others may know. Such a variable lies in a slot: words that all CPUs share. A word of
 * the slot says whether the variable is there. It is gone when its function returns, or its scope ends.
 *
 * A CPU that comes to a variable again finds it at the address of before, as on a real stack. So each CPU keeps in words of
 * its own which slots are its. It takes a slot that was never used first, whoever it is, so CPUs stay interchangeable.
 */
import { type Kernel, MAX_CPUS } from "../../kernel/index.js";
import { type RecordArray, Sharing, StepsChanged, wordOperation } from "../../machine/index.js";
import type { Cells } from "./cells.js";
import { PrivateObject, WordsObject } from "./objects.js";
import type { WordNames } from "./word-names.js";

/** Variables of one kind that a call has at once, as where a function calls itself. */
export const STACK_INSTANCES = 2;
/** Slots of one kind, beside those of boot. */
const SLOTS = MAX_CPUS * STACK_INSTANCES;

/** Which variable of which function it is. */
export interface StackKind {
  /** What counterexamples call it. */
  readonly name: string;
  readonly size: number;
  /** Node of its debug information, or 0. */
  readonly variable: number;
  readonly function: string;
}

/** A variable of a function that runs. */
export class StackVariable extends PrivateObject {
  /** Its function has returned: its scope does not begin again. */
  isGone = false;

  constructor(
    readonly kind: StackKind,
    serial: number,
  ) {
    super("a variable", kind.size, serial);
  }

  /** Its scope begins: it holds nothing yet, and nobody else knows it. */
  begin(): void {
    this.clear();
    this.movedTo = null;
    this.ended = false;
  }
}

/** Variables that others may know, as far as it was learned; outlives an exploration that begins again. */
export class StackKinds {
  private readonly known = new Map<string, StackKind>();

  /** @throws StepsChanged because no slots are reserved yet */
  learn(kind: StackKind): never {
    this.known.set(keyOf(kind), kind);
    throw new StepsChanged(`${kind.name} lies in slots`);
  }

  all(): StackKind[] {
    return [...this.known.values()];
  }
}

function keyOf({ name, size }: StackKind): string {
  return `${name} ${size}`;
}

/** Takes the next slot that was never used; the result is its index. */
export const TAKE_STACK_SLOT = wordOperation({
  name: "take slot",
  internal: true,
  next: (used) => Math.min(used + 1, SLOTS),
  result: (used) => used,
});

/** The slots of one kind. */
export interface StackSlots {
  /** How many were ever used. */
  readonly used: number;
  /** Word of each CPU for the first instance: 0, or one more than the index of the slot. Those of others follow. */
  readonly own: number;
  readonly objects: readonly WordsObject[];
  /** Those of boot, by instance. */
  readonly ofBoot: readonly WordsObject[];
}

export class Stacks {
  private readonly slots = new Map<string, StackSlots>();
  private readonly records: RecordArray[] = [];

  /** @param based receives each slot with its first word */
  constructor(
    private readonly kernel: Kernel,
    private readonly kinds: StackKinds,
    cellsOf: (name: string) => Cells,
    based: (base: number, object: WordsObject) => void,
    private readonly names: WordNames,
  ) {
    for (const kind of kinds.all()) this.reserve(kind, cellsOf(`stack ${keyOf(kind)}`), based);
  }

  private reserve(kind: StackKind, cells: Cells, based: (base: number, object: WordsObject) => void): void {
    const { space } = this.kernel;
    const { name, size } = kind;
    const count = SLOTS + STACK_INSTANCES;
    const nameOf = (index: number, at: number) => this.names.word(objects[index] as WordsObject, at);
    const records = space.reserveArray(count, Math.max(1, size), nameOf);
    const stateOf = (index: number) => ({ whole: `${name} #${index + 1}`, part: "is there" });
    const states = space.reserve(count, stateOf, Sharing.Commuting);
    this.records.push(records);
    const objects: readonly WordsObject[] = Array.from({ length: count }, (_, index) => {
      const base = records.at(index);
      const object = new WordsObject(name, size, base, cells, false);
      object.origin = { variable: kind.variable, function: kind.function, number: index + 1 };
      object.state = states + index;
      object.isOnStack = true;
      based(base, object);
      return object;
    });
    const used = space.reserve(1, () => `slots used of ${name}`, Sharing.Commuting);
    const own = this.kernel.reservePrivate(STACK_INSTANCES, (at) => `slot of ${name}, ${at + 1}`);
    this.slots.set(keyOf(kind), { used, own, objects: objects.slice(0, SLOTS), ofBoot: objects.slice(SLOTS) });
  }

  /** @throws StepsChanged where there are none yet */
  slotsOf(kind: StackKind): StackSlots {
    return this.slots.get(keyOf(kind)) ?? this.kinds.learn(kind);
  }

  /** Whether a word is of a slot: it may hold what was never set. */
  has(address: number): boolean {
    return this.records.some((records) => records.indexOf(address) >= 0);
  }
}
