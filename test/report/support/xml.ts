/** A small, strict reader of XML 1.0: elements, attributes, text. No comments, sections or entities but numbers. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML may hold is said by its numbers
const LEGAL = /^[\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const NAME = "[A-Za-z_][\\w.-]*";

/** The root element. @throws Error for what is not well formed */
export function parseXml(text: string): Element {
  if (!LEGAL.test(text)) throw new Error("a character that XML cannot hold");
  const declaration = /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/.exec(text);
  if (declaration === null) throw new Error("no XML declaration");
  let at = declaration[0].length;

  const take = (pattern: string): RegExpExecArray | null => {
    const found = new RegExp(pattern, "uy");
    found.lastIndex = at;
    const match = found.exec(text);
    if (match !== null) at += match[0].length;
    return match;
  };
  const element = (): Element => {
    const head = take(`<(${NAME})`);
    if (head === null) throw new Error(`no element at ${at}: ${text.slice(at, at + 40)}`);
    const attributes: Record<string, string> = {};
    for (let pair = take(`\\s+(${NAME})="([^"<]*)"`); pair !== null; pair = take(`\\s+(${NAME})="([^"<]*)"`)) {
      if (Object.hasOwn(attributes, pair[1] as string)) throw new Error(`${pair[1]} is given twice`);
      attributes[pair[1] as string] = decoded(pair[2] as string);
    }
    const name = head[1] as string;
    if (take("\\s*/>") !== null) return { name, attributes, children: [] };
    if (take("\\s*>") === null) throw new Error(`the tag of ${name} does not end`);
    const children: (Element | string)[] = [];
    while (take(`</${name}\\s*>`) === null) {
      const words = take("[^<]+");
      children.push(words === null ? element() : decoded(words[0]));
    }
    return { name, attributes, children };
  };

  const root = element();
  if (text.slice(at).trim() !== "") throw new Error("something stands behind the root");
  return root;
}

function decoded(text: string): string {
  if (/&(?!#\d+;)/.test(text) || text.includes("]]>")) throw new Error(`a mark that is not escaped: ${text}`);
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

/** Child elements of a name. */
export function childrenOf({ children }: Element, name: string): Element[] {
  return children.filter((child): child is Element => typeof child !== "string" && child.name === name);
}
