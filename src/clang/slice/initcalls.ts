/** Functions of a file that the kernel runs at boot, and the slice does not: they set nothing that the helpers use. */
import type { Piece, SourceFile } from "./pieces.js";

/** A function that the kernel runs at boot. */
export interface Initcall {
  readonly function: string;
  /** The macro that says so, e.g. `late_initcall`. */
  readonly macro: string;
}

const INITCALL = /^(?:(?:pure|core|postcore|arch|subsys|fs|rootfs|device|late|early)_initcall(?:_sync)?|module_init)$/;

/** Those of the file that are not among the pieces of the slice. */
export function initcallsLeftOut(file: SourceFile, needed: ReadonlySet<Piece>): Initcall[] {
  const taken = new Set([...needed].flatMap((piece) => piece.definitions.map(({ name }) => name)));
  const found: Initcall[] = [];
  const { tokens } = file.scan;
  for (const { kind, first } of file.pieces) {
    if (kind === "macro") continue;
    const [macro, open, name] = [0, 1, 2].map((ahead) => tokens.text(first + ahead)) as [string, string, string];
    if (INITCALL.test(macro) && open === "(" && /^[A-Za-z_]\w*$/.test(name) && !taken.has(name))
      found.push({ function: name, macro });
  }
  return found;
}
