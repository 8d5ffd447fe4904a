/** Which lines of C were explored. */
import type { ExploredLine } from "./result.js";
import type { TerminalOptions } from "./style.js";
import { formatCount } from "./words.js";

export type { ExploredLine } from "./result.js";

/** How many lines were explored, and which were not, by function. */
export function renderCoverage(lines: readonly ExploredLine[], { palette }: TerminalOptions): string {
  const reached = lines.filter((line) => line.reached).length;
  const text = [`  C lines explored: ${formatCount(reached)} of ${formatCount(lines.length)}`];
  const functions = new Map<string, ExploredLine[]>();
  for (const line of lines) {
    const key = `${line.function} ${line.file}`;
    const inside = functions.get(key) ?? [];
    inside.push(line);
    functions.set(key, inside);
  }
  for (const inside of functions.values()) {
    const missed = inside.filter((line) => !line.reached);
    const [first] = inside;
    if (missed.length === 0 || first === undefined) continue;
    const which = missed.length === inside.length ? "never called" : `not reached: ${ranges(inside)}`;
    text.push(palette.dim(`    ${baseName(first.file)}: ${first.function}() ${which}`));
  }
  return `${text.join("\n")}\n`;
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** Lines that were not reached, those in a row as one range. */
function ranges(lines: readonly ExploredLine[]): string {
  const found: [first: number, last: number][] = [];
  let open = false;
  for (const { line, reached } of lines) {
    const last = found[found.length - 1];
    if (reached) open = false;
    else if (open && last !== undefined) last[1] = line;
    else {
      found.push([line, line]);
      open = true;
    }
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}
