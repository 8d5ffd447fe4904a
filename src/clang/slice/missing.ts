/** Unknown names, for the user: what each is, where it is used, and where it may come from. */
import { printable } from "../../text/index.js";

/** A name that nobody knows. */
export interface Missing {
  readonly name: string;
  /** First use; the column counts bytes of UTF-8 from 1, as compilers do. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly called: boolean;
  /** It has a declaration, and no body or value. */
  readonly declared: boolean;
}

/** An include that leads nowhere: neither to a file of the tree nor to a header of the shim. */
export interface AbsentInclude {
  readonly path: string;
  readonly quoted: boolean;
  readonly file: string;
  readonly line: number;
}

/** What was given, which decides what else could be. */
interface Given {
  /** Only what a patch shows. */
  readonly isPatch: boolean;
  readonly hasTree: boolean;
}

/** Includes that one message names. */
const INCLUDES_MAX = 3;

/** What to do about a name that is not known. */
export function adviceFor(absent: readonly AbsentInclude[], { isPatch, hasTree }: Given): string {
  if (isPatch) return "a patch shows only what it changes: give the kernel tree that it is for with --tree";
  if (absent.length === 0)
    return `${hasTree ? "" : "name the kernel tree that has it with --tree, or "}add it with --shim`;
  const named = absent.slice(0, INCLUDES_MAX).map(({ path, quoted, file, line }) => {
    const include = quoted ? `"${printable(path)}"` : `<${printable(path)}>`;
    return `${include} included at ${printable(file)}:${line}`;
  });
  const others = absent.length - named.length;
  if (others > 0) named.push(`and ${others} more`);
  const isOne = absent.length === 1;
  const which = isOne ? "which was not found: give its folder" : "which were not found: give their folders";
  return `perhaps it is in ${named.join(", ")}, ${which} with --shim${hasTree ? "" : ", or the kernel tree with --tree"}`;
}
