/** The pieces that a set of names needs, and what those need in turn. */
import { printable } from "../../text/index.js";
import { CError } from "../ir/errors.js";
import type { Grammar } from "./grammar.js";
import { type Use, usesOf } from "./names.js";
import type { NameKind, Piece, SourceFile } from "./pieces.js";
import type { FilesInReach } from "./sources.js";

/** Finds pieces by name; remembers what each piece uses. */
export class Index {
  private readonly names: ReadonlyMap<string, readonly Piece[]>[];
  private readonly cache = new Map<Piece, readonly Use[]>();
  private readonly found = new Map<string, readonly Piece[]>();
  /** Every function with a body in the files that are TDX's own, and in the shim's headers of TDX. */
  readonly functions: readonly Piece[];
  private readonly ownCount: number;
  private readonly namesIn: ReadonlyMap<SourceFile, ReadonlyMap<string, readonly Piece[]>>;
  private words: ReadonlyMap<string, readonly Piece[]> | undefined;

  constructor(
    readonly reach: FilesInReach,
    private readonly grammar: Grammar,
    private readonly shimDefines: (name: string) => boolean,
  ) {
    const ours = [...reach.own, ...reach.defaults];
    const files = [...ours, ...reach.others];
    this.names = files.map(namesOf);
    this.namesIn = new Map(files.map((file, at) => [file, this.names[at]]));
    this.ownCount = ours.length;
    this.functions = ours.flatMap((file) => file.pieces.filter(({ kind }) => kind === "function"));
  }

  uses(piece: Piece): readonly Use[] {
    let uses = this.cache.get(piece);
    if (uses === undefined) {
      uses = usesOf(piece, this.grammar);
      this.cache.set(piece, uses);
    }
    return uses;
  }

  /** Functions in whose text the word `name` stands. */
  mentions(name: string): readonly Piece[] {
    if (this.words === undefined) {
      const words = new Map<string, Piece[]>();
      for (const piece of this.functions) {
        const { tokens } = piece.file.scan;
        for (let at = piece.first; at < piece.last; at++) {
          if (!tokens.isWord(at)) continue;
          const word = tokens.text(at);
          const pieces = words.get(word);
          if (pieces === undefined) words.set(word, [piece]);
          else if (pieces.at(-1) !== piece) pieces.push(piece);
        }
      }
      this.words = words;
    }
    return this.words.get(name) ?? [];
  }

  /** The pieces that give `name` its meaning: none when it is the shim's, or unknown. */
  find(name: string): readonly Piece[] {
    let pieces = this.found.get(name);
    if (pieces === undefined) {
      pieces = this.search(name);
      this.found.set(name, pieces);
    }
    return pieces;
  }

  /** The variable or function `name` of the piece's own file, where `name` means another thing in the slice. */
  twinOf(piece: Piece, name: string): Piece | undefined {
    // What the shim's headers of TDX define gives way to what the files define.
    if (this.reach.defaults.includes(piece.file)) return undefined;
    const chosen = this.find(name);
    if (chosen.length === 0 || chosen.some(({ file }) => file === piece.file)) return undefined;
    const own = this.namesIn.get(piece.file)?.get(name) ?? [];
    return own.find((each) => ["variable", "function"].includes(meaningIn(each, name)));
  }

  /** Is `name` known in some file, or to the shim? */
  knows(name: string): boolean {
    return this.shimDefines(name) || this.find(name).length > 0;
  }

  /** Is `name` defined with a body, a value or a text, in a file? */
  defines(name: string): boolean {
    return this.find(name).some((piece) => meaningIn(piece, name) !== "declared");
  }

  private search(name: string): readonly Piece[] {
    let declared: readonly Piece[] = [];
    for (let at = 0; at < this.names.length; at++) {
      if (at === this.ownCount && declared.length === 0 && this.shimDefines(name)) return [];
      const pieces = this.names[at].get(name);
      if (pieces === undefined) continue;
      // What a macro pastes together out of `u` and `64` is the shim's own `u64`.
      if (this.shimDefines(name) && pieces.every((piece) => meaningIn(piece, name) === "generated")) continue;
      const chosen = choose(name, pieces);
      if (chosen.some((piece) => meaningIn(piece, name) !== "declared")) return chosen;
      if (declared.length === 0) declared = chosen;
    }
    return declared;
  }
}

function namesOf(file: SourceFile): ReadonlyMap<string, readonly Piece[]> {
  const names = new Map<string, Piece[]>();
  for (const piece of file.pieces) {
    for (const { name } of piece.definitions) {
      const pieces = names.get(name);
      if (pieces === undefined) names.set(name, [piece]);
      else if (pieces.at(-1) !== piece) pieces.push(piece);
    }
  }
  return names;
}

/** Meanings by name, of pieces that were asked for: an enum may have a hundred thousand constants. */
const meanings = new WeakMap<Piece, ReadonlyMap<string, NameKind>>();

export function meaningIn(piece: Piece, name: string): NameKind {
  let known = meanings.get(piece);
  if (known === undefined) {
    known = meaningsOf(piece);
    meanings.set(piece, known);
  }
  return known.get(name) ?? "declared";
}

/** The last meaning of each name that is more than a declaration. */
function meaningsOf({ definitions }: Piece): ReadonlyMap<string, NameKind> {
  const found = new Map<string, NameKind>();
  for (const { name, meaning } of definitions) if (meaning !== "declared") found.set(name, meaning);
  return found;
}

/** Of several pieces of one file: of each meaning the first, of macros the last; declarations if nothing else. */
function choose(name: string, pieces: readonly Piece[]): readonly Piece[] {
  const byMeaning = new Map<NameKind, Piece>();
  for (const piece of pieces) {
    const meaning = meaningIn(piece, name);
    if (meaning === "macro" || !byMeaning.has(meaning)) byMeaning.set(meaning, piece);
  }
  if (byMeaning.size > 1 && byMeaning.has("declared") && !(byMeaning.size === 2 && byMeaning.has("macro")))
    byMeaning.delete("declared");
  return [...new Set(byMeaning.values())];
}

/** Definitions in a slice: the helpers of a kernel need some hundred. */
const NEEDED_MAX = 5000;

/**
 * Adds to `needed` the pieces of `names` and all that they need. Returns those added. Throws a CError when they
 * are too many.
 */
export function close(index: Index, names: Iterable<string>, needed: Set<Piece>): Piece[] {
  const added: Piece[] = [];
  const add = (name: string) => {
    for (const piece of index.find(name)) {
      if (needed.has(piece)) continue;
      if (needed.size >= NEEDED_MAX) {
        const where = printable(index.reach.own[0].path);
        throw new CError(`${where}: the helpers need more than ${NEEDED_MAX} definitions: give a smaller file`);
      }
      needed.add(piece);
      added.push(piece);
    }
  };
  for (const name of names) add(name);
  for (let at = 0; at < added.length; at++) for (const { name } of index.uses(added[at])) add(name);
  return added;
}
