/** The metadata of a module of LLVM IR: numbered nodes, each with fields. Source: the LLVM Language Reference, "Metadata". */
import { unescaped } from "./lexer.js";

const NODE = /^!(\d+) = (?:distinct )?!(?:(\w+)\((.*)\)|\{(.*)\})$/gm;

/** A node: its kind, e.g. `DILocation`, and its fields as text; of a list the kind is the empty text. */
export interface MetadataNode {
  readonly kind: string;
  readonly text: string;
}

export class Metadata {
  private readonly nodes = new Map<number, MetadataNode>();

  /** @param source the text of the whole module */
  constructor(source: string) {
    for (const [, id, kind = "", fields, items = ""] of source.matchAll(NODE)) {
      this.nodes.set(Number(id), { kind, text: fields ?? items });
    }
  }

  node(id: number): MetadataNode | undefined {
    return this.nodes.get(id);
  }

  /** The nodes that a list names. */
  listed(id: number): number[] {
    return [...(this.nodes.get(id)?.text ?? "").matchAll(/!(\d+)/g)].map(([, each]) => Number(each));
  }
}

/** A field that is a number, or the number of a node; 0 if there is none. */
export function numberIn(text: string, field: string): number {
  const match = new RegExp(`(?:^|[ (])${field}: (?:!|i\\d+ )?(-?\\d+)`).exec(text);
  return match === null ? 0 : Number(match[1]);
}

/** A field that is a text. */
export function stringIn(text: string, field: string): string {
  const match = new RegExp(`(?:^|[ (])${field}: "((?:[^"\\\\]|\\\\.)*)"`).exec(text);
  return match === null ? "" : unescaped(match[1] as string);
}

/** A field that is a word, e.g. `DW_TAG_member`. */
export function wordIn(text: string, field: string): string {
  return new RegExp(`(?:^|[ (])${field}: (\\w+)`).exec(text)?.[1] ?? "";
}
