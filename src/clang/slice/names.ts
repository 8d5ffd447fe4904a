/** Names that a piece uses. */
import type { Grammar, Roles } from "./grammar.js";
import { isAttribute, isCalledAttribute, KEYWORDS } from "./keywords.js";
import { functionName, macroTokens, type Piece } from "./pieces.js";
import { Kind, type Tokens, tokenize } from "./tokens.js";

/** How a name is used in one place. */
export interface Use {
  /** The name; a tag as `struct name`. */
  readonly name: string;
  /** Where it stands in the text of the file. */
  readonly place: number;
  readonly called: boolean;
  /** It is declared inside the piece, as far as the grammar can tell. */
  readonly local: boolean;
  /** It may be no name at file level: an argument of a macro, a parameter of unknown meaning. */
  readonly doubtful: boolean;
  /** Callee of the call whose arguments it stands in. */
  readonly callee: string | undefined;
  /** What the piece does to a variable of this name, seen from its tokens alone. */
  readonly effect: "none" | "assigned" | "cleared" | "address";
  /** What of the variable that is about: "" for all of it, else its first member or element, as `.name` or `[]`. */
  readonly part: string;
}

const TAGS = new Set(["struct", "union", "enum"]);

/** Every use of a name that may be one of file level, in the order of the text. */
export function usesOf(piece: Piece, grammar: Grammar): Use[] {
  if (piece.define !== undefined) {
    const parameters = new Set(piece.define.parameters ?? []);
    return collect(macroTokens(piece, piece.define), 0, undefined, parameters, undefined);
  }
  const { tokens, active } = piece.file.scan;
  if (piece.kind === "call") {
    // What it pastes together may be a name of something else too.
    const { start: place } = piece;
    const rest = {
      place,
      called: false,
      local: false,
      doubtful: true,
      callee: undefined,
      effect: "none",
      part: "",
    } as const;
    const pasted = piece.definitions.map(({ name }): Use => ({ name, ...rest }));
    return [...collect(tokens, piece.first, piece.last, new Set(), undefined), ...pasted];
  }
  const roles = grammar.roles(active, tokens, piece.first, piece.last);
  const own = new Set<string>();
  if (piece.kind === "function") {
    const name = functionName(tokens, piece.first, piece.body);
    if (name >= 0) own.add(tokens.text(name));
  }
  const uses = collect(tokens, piece.first, piece.last, roles.locals, roles).filter(({ name }) => !own.has(name));
  for (const define of piece.inside) {
    const text = tokenize(piece.file.text, define.body, define.end);
    uses.push(...collect(text, 0, undefined, new Set(define.parameters ?? []), undefined));
  }
  return uses;
}

function collect(
  tokens: Tokens,
  first: number,
  last: number | undefined,
  locals: ReadonlySet<string>,
  roles: Roles | undefined,
): Use[] {
  const uses: Use[] = [];
  for (let at = first; at < (last ?? tokens.length); at++) {
    if (!tokens.isWord(at)) continue;
    const name = tokens.text(at);
    const before = tokens.text(at - 1);
    if (KEYWORDS.has(name) || before === "." || before === "->") continue;
    const place = tokens.starts[at];
    const isTag = TAGS.has(before) || (isAttribute(before) && TAGS.has(tokens.text(at - 2)));
    const role = roles?.at.get(place);
    const isLocal = !isTag && locals.has(name) && !namesClass(tokens, at);
    if (!isTag && (role?.role === "member" || role?.role === "label")) continue;
    if (isLocal && (roles?.certain ?? true)) continue;
    const called =
      !isTag && tokens.text(at + 1) === "(" && !isCalledAttribute(name) && !declaresPointer(tokens, at + 1);
    uses.push({
      name: isTag ? `struct ${name}` : name,
      place,
      called,
      local: isLocal,
      doubtful: role === undefined || role.doubtful || isLocal || !(called || roles?.certain),
      callee: role?.callee,
      effect: isTag ? "none" : effectOf(tokens, at),
      part: partAt(tokens, at),
    });
  }
  return uses;
}

/** Macros of linux/cleanup.h whose first argument is the name of a class, which has nothing to do with variables. */
const OF_CLASSES = new Set([
  "__free",
  "guard",
  "scoped_guard",
  "scoped_cond_guard",
  "CLASS",
  "scoped_class",
  "ACQUIRE",
  "ACQUIRE_ERR",
]);

function namesClass(tokens: Tokens, at: number): boolean {
  return tokens.text(at - 1) === "(" && OF_CLASSES.has(tokens.text(at - 2));
}

/** `(*name)(`, from the first bracket on: what stands before it is a type. */
function declaresPointer(tokens: Tokens, open: number): boolean {
  const [star, name, close, next] = [1, 2, 3, 4].map((ahead) => tokens.text(open + ahead));
  return star === "*" && /^\w/.test(name ?? "") && close === ")" && next === "(";
}

const ASSIGNMENTS = new Set(["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="]);
const CLEARED = new Set(["NULL", "0", "false"]);

/** What of the variable at `at` the expression around it is about, see `Use.part`. */
function partAt(tokens: Tokens, at: number): string {
  const next = tokens.text(at + 1);
  if (next === "[") return "[]";
  return next === "." || next === "->" ? `.${tokens.text(at + 2)}` : "";
}

/** What the expression around the name at `at` does to it; with `pointer`, to what it points to. */
export function effectOf(tokens: Tokens, at: number, pointer = false): Use["effect"] {
  let after = at + 1;
  for (;;) {
    const text = tokens.text(after);
    if (text === "." || (pointer && text === "->")) after += 2;
    else if (text === "[") after = tokens.afterGroup(after, Math.min(tokens.length, after + 64));
    else break;
  }
  const next = tokens.text(after);
  if (ASSIGNMENTS.has(next)) {
    const clears = next === "=" && CLEARED.has(tokens.text(after + 1)) && tokens.text(after + 2) === ";";
    return clears ? "cleared" : "assigned";
  }
  const before = tokens.text(at - 1);
  if (next === "++" || next === "--" || before === "++" || before === "--") return "assigned";
  if (before !== "&") return "none";
  const left = at - 2;
  const isOperand = tokens.isWord(left) ? !KEYWORDS.has(tokens.text(left)) : tokens.kinds[left] === Kind.Number;
  return isOperand || tokens.text(left) === ")" || tokens.text(left) === "]" ? "none" : "address";
}
