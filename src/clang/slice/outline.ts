/**
 * What a file of C offers, seen from its tokens alone: functions with their signatures, what they call, variables, and
 * structures. It serves to guess what a file that nobody has compiled yet is about.
 */
import type { Conditions } from "./conditions.js";
import { lineOf } from "./emit.js";
import { isAttribute, isCalledAttribute } from "./keywords.js";
import { functionName, macroTokens, type Piece, type SourceFile } from "./pieces.js";
import { parameters } from "./signature.js";
import { CONFIG_ON } from "./slice.js";
import { reach, type Sources } from "./sources.js";
import type { Tokens } from "./tokens.js";

/** A parameter: `struct page * page` has the type `struct page *` and the name `page`. */
export interface OutlinedParameter {
  readonly name: string;
  readonly type: string;
  /** All its words in a row. */
  readonly words: string;
}

export interface OutlinedFunction {
  readonly name: string;
  readonly line: number;
  /** The words of what it returns, without how it is linked. */
  readonly returns: string;
  readonly parameters: readonly OutlinedParameter[];
  /** Words of its body in a row, with a blank before and behind each. */
  readonly body: string;
}

/** A variable at file level. */
export interface OutlinedVariable {
  readonly name: string;
  /** The type of what it holds, without stars: `struct pair`. */
  readonly type: string;
  /** Stars before the name, and brackets behind it. */
  readonly stars: number;
  readonly brackets: number;
  readonly isInitialised: boolean;
}

/** A structure with its members. */
export interface OutlinedRecord {
  /** As parameters have it: `struct pair`, or the name of a typedef. */
  readonly type: string;
  readonly members: readonly OutlinedParameter[];
}

export interface Outline {
  /** Of the file itself. */
  readonly functions: readonly OutlinedFunction[];
  /** Of the file and what lies beside it. */
  readonly variables: readonly OutlinedVariable[];
  readonly records: readonly OutlinedRecord[];
  /** Words of macros, by name, with a blank before and behind each. */
  readonly macros: ReadonlyMap<string, string>;
}

/** What is to be outlined. */
export interface OutlineRequest {
  readonly main: string;
  readonly text: string;
  readonly sources?: Sources | undefined;
  /** Is there a header of the checker for `#include <…>`? */
  isShimmed(include: string): boolean;
}

/** Outlines a file. Throws a CError when it is too large. */
export function outlineOf({ main, text, sources, isShimmed }: OutlineRequest): Outline {
  const conditions: Conditions = { config: CONFIG_ON, shimDefines: () => false, macros: new Map() };
  const { own } = reach({ main, text, sources, conditions, defaults: [], isShimmed });
  const pieces = own.flatMap((file) => file.pieces);
  const [first] = own;
  return {
    functions: (first?.pieces ?? []).filter(({ kind }) => kind === "function").flatMap(functionIn),
    variables: pieces.filter(({ kind }) => kind === "declaration").flatMap(variablesIn),
    records: pieces.filter(({ kind }) => kind === "declaration").flatMap(recordsIn),
    macros: new Map(own.flatMap(macrosIn)),
  };
}

const NAME = /^[A-Za-z_]\w*$/;
const LINKAGE = new Set(["static", "extern", "inline", "__inline", "__always_inline", "noinline", "asmlinkage"]);

function functionIn(piece: Piece): OutlinedFunction[] {
  const { tokens } = piece.file.scan;
  const at = functionName(tokens, piece.first, piece.body);
  if (at < 0 || !NAME.test(tokens.text(at))) return [];
  return [
    {
      name: tokens.text(at),
      line: lineOf(piece.file, piece.start).line,
      returns: typeWords(tokens, piece.first, at).join(" "),
      parameters: parameters(tokens, at + 1).map(parameterOf),
      body: wordsOf(tokens, piece.body, piece.last),
    },
  ];
}

