/**
 * What words of C's memory are called: as C would write them, out of the debug information. They are names for readers, made
 * when somebody asks; nothing depends on them.
 */
import type { DebugType } from "../ir/debug-types.js";
import { isOpenEnded, memberAt, wholeAt } from "../ir/member-paths.js";
import { receivedType } from "../ir/pointee-types.js";
import type { WordsObject } from "./objects.js";
import type { CProgram } from "./program.js";

/** A word that has led to some memory since boot. */
export interface Lead {
  readonly holder: WordsObject;
  /** Where in the holder the address lies. */
  readonly offset: number;
  /** Where in the memory it leads to. */
  readonly into: number;
}

/** Something with a name, and the bytes in it. */
interface Named {
  readonly name: string;
  /** How members are written behind the name: of a thing, of what a pointer leads to, or of memory without a name in C. */
  readonly by: "name" | "pointer" | "memory";
  /** What stands behind members. */
  readonly suffix: string;
  readonly type: DebugType | undefined;
  /** Where in something of the type the bytes are. */
  readonly offset: number;
}

/** Types of what links structures: an address of one says nothing of what lies around it. */
const LINKS: ReadonlySet<string> = new Set(
  "list_head hlist_node llist_node rb_node callback_head rcu_head".split(" ").map((each) => `struct ${each}`),
);

export class WordNames {
  private leads: ReadonlyMap<WordsObject, Lead> = new Map();
  /** Types of memory by the places where it is allocated. */
  private readonly received = new Map<number, DebugType | undefined>();

  constructor(private readonly program: CProgram) {}

  /** From here on memory of boot is called by what leads to it. */
  know(leads: ReadonlyMap<WordsObject, Lead>): void {
    this.leads = leads;
  }

  /** Name of the word of a byte, e.g. `regions[5].lock`. */
  word(object: WordsObject, offset: number): string {
    const named = this.named(object, offset);
    return withPath(named, memberAt(named.type, named.offset, object.cells.sizeAt(offset)).path);
  }

  /** What an address is, e.g. `&regions[5]`. @param wanted what is known to lie there; undefined: nothing is */
  address(object: WordsObject, offset: number, wanted: DebugType | undefined): string {
    const named = this.named(object, offset);
    const { path } = wholeAt(named.type, named.offset, wanted);
    if (path === "" && named.by !== "name") return this.memory(object);
    return `&${withPath(named, path)}`;
  }

  /** Type of what an address at a byte leads to, where there is one. */
  targetAt(object: WordsObject, offset: number): DebugType | undefined {
    const type = this.typeAt(object, offset);
    return type?.kind === "pointer" ? type.to() : undefined;
  }

  /** Whether there is an address at a byte. */
  isPointer(object: WordsObject, offset: number): boolean {
    return this.typeAt(object, offset)?.kind === "pointer";
  }

  /** What memory is called as a whole, e.g. `struct pair of f.c:24`. */
  memory({ name, origin }: WordsObject): string {
    return origin?.place === undefined ? name : this.allocated(origin.place, name);
  }

  /** What memory is called that was allocated at a place. @param otherwise its name where the type is not known */
  allocated(place: number, otherwise: string): string {
    const type = this.receivedAt(place);
    const isNamed = type !== undefined && "name" in type && type.name !== "";
    return isNamed ? `${type.name} of ${this.program.where(place).replace(/^.*\//, "")}` : otherwise;
  }

  private receivedAt(place: number): DebugType | undefined {
    if (!this.received.has(place)) this.received.set(place, receivedType(this.program.module, place));
    return this.received.get(place);
  }

  private typeAt(object: WordsObject, offset: number): DebugType | undefined {
    const named = this.named(object, offset);
    return memberAt(named.type, named.offset, object.cells.sizeAt(offset)).type;
  }

  private named(object: WordsObject, at: number): Named {
    const { stride } = object;
    const offset = stride === null ? at : at % stride;
    const suffix = stride === null ? "" : ` of CPU${Math.floor(at / stride) - 1}`;
    return this.byLead(object, offset, suffix) ?? this.byOrigin(object, offset, suffix);
  }

  /** By the pointer that leads there. */
  private byLead(object: WordsObject, at: number, suffix: string): Named | undefined {
    const lead = this.leads.get(object);
    if (lead === undefined) return undefined;
    const { holder, into } = lead;
    const offset = at - into;
    const type = this.targetAt(holder, lead.offset);
    if (type === undefined || type.size === 0 || offset < 0 || !this.isOf(object, type)) return undefined;
    const pointer = this.word(holder, lead.offset);
    const name = /^\*| of /.test(pointer) ? `(${pointer})` : pointer;
    const size = object.backed?.[0]?.size ?? object.size;
    if (size - into <= type.size || isOpenEnded(type)) return { name, by: "pointer", suffix, type, offset };
    const index = Math.floor(offset / type.size);
    return { name: `${name}[${index}]`, by: "name", suffix, type, offset: offset % type.size };
  }

  /** Whether memory is of a type that a pointer to it has, as far as is known. */
  private isOf({ origin }: WordsObject, type: DebugType): boolean {
    const received = origin?.place === undefined ? undefined : this.receivedAt(origin.place);
    const isLink = "name" in type && LINKS.has(type.name);
    return received === undefined ? !isLink : received === type || received.size === 0 || !isLink;
  }

  /** By what it is itself. */
  private byOrigin(object: WordsObject, offset: number, suffix: string): Named {
    const { origin } = object;
    const { debug } = this.program.module;
    if (origin?.variable !== undefined) {
      const type = debug.variableType(origin.variable);
      const name = debug.variableName(origin.variable) || object.name;
      const whose = origin.function === undefined ? "" : ` of ${origin.function}() #${origin.number}`;
      return { name, by: "name", suffix: `${whose}${suffix}`, type, offset };
    }
    if (origin?.place === undefined) return { name: object.name, by: "name", suffix, type: undefined, offset };
    const type = this.receivedAt(origin.place);
    const name = `${this.memory(object)}${origin.number === undefined ? "" : ` #${origin.number}`}`;
    return { name, by: "memory", suffix, type, offset };
  }
}

function withPath({ name, by, suffix }: Named, path: string): string {
  const isMember = path.startsWith(".");
  if (by === "name") return `${name}${path}${suffix}`;
  if (by === "memory")
    return `${name}${path === "" || path.startsWith("+") ? path : `: ${path.replace(/^\./, "")}`}${suffix}`;
  if (isMember) return `${name}->${path.slice(1)}${suffix}`;
  return `${path.startsWith("[") ? `(*${name})` : `*${name}`}${path}${suffix}`;
}
