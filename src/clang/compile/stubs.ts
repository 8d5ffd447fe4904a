/** C that stands in for what is not known, for the author to fill in: it makes a file compile. */
import type { Unknown } from "./wording.js";

const LETTERS = "abcdefghijkl";

/**
 * A definition of an unknown name, on one line.
 *
 * @param rest the C from the name on
 * @param before what stands before it in its line
 * @returns undefined where it cannot be guessed
 */
export function definitionOf(unknown: Unknown | undefined, rest: string, before: string): string | undefined {
  if (unknown === undefined) return undefined;
  const { name, kind } = unknown;
  if (kind === "type") return `typedef unsigned long ${name};`;
  if (kind === "tag") return `struct ${name} { unsigned long value; };`;
  if (kind === "value") return definitionOfValue(name, rest);
  if (kind === "member") return undefined;
  const call = callIn(rest.slice(name.length));
  if (call === undefined) return undefined;
  const parameters = [...LETTERS].slice(0, call.count).join(", ");
  return call.count > LETTERS.length ? undefined : `#define ${name}(${parameters}) ${bodyOf(call, before)}`;
}

function definitionOfValue(name: string, rest: string): string | undefined {
  if (/^\w+\s*(?:->|\.|\[)/.test(rest)) return undefined;
  return name === name.toUpperCase() ? `#define ${name} 0` : `static unsigned long ${name};`;
}

function bodyOf({ after }: Call, before: string): string {
  const isStatement = after.startsWith(";") && /^$|[;{}:]$|^else$|^(?:if|for|while)\b.*\)$/.test(before.trim());
  if (after.startsWith("{")) return "if (1)";
  return isStatement ? "do { } while (0)" : "0";
}

interface Call {
  /** Arguments. */
  readonly count: number;
  /** What stands behind the call. */
  readonly after: string;
}

/** The call whose opening bracket comes next. */
function callIn(text: string): Call | undefined {
  const inner = /^\s*\(/.exec(text)?.[0].length;
  if (inner === undefined) return undefined;
  let depth = 1;
  let commas = 0;
  for (let at = inner; at < text.length; at++) {
    const character = text[at] ?? "";
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    else if (character === "," && depth === 1) commas++;
    if (depth > 0) continue;
    const isEmpty = text.slice(inner, at).trim() === "";
    return { count: isEmpty ? 0 : commas + 1, after: text.slice(at + 1).trimStart() };
  }
  return undefined;
}