/** The words from `first` to `end` without linkage and attributes. */
function typeWords(tokens: Tokens, first: number, end: number): string[] {
  const words: string[] = [];
  for (let at = first; at < end; ) {
    const word = tokens.text(at);
    const next = isCalledAttribute(word) ? tokens.afterGroup(at + 1, end) : at + 1;
    if (next === at + 1 && !LINKAGE.has(word) && !isAttribute(word)) words.push(word);
    at = next;
  }
  return words;
}

/** Words in a row, each between blanks, so that a pattern finds whole ones. */
function wordsOf(tokens: Tokens, first: number, end: number): string {
  const words: string[] = [];
  for (let at = first; at < end; at++) words.push(tokens.text(at));
  return ` ${words.join(" ")} `;
}

/** A declaration of one name taken apart; of a pointer to a function the name is the one in brackets. */
function parameterOf(words: string): OutlinedParameter {
  const all = words.split(" ");
  const pointer = /\( \* (?:const )?(\w+)/.exec(words)?.[1];
  const end = all.indexOf("[");
  const name = pointer ?? all.slice(0, end < 0 ? undefined : end).findLast((word) => NAME.test(word)) ?? "";
  const at = all.lastIndexOf(name);
  const type = pointer === undefined ? [...all.slice(0, at), ...all.slice(at + 1)] : all;
  return { name, type: type.join(" "), words };
}

/** Variables of a declaration; a list of several is taken apart as far as it is plain. */
function variablesIn(piece: Piece): OutlinedVariable[] {
  const { tokens } = piece.file.scan;
  const words: string[] = [];
  for (let at = piece.first; at < piece.last; ) {
    const next = tokens.text(at) === "{" ? tokens.afterGroup(at, piece.last) : at + 1;
    words.push(next === at + 1 ? tokens.text(at) : "{}");
    at = next;
  }
  return piece.definitions
    .filter(({ meaning, name }) => meaning === "variable" && NAME.test(name))
    .flatMap(({ name }): OutlinedVariable[] => {
      const at = words.indexOf(name);
      let stars = 0;
      while (words[at - 1 - stars] === "*") stars++;
      const type = words
        .slice(0, at - stars)
        .filter((word) => !LINKAGE.has(word) && !isAttribute(word) && word !== "{}");
      if (type.some((word) => !NAME.test(word))) return [];
      const [, dimensions = "", rest = ""] = /^((?:\[ [^\]]*\] ?)*)(.*)$/s.exec(words.slice(at + 1).join(" ")) ?? [];
      const brackets = dimensions.split("[").length - 1;
      return [{ name, type: type.join(" "), stars, brackets, isInitialised: rest.startsWith("=") }];
    });
}

/** Structures whose members stand in a declaration. */
function recordsIn(piece: Piece): OutlinedRecord[] {
  const { tokens } = piece.file.scan;
  const isTypedef = tokens.text(piece.first) === "typedef";
  for (let at = piece.first; at < piece.last; at++) {
    if (tokens.text(at) !== "{") continue;
    const end = tokens.afterGroup(at, piece.last);
    const members = membersIn(tokens, at + 1, end - 1);
    return piece.definitions
      .filter(({ name, meaning }) => meaning === "type" && (isTypedef || name.startsWith("struct ")))
      .map(({ name }) => ({ type: name, members }));
  }
  return [];
}

function membersIn(tokens: Tokens, first: number, end: number): OutlinedParameter[] {
  const members: OutlinedParameter[] = [];
  let words: string[] = [];
  for (let at = first; at < end; ) {
    const next = tokens.afterGroup(at, end);
    if (tokens.text(at) === ";") {
      const member = parameterOf(words.join(" "));
      if (member.name !== "") members.push(member);
      words = [];
    } else {
      for (let inner = at; inner < next; inner++) words.push(tokens.text(inner));
    }
    at = next;
  }
  return members;
}

function macrosIn({ pieces }: SourceFile): [string, string][] {
  return pieces.flatMap((piece): [string, string][] => {
    const { define } = piece;
    if (define === undefined) return [];
    const tokens = macroTokens(piece, define);
    return [[define.name, wordsOf(tokens, 0, tokens.length)]];
  });
}
