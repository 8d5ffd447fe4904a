/**
 * First pass over a file: reads directives, decides conditionals, and blanks out what is off. Line and column of
 * everything stay the same.
 */
import { type Conditions, holds, isDefined } from "./conditions.js";
import { directiveEnd, nesting, readToken, skipOpaque, Tokens } from "./tokens.js";

/** A `#define` that is on. */
export interface Define {
  readonly name: string;
  /** Parameters of a function-like macro, else undefined. */
  readonly parameters: readonly string[] | undefined;
  /** Where the directive, and where its replacement text, begins and ends. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
  /** Inside a function or a list in braces: it stays in the text there. */
  readonly inside: boolean;
}

/** An `#include` that is on. */
export interface Include {
  readonly path: string;
  readonly quoted: boolean;
  /** Where the directive begins. */
  readonly at: number;
}

/** A file after the first pass. */
export interface Scan {
  /** The text with directives at file level and everything that is off replaced by blanks. */
  readonly active: string;
  /** Tokens of what is on, without directives. */
  readonly tokens: Tokens;
  /** In the order of the file. */
  readonly defines: readonly Define[];
  readonly includes: readonly Include[];
  /** `#line` directives: from the line after the one that holds `at`, lines are those of `path` (of the file itself when undefined) from `line`. */
  readonly origins: readonly { readonly at: number; readonly line: number; readonly path: string | undefined }[];
}

/** One open `#if`. */
interface Frame {
  /** Was everything around it on? */
  readonly outer: boolean;
  /** Has a branch been taken? */
  taken: boolean;
  /** Depth of brackets at the `#if`. */
  readonly depth: number;
}

const DIRECTIVE = /^#[ \t]*([A-Za-z]*)/;

/**
 * Scans `text`. Adds the macros it defines to `conditions.macros`. Takes time linear in the text.
 *
 * @param included receives each `#include` in its place, so that macros of the header are known behind it
 */
export function scan(text: string, conditions: Conditions, included: (include: Include) => void = () => {}): Scan {
  return new Scanner(text, conditions, included).run();
}

