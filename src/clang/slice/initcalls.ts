/** Functions of a file that the kernel runs at boot, and the slice does not: they set nothing that the helpers use. */
import type { Piece, SourceFile } from "./pieces.js";

/** A function that the kernel runs at boot. */
export interface Initcall {
  readonly function: string;
  /** The macro that says so, e.g. `late_initcall`. */
  readonly macro: string;
}

const INITCALL = /^(?:(?:pure|core|postcore|arch|subsys|fs|rootfs|device|late|early)_initcall(?:_sync)?|module_init)$/;

/**
 * Those of the file that are not among the pieces of the slice, and call nothing that runs at boot: of such a function the
 * checker makes the calls that count.
 *
 * @param atBoot functions that run at boot
 */
export function initcallsLeftOut(
  file: SourceFile,
  needed: ReadonlySet<Piece>,
  atBoot: ReadonlySet<string>,
): Initcall[] {
  const taken = new Set([...needed].flatMap((piece) => piece.definitions.map(({ name }) => name)));
  const found: Initcall[] = [];
  const { tokens } = file.scan;
  for (const { kind, first } of file.pieces) {
    if (kind === "macro") continue;
    const [macro, open, name] = [0, 1, 2].map((ahead) => tokens.text(first + ahead)) as [string, string, string];
    if (!INITCALL.test(macro) || open !== "(" || !/^[A-Za-z_]\w*$/.test(name) || taken.has(name)) continue;
    if (!mentions(file, name, atBoot)) found.push({ function: name, macro });
  }
  return found;
}

/** Whether a function, or one of the file's that it leads to, names one of these. */
function mentions({ pieces, scan: { tokens } }: SourceFile, called: string, names: ReadonlySet<string>): boolean {
  const bodies = new Map<string, Piece>();
  for (const piece of pieces) {
    if (piece.kind === "function") for (const { name } of piece.definitions) bodies.set(name, piece);
  }
  const reached = new Set([called]);
  for (const name of reached) {
    const piece = bodies.get(name);
    if (piece === undefined) continue;
    for (let at = piece.body; at < piece.last; at++) {
      const word = tokens.text(at);
      if (names.has(word)) return true;
      if (bodies.has(word)) reached.add(word);
    }
  }
  return false;
}
