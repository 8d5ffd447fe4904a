/** What identifiers are inside a definition, by tree-sitter and its grammar of C. */
import { Language, Parser, type TreeCursor } from "web-tree-sitter";
import { CError } from "../ir/errors.js";
import { isAttribute, isCalledAttribute } from "./keywords.js";
import type { Tokens } from "./tokens.js";
import { nesting } from "./tokens.js";

/** What an identifier is where it stands. Of one that is not listed nothing is known: it may be anything. */
export interface NameRole {
  /** `local`: declared in the function or its parameters. `member`, `label`: never a name at file level. */
  readonly role: "local" | "member" | "label" | "use";
  /** The function or macro among whose arguments it stands. */
  readonly callee: string | undefined;
  /** Around it is text that the grammar does not know. */
  readonly doubtful: boolean;
}

/** Roles of the identifiers of a text, by their first character. */
export interface Roles {
  readonly at: ReadonlyMap<number, NameRole>;
  /** Names declared inside. */
  readonly locals: ReadonlySet<string>;
  /** Did the grammar know all of the text? If not, a local may be missed, or be none. */
  readonly certain: boolean;
}

const UNKNOWN: Roles = { at: new Map(), locals: new Set(), certain: false };

/** Beyond these the grammar is not asked: no definition of a kernel comes near. */
const PARSED_LENGTH_MAX = 512 * 1024;
const NESTING_MAX = 400;
/** A text full of errors can take the parser long. */
const PARSE_STEPS_MAX = 20_000;

/** The grammar of C, loaded. */
export class Grammar {
  private constructor(private readonly parser: Parser) {}

  /**
   * Loads tree-sitter (`web-tree-sitter.wasm`) and the grammar (`tree-sitter-c.wasm`), both as bytes.
   * Throws a CError when they do not fit.
   */
  static async load(runtime: Uint8Array, language: Uint8Array): Promise<Grammar> {
    try {
      await Parser.init({ wasmBinary: runtime as unknown as ArrayBuffer });
      const parser = new Parser();
      parser.setLanguage(await Language.load(language));
      return new Grammar(parser);
    } catch (error) {
      throw new CError(`the grammar of C cannot be loaded: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Roles of the identifiers in tokens `first` to `last`, at their places in `text`. Never throws. */
  roles(text: string, tokens: Tokens, first: number, last: number): Roles {
    const [start, end] = [tokens.starts[first], tokens.ends[last - 1]];
    if (end - start > PARSED_LENGTH_MAX || depthOf(tokens, first, last) > NESTING_MAX) return UNKNOWN;
    let steps = 0;
    try {
      const tree = this.parser.parse(withoutAttributes(text, tokens, first, last), null, {
        progressCallback: () => ++steps > PARSE_STEPS_MAX,
      });
      if (tree === null) {
        this.parser.reset();
        return UNKNOWN;
      }
      const certain = !tree.rootNode.hasError;
      const cursor = tree.walk();
      const walked = walk(cursor, start);
      cursor.delete();
      tree.delete();
      return { ...walked, certain };
    } catch {
      return UNKNOWN;
    }
  }
}

function depthOf(tokens: Tokens, first: number, last: number): number {
  let depth = 0;
  let deepest = 0;
  for (let at = first; at < last; at++) {
    depth += nesting(tokens.source.charCodeAt(tokens.starts[at]));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** The text of the tokens, with annotations and directives, which the grammar does not know, as blanks. */
function withoutAttributes(text: string, tokens: Tokens, first: number, last: number): string {
  const parts: string[] = [];
  let at = tokens.starts[first];
  const end = tokens.ends[last - 1];
  for (let i = first; i < last; i++) {
    if (!tokens.isWord(i)) continue;
    const word = tokens.text(i);
    let after = i;
    if (isAttribute(word)) after = i + 1;
    else if (isCalledAttribute(word) && tokens.text(i + 1) === "(") after = tokens.afterGroup(i + 1, last);
    if (after === i || tokens.starts[i] < at) continue;
    const to = tokens.ends[after - 1];
    parts.push(text.slice(at, tokens.starts[i]), text.slice(tokens.starts[i], to).replace(/[^\s]/g, " "));
    at = to;
    i = after - 1;
  }
  parts.push(text.slice(at, end));
  return parts.join("").replace(/^[ \t]*#(?:[^\n\\]|\\\r?\n?)*/gm, (line) => line.replace(/[^\s]/g, " "));
}

/** One node on the way from the root to the present one. */
interface Level {
  readonly type: string;
  /** The name in it is the one that a declaration declares. */
  readonly declarator: boolean;
  readonly callee: string | undefined;
  readonly doubtful: boolean;
}

const ROOT: Level = { type: "", declarator: false, callee: undefined, doubtful: false };

/** Goes through a tree with no recursion; `offset` is added to the places. */
function walk(cursor: TreeCursor, offset: number): { at: Map<number, NameRole>; locals: Set<string> } {
  const at = new Map<number, NameRole>();
  const locals = new Set<string>();
  const path: Level[] = [ROOT];
  for (;;) {
    const level = enter(cursor, path[path.length - 1]);
    const role = roleOf(level);
    if (role !== undefined) {
      at.set(offset + cursor.startIndex, { role, callee: level.callee, doubtful: level.doubtful });
      if (role === "local") locals.add(cursor.nodeText);
    }
    if (cursor.gotoFirstChild()) {
      path.push(level);
      continue;
    }
    while (!cursor.gotoNextSibling()) {
      if (!cursor.gotoParent()) return { at, locals };
      path.pop();
    }
  }
}

function enter(cursor: TreeCursor, parent: Level): Level {
  const type = cursor.nodeType;
  const field = cursor.currentFieldName;
  let { callee, doubtful } = parent;
  if (type === "ERROR") doubtful = true;
  else if (type === "compound_statement") doubtful = false;
  if (type === "argument_list" && parent.type === "call_expression") callee = parent.callee;
  else if (type === "call_expression") callee = calleeOf(cursor);
  if (type !== "argument_list" && parent.type === "call_expression") callee = undefined;
  return { type, declarator: isDeclarator(field, parent), callee, doubtful };
}

function isDeclarator(field: string | null, parent: Level): boolean {
  if (field !== "declarator" && parent.type !== "parenthesized_declarator") return false;
  return parent.type === "declaration" || parent.type === "parameter_declaration" || parent.declarator;
}

/** The name that a call calls, or the empty text for a call through something else. */
function calleeOf(cursor: TreeCursor): string {
  const named = cursor.currentNode.childForFieldName("function");
  return named?.type === "identifier" ? named.text : "";
}

function roleOf(level: Level): NameRole["role"] | undefined {
  switch (level.type) {
    case "field_identifier":
      return "member";
    case "statement_identifier":
      return "label";
    case "identifier":
      return level.declarator && !level.doubtful ? "local" : "use";
    case "type_identifier":
      return "use";
    default:
      return undefined;
  }
}
