/** The headers that stand in for the kernel's: which there are, and what they define. */
import type { Files } from "./compile.js";

interface Macro {
  readonly parameters: readonly string[];
  readonly body: string;
}

/** Macros that make definitions are expanded so deep. */
const EXPANSION_DEPTH = 3;

export class Shim {
  private readonly names = new Set<string>();
  private readonly macros = new Map<string, Macro>();

  /** @param folders of headers, by path, e.g. `linux/mm.h` */
  constructor(private readonly folders: readonly Files[]) {
    const texts = folders.flatMap((folder) => [...folder.values()].map(withoutComments));
    for (const text of texts) this.readMacros(text);
    for (const text of texts) this.readDefinitions(text.replace(/^[ \t]*#.*$/gm, ""), EXPANSION_DEPTH);
  }

  /** Whether there is a header for `#include <include>`. */
  has(include: string): boolean {
    return this.folders.some((folder) => folder.has(include));
  }

  /** Whether a header defines this function, type, variable, macro, or (as `struct name`) tag. */
  defines(name: string): boolean {
    return this.names.has(name);
  }

  /** Every name that a header defines. */
  all(): Iterable<string> {
    return this.names;
  }

  private readMacros(text: string): void {
    for (const match of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)(?:\(([^)]*)\))?(.*)$/gm)) {
      const [, name = "", parameters, body = ""] = match;
      this.names.add(name);
      if (parameters !== undefined) {
        this.macros.set(name, { parameters: parameters.split(",").map((each) => each.trim()), body });
      }
    }
  }

  /** Takes up what is defined outside of braces. */
  private readDefinitions(text: string, depth: number): void {
    for (const [, kind, tag] of text.matchAll(/\b(struct|union|enum)\s+(\w+)\s*\{/g)) this.names.add(`${kind} ${tag}`);
    for (const [, members = ""] of text.matchAll(/\benum\b[^{;]*\{([^}]*)\}/g)) {
      for (const [, member = ""] of members.matchAll(/(?:^|,)\s*(\w+)/g)) this.names.add(member);
    }
    const outside = withoutBraces(text);
    for (const { 0: opening, 1: name = "", index } of outside.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)) {
      this.names.add(name);
      const macro = this.macros.get(name);
      if (macro === undefined || depth === 0) continue;
      this.readDefinitions(expanded(macro, argumentsAt(outside, index + opening.length)), depth - 1);
    }
    const variables = outside.matchAll(/(\b(?:struct|union|enum)\s+)?\b(\w+)\s*(?:\[[^\]]*\]\s*)*[=;]/g);
    for (const [, tag, name = ""] of variables) if (tag === undefined) this.names.add(name);
  }
}

/** Text without comments, lines that go on joined. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, " ").replace(/\\\r?\n/g, " ");
}

/** Text with what is in braces left out. */
function withoutBraces(text: string): string {
  let depth = 0;
  let outside = "";
  for (const part of text.split(/([{}])/)) {
    if (part === "{") depth++;
    else if (part === "}") depth = Math.max(0, depth - 1);
    else if (depth === 0) outside += part;
    if (part === "}" && depth === 0) outside += " ";
  }
  return outside;
}

/** The arguments of a call, from behind its opening bracket on. */
function argumentsAt(text: string, start: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length && depth >= 0; at++) {
    const character = text[at];
    if (character === "(") depth++;
    else if (character === ")") depth--;
    if (depth > 0 || (depth === 0 && character !== ",")) continue;
    found.push(text.slice(from, at).trim());
    from = at + 1;
  }
  return found;
}

function expanded({ parameters, body }: Macro, values: readonly string[]): string {
  let text = body;
  for (const [index, parameter] of parameters.entries()) {
    if (/^\w+$/.test(parameter)) text = text.replace(new RegExp(`\\b${parameter}\\b`, "g"), values[index] ?? "");
  }
  return text.replace(/\s*##\s*/g, "");
}
