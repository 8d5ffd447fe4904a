/** Markdown as text: escaped words, tables, paragraphs in lines. */

/** The first line of whatever the command writes. */
export const WRITTEN = "<!-- Written by `npm run explain`: change the code or tools/explain, not this file. -->";

/** Text that Markdown shows as it is, in paragraphs and in tables. */
export function prose(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_[\]#|~$]/g, "\\$&");
}

/** A span of code in a table. */
export function code(text: string): string {
  return `\`${text.replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

export function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
}

/** Paragraphs in lines that can be read in a terminal. */
export function wrapped(text: string): string {
  if (/^([#!<|-]| {4}|```)/.test(text)) return text;
  const [paragraph = "", ...rest] = text.split("\n\n");
  const out: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > 118) {
      out.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [[...out, line].join("\n"), ...rest].join("\n\n");
}
