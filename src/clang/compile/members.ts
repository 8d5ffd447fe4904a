/** Members of a structure, looked up in texts of C. */

const TAGGED = /^(?:const |volatile )*(?:struct|union) (\w+)$/;
const WORD = /^(?:const |volatile )*(\w+)$/;
const BODY_MAX = 20_000;

/** Names of the members of a type as clang writes it: `struct page`, or the name of a typedef. Inner members count. */
export function membersOf(type: string, texts: Iterable<string>): Set<string> {
  const members = new Set<string>();
  const tag = TAGGED.exec(type)?.[1];
  const name = WORD.exec(type)?.[1];
  const opening = tag === undefined ? /\b(?:struct|union)\s*(?:\w+\s*)?\{/g : new RegExp(`\\b${tag}\\s*\\{`, "g");
  if (tag === undefined && name === undefined) return members;
  for (const text of texts) {
    for (const { 0: found, index } of text.matchAll(opening)) {
      const start = index + found.length;
      const end = closing(text, start);
      const isMeant = tag !== undefined || new RegExp(`^\\}[^;]{0,80}\\b${name}\\s*;`).test(text.slice(end, end + 120));
      if (isMeant) for (const each of declared(text.slice(start, end))) members.add(each);
    }
  }
  return members;
}

/** Where the brace that closes is, from behind the one that opens. */
function closing(text: string, start: number): number {
  let depth = 1;
  const end = Math.min(text.length, start + BODY_MAX);
  for (let at = start; at < end; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at;
  }
  return end;
}

/** Words that end a declaration of a member: `a` and `b` of `int a, b[2];`. */
function* declared(body: string): Generator<string> {
  const plain = body.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, " ");
  for (const [, name = ""] of plain.matchAll(/\b([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*(?::\s*\w+\s*)?[;,]/g)) yield name;
  for (const [, name = ""] of plain.matchAll(/\(\s*\*\s*(\w+)\s*\)/g)) yield name;
}
