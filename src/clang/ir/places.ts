/** Places in source files, out of the debug metadata of LLVM IR. */
import { type Metadata, numberIn, stringIn } from "./metadata.js";
import type { Place } from "./module.js";

/** The places that instructions refer to by metadata number. */
export class Places {
  /** Number 0 is nowhere. */
  readonly list: Place[] = [{ file: "", line: 0, column: 0, function: "", inlinedAt: 0 }];
  private readonly known = new Map<number, number>();
  private readonly scopes = new Map<number, { readonly file: string; readonly function: string }>();

  constructor(private readonly metadata: Metadata) {}

  /** Number of the place that metadata node `id` describes, 0 if it does not. */
  of(id: number): number {
    const known = this.known.get(id);
    if (known !== undefined) return known;
    this.known.set(id, 0);
    const node = this.metadata.node(id);
    if (node === undefined || (node.kind !== "DILocation" && node.kind !== "DISubprogram")) return 0;
    const scope = this.scope(node.kind === "DISubprogram" ? id : numberIn(node.text, "scope"));
    const inlinedAt = numberIn(node.text, "inlinedAt");
    const place = this.list.length;
    const { file, function: inside } = scope;
    this.list.push({
      file,
      line: numberIn(node.text, "line"),
      column: numberIn(node.text, "column"),
      function: inside,
      inlinedAt: inlinedAt === 0 ? 0 : this.of(inlinedAt),
    });
    this.known.set(id, place);
    return place;
  }

  private scope(id: number): { readonly file: string; readonly function: string } {
    const known = this.scopes.get(id);
    if (known !== undefined) return known;
    const node = this.metadata.node(id);
    let scope = { file: "", function: "" };
    this.scopes.set(id, scope);
    if (node === undefined) return scope;
    const file = this.metadata.node(numberIn(node.text, "file"));
    const parent = node.kind === "DISubprogram" ? undefined : this.scope(numberIn(node.text, "scope"));
    scope = {
      file: file === undefined ? (parent?.file ?? "") : stringIn(file.text, "filename"),
      function: parent?.function ?? stringIn(node.text, "name"),
    };
    this.scopes.set(id, scope);
    return scope;
  }
}
