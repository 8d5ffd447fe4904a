/** Parameters of functions as the source has them: compiled code no longer says what a pointer points to. */
import { functionName } from "./pieces.js";
import { directiveEnd, type Tokens, tokenize } from "./tokens.js";

/**
 * The parameters of the functions that a text defines, each as its words in a row, such as `const struct page * page`.
 * Linear in the length of the text.
 */
export function signaturesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const tokens = tokenize(withoutDirectives(text));
  const found = new Map<string, readonly string[]>();
  let first = 0;
  for (let at = 0; at < tokens.length; at = tokens.afterGroup(at)) {
    const is = tokens.text(at);
    if (is === "{") {
      const name = functionName(tokens, first, at);
      if (name >= 0) found.set(tokens.text(name), parameters(tokens, name + 1));
    }
    if (is === ";" || is === "{") first = tokens.afterGroup(at);
  }
  return found;
}

/** A text without its lines for the preprocessor, whose brackets mean nothing. */
function withoutDirectives(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = 0; at >= 0 && at < text.length; ) {
    let first = at;
    while (text[first] === " " || text[first] === "\t") first++;
    if (text[first] === "#") {
      kept.push(text.slice(from, at));
      from = directiveEnd(text, first);
      at = from;
    }
    const line = text.indexOf("\n", at);
    at = line < 0 ? text.length : line + 1;
  }
  return kept.join("") + text.slice(from);
}

/** What stands between the bracket at `open` and the one that closes it. */
export function parameters(tokens: Tokens, open: number): string[] {
  const list: string[] = [];
  const end = tokens.afterGroup(open) - 1;
  let words: string[] = [];
  for (let at = open + 1; at < end; ) {
    const next = tokens.afterGroup(at, end);
    if (tokens.text(at) === ",") {
      list.push(words.join(" "));
      words = [];
    } else {
      for (let inner = at; inner < next; inner++) words.push(tokens.text(inner));
    }
    at = next;
  }
  const last = words.join(" ");
  return last === "" || (list.length === 0 && last === "void") ? list : [...list, last];
}
