/** Types and variables as C has them, out of the debug metadata of LLVM IR. They give names, and nothing else. */
import { type Metadata, numberIn, stringIn, wordIn } from "./metadata.js";

export interface DebugMember {
  /** Empty where it has none: its members are those of the whole. */
  readonly name: string;
  /** First bit, and bits. A structure that ends in an array without a size counts none for it. */
  readonly bit: number;
  readonly bits: number;
  readonly isBitField: boolean;
  readonly type: DebugType;
}

/** A type without qualifiers and names of its own. Sizes are in bytes. */
export type DebugType =
  | { readonly kind: "scalar"; readonly size: number }
  | { readonly kind: "pointer"; readonly size: number; to(): DebugType | undefined }
  | { readonly kind: "array"; readonly size: number; readonly element: DebugType }
  | {
      readonly kind: "struct" | "union";
      readonly size: number;
      /** With its keyword; empty where it has none. */
      readonly name: string;
      members(): readonly DebugMember[];
    };

const QUALIFIERS: ReadonlySet<string> = new Set(
  "typedef const_type volatile_type restrict_type atomic_type".split(" ").map((each) => `DW_TAG_${each}`),
);

export class DebugTypes {
  private readonly known = new Map<number, DebugType | undefined>();

  constructor(private readonly metadata: Metadata) {}

  /** Name of a variable, by its node or that of its expression. */
  variableName(id: number): string {
    return stringIn(this.variable(id), "name");
  }

  /** Type of a variable, by its node or that of its expression. */
  variableType(id: number): DebugType | undefined {
    return this.type(numberIn(this.variable(id), "type"));
  }

  /** What a function returns, by its node. */
  returnType(id: number): DebugType | undefined {
    const signature = this.textOf(numberIn(this.textOf(id, "DISubprogram"), "type"), "DISubroutineType");
    // The first of the types is that of the result.
    const first = /^!(\d+)/.exec(this.textOf(numberIn(signature, "types"), ""));
    return first === null ? undefined : this.type(Number(first[1]));
  }

  private variable(id: number): string {
    const node = this.metadata.node(id);
    if (node?.kind !== "DIGlobalVariableExpression") return node?.text ?? "";
    return this.textOf(numberIn(node.text, "var"), "DIGlobalVariable");
  }

  private textOf(id: number, kind: string): string {
    const node = this.metadata.node(id);
    return node?.kind === kind ? node.text : "";
  }

  private type(id: number): DebugType | undefined {
    if (!this.known.has(id)) {
      // A type that leads to itself without a pointer between is damaged.
      this.known.set(id, undefined);
      this.known.set(id, this.make(id));
    }
    return this.known.get(id);
  }

  private make(id: number): DebugType | undefined {
    const { kind = "", text = "" } = this.metadata.node(id) ?? {};
    if (kind === "DIBasicType") return { kind: "scalar", size: bytesOf(text) };
    if (kind === "DICompositeType") return this.composite(text);
    if (kind !== "DIDerivedType") return undefined;
    const tag = wordIn(text, "tag");
    const base = numberIn(text, "baseType");
    if (tag === "DW_TAG_pointer_type") return { kind: "pointer", size: bytesOf(text), to: () => this.type(base) };
    return QUALIFIERS.has(tag) ? this.type(base) : undefined;
  }

  private composite(text: string): DebugType | undefined {
    const size = bytesOf(text);
    const elements = numberIn(text, "elements");
    switch (wordIn(text, "tag")) {
      case "DW_TAG_enumeration_type":
        return { kind: "scalar", size };
      case "DW_TAG_array_type": {
        const element = this.type(numberIn(text, "baseType"));
        return element === undefined ? undefined : this.array(element, this.metadata.listed(elements));
      }
      case "DW_TAG_structure_type":
        return this.aggregate("struct", text, size, elements);
      case "DW_TAG_union_type":
        return this.aggregate("union", text, size, elements);
      default:
        return undefined;
    }
  }

  /** An array with as many dimensions as there are ranges. */
  private array(element: DebugType, ranges: readonly number[]): DebugType {
    return ranges.reduceRight((inner, range): DebugType => {
      const count = Math.max(0, numberIn(this.textOf(range, "DISubrange"), "count"));
      return { kind: "array", size: count * inner.size, element: inner };
    }, element);
  }

  private aggregate(kind: "struct" | "union", text: string, size: number, elements: number): DebugType {
    const name = stringIn(text, "name");
    let members: readonly DebugMember[] | undefined;
    return {
      kind,
      size,
      name: name === "" ? "" : `${kind} ${name}`,
      members: () => {
        members ??= this.metadata.listed(elements).flatMap((each) => this.member(each));
        return members;
      },
    };
  }

  private member(id: number): DebugMember[] {
    const text = this.textOf(id, "DIDerivedType");
    const type = this.type(numberIn(text, "baseType"));
    if (type === undefined || wordIn(text, "tag") !== "DW_TAG_member") return [];
    const isBitField = /\bDIFlagBitField\b/.test(text);
    const bits = numberIn(text, "size");
    return [{ name: stringIn(text, "name"), bit: numberIn(text, "offset"), bits, isBitField, type }];
  }
}

function bytesOf(text: string): number {
  return numberIn(text, "size") / 8;
}
