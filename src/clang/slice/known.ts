/** Names that the C could have meant: those of the files in reach. */
import type { Index } from "./closure.js";
import { lineOf } from "./emit.js";
import { KEYWORDS } from "./keywords.js";
import type { Piece } from "./pieces.js";

/** What a file in reach knows, asked for only where C does not compile. */
export interface NamesInReach {
  /** Names of file level, and keywords; tags as `struct name`. */
  all(): Iterable<string>;
  /** Other words of the function at a line of a file: its variables are among them. */
  around(file: string, line: number): ReadonlySet<string>;
  /** Texts of the files in reach, what is off left out. */
  texts(): Iterable<string>;
}

export function namesInReach(index: Index): NamesInReach {
  const { own, others, defaults } = index.reach;
  const files = [...own, ...others, ...defaults];
  return {
    *all() {
      yield* KEYWORDS;
      for (const { pieces } of files)
        for (const { definitions } of pieces) for (const { name } of definitions) yield name;
    },
    around(file, line) {
      const functions = own.flatMap(({ pieces }) => pieces.filter(({ kind }) => kind === "function"));
      return wordsOf(functions.find((piece) => holds(piece, file, line)));
    },
    *texts() {
      for (const { scan } of files) yield scan.active;
    },
  };
}

function holds({ file, start, end }: Piece, path: string, line: number): boolean {
  const first = lineOf(file, start);
  return first.path === path && first.line <= line && line <= lineOf(file, end).line;
}

/** Words of a piece that are no members. */
function wordsOf(piece: Piece | undefined): Set<string> {
  const words = new Set<string>();
  if (piece === undefined) return words;
  const { tokens } = piece.file.scan;
  for (let at = piece.first; at < piece.last; at++) {
    const before = tokens.text(at - 1);
    if (tokens.isWord(at) && before !== "." && before !== "->") words.add(tokens.text(at));
  }
  return words;
}