class Scanner {
  private readonly tokens: Tokens;
  private readonly defines: Define[] = [];
  private readonly includes: Include[] = [];
  private readonly origins: { at: number; line: number; path: string | undefined }[] = [];
  private readonly frames: Frame[] = [];
  private readonly parts: string[] = [];
  private copied = 0;
  private on = true;
  /** Where the present stretch that is off began. */
  private offSince = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly conditions: Conditions,
    private readonly included: (include: Include) => void,
  ) {
    this.tokens = new Tokens(text);
  }

  run(): Scan {
    const { text } = this;
    let lineStart = true;
    for (let at = 0; at < text.length; ) {
      const c = text.charCodeAt(at);
      if (c === 0x0a) {
        lineStart = true;
        at++;
      } else if (c <= 0x20 || c === 0x5c) {
        at++;
      } else if (lineStart && c === 0x23) {
        at = this.directive(at);
      } else {
        at = this.plain(at, c);
        lineStart = lineStart && c === 0x2f && text.charCodeAt(at - 1) === 0x2f;
      }
    }
    if (!this.on) this.blank(this.offSince, text.length);
    this.parts.push(text.slice(this.copied));
    const { tokens, defines, includes, origins } = this;
    return { active: this.parts.join(""), tokens, defines, includes, origins };
  }

  /** Passes a comment, a literal or a token. */
  private plain(at: number, c: number): number {
    const { text } = this;
    if (c === 0x2f) {
      const after = skipOpaque(text, at, text.length);
      if (after > at) {
        // A comment that never ends would swallow what the slice puts behind it.
        if (after === text.length && this.on && !text.endsWith("*/")) this.blank(at, after);
        return after;
      }
    }
    if (!this.on) {
      const after = skipOpaque(text, at, text.length);
      return after > at ? after : at + 1;
    }
    this.depth = Math.max(0, this.depth + nesting(c));
    return readToken(this.tokens, at, text.length);
  }

  private directive(at: number): number {
    const { text } = this;
    const end = directiveEnd(text, at);
    const name = DIRECTIVE.exec(text.slice(at, Math.min(end, at + 40)))?.[1] ?? "";
    const body = at + text.slice(at, end).indexOf(name) + name.length;
    switch (name) {
      case "if":
      case "ifdef":
      case "ifndef":
        this.open(name, at, body, end);
        break;
      case "elif":
      case "elifdef":
      case "elifndef":
      case "else":
        this.turn(name, at, body, end);
        break;
      case "endif":
        this.close(at, end);
        break;
      default:
        if (this.on) this.other(name, at, body, end);
        return end;
    }
    if (this.on) this.blank(at, end);
    return end;
  }

  private open(name: string, at: number, body: number, end: number): void {
    const on = this.on && (this.isGuard(name, body, end) || this.decide(name, body, end));
    this.frames.push({ outer: this.on, taken: on, depth: this.depth });
    this.turnTo(on, at, end);
  }

  /** The `#ifndef` around a whole header: no file is scanned twice, and two trees may use the same name. */
  private isGuard(name: string, body: number, end: number): boolean {
    if (name !== "ifndef" || this.tokens.length > 0 || this.frames.length > 0) return false;
    const guard = this.text.slice(body, Math.min(end, body + 200)).trim();
    const next = /^\s*#[ \t]*define[ \t]+(\w+)[ \t\r]*\n/.exec(this.text.slice(end, end + 500));
    return next !== null && next[1] === guard;
  }

  private turn(name: string, at: number, body: number, end: number): void {
    let frame = this.frames.at(-1);
    if (frame === undefined) {
      // A text cut out of a file may lack the #if: what comes before the #else is what counts.
      frame = { outer: true, taken: true, depth: this.depth };
      this.frames.push(frame);
    }
    const on = frame.outer && !frame.taken && (name === "else" || this.decide(conditionName(name), body, end));
    if (on) {
      frame.taken = true;
      this.depth = frame.depth;
    }
    this.turnTo(on, at, end);
  }

  private close(at: number, end: number): void {
    const frame = this.frames.pop();
    if (frame !== undefined) this.turnTo(frame.outer, at, end);
  }

  /** The directive from `at` to `end` turns the text behind it on or off. */
  private turnTo(on: boolean, at: number, end: number): void {
    if (this.on && !on) this.offSince = at;
    if (!this.on && on) this.blank(this.offSince, end);
    this.on = on;
  }

  private decide(name: string, body: number, end: number): boolean {
    const text = this.text.slice(body, Math.min(end, body + 4000));
    if (name === "if") return holds(text, this.conditions);
    const defined = isDefined(/[\w$]+/.exec(text)?.[0] ?? "", this.conditions);
    return name === "ifdef" ? defined : !defined;
  }

  /** A directive that is on and no conditional. */
  private other(name: string, at: number, body: number, end: number): void {
    const inside = this.depth > 0;
    if (name === "define") this.define(at, body, end, inside);
    else if (name === "undef") this.conditions.macros.delete(this.text.slice(body, end).trim());
    else if (name === "line") this.origin(at, body, end);
    else if (name === "include" && !inside) this.include(at, body, end);
    if (!inside) this.blank(at, end);
  }

  private define(start: number, from: number, to: number, inside: boolean): void {
    const { text } = this;
    let end = to;
    const head = /^\s*([A-Za-z_$][\w$]*)(\(([^()]{0,4000})\))?/.exec(text.slice(from, Math.min(end, from + 5000)));
    if (head === null) return;
    const unclosed = end === text.length ? unclosedComment(text, from) : -1;
    if (unclosed >= 0) end = unclosed;
    const parameters = head[3]?.split(",").map((part) => part.replace(/\s|\\|\.{3}$/g, ""));
    const body = Math.min(end, from + head[0].length);
    const name = head[1];
    this.defines.push({ name, parameters: parameters?.filter((part) => part !== ""), start, body, end, inside });
    this.conditions.macros.set(name, parameters === undefined ? text.slice(body, Math.min(end, body + 2000)) : "0");
  }

  private include(at: number, body: number, end: number): void {
    const match = /^\s*(?:<([^<>\n]{1,500})>|"([^"\n]{1,500})")/.exec(this.text.slice(body, Math.min(end, body + 600)));
    if (match === null) return;
    const include = { path: (match[1] ?? match[2]).trim(), quoted: match[1] === undefined, at };
    this.includes.push(include);
    this.included(include);
  }

  private origin(at: number, body: number, end: number): void {
    const text = this.text.slice(body, Math.min(end, body + 3000));
    const match = /^\s*(\d{1,9})(?:\s+"((?:[^"\\]|\\.){0,2000})")?/.exec(text);
    if (match === null) return;
    const path = match[2] === undefined ? this.origins.at(-1)?.path : unescaped(match[2]);
    this.origins.push({ at, line: Number(match[1]), path });
  }

  /** Replaces what is not white space by blanks. */
  private blank(start: number, end: number): void {
    const from = Math.max(start, this.copied);
    if (end <= from) return;
    this.parts.push(this.text.slice(this.copied, from), this.text.slice(from, end).replace(/[^\s]/g, " "));
    this.copied = end;
  }
}

const conditionName = (name: string) => (name === "elif" ? "if" : name.slice(2));

function unclosedComment(text: string, from: number): number {
  for (let at = from; at < text.length; ) {
    const after = skipOpaque(text, at, text.length);
    if (after === text.length && text.startsWith("/*", at) && !text.endsWith("*/")) return at;
    at = after > at ? after : at + 1;
  }
  return -1;
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : code,
  );
}
