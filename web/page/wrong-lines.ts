/** What the compiler has against C, by the lines that its messages name. */

/** Something wrong at a line, from 1. */
export interface WrongLine {
  readonly file: string;
  readonly line: number;
  /** From 1; undefined where the message names none. */
  readonly column: number | undefined;
  readonly message: string;
}

/** A line of a message that repeats the C, or points into the line above it. */
const QUOTED = /^\s*(?:\d+\s*)?\||^\s*\^[~^ ]*$/;

/**
 * The lines that a message names in some files.
 *
 * @param message as the compiler has it, of one line or several
 * @param files names of the files that the user sees
 */
export function wrongLinesOf(message: string, files: readonly string[]): readonly WrongLine[] {
  const names = files.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const place = new RegExp(`(?<![\\w./-])(${names}):(\\d{1,7})(?::(\\d{1,5}))?(?!\\d)`);
  const found: WrongLine[] = [];
  for (const line of message.split("\n")) {
    const at = place.exec(line);
    if (at === null) {
      const last = found.at(-1);
      // What follows a place belongs to it.
      if (last !== undefined && line.trim() !== "" && !QUOTED.test(line) && /^\s/.test(line)) {
        found[found.length - 1] = { ...last, message: `${last.message}\n${line.trim()}` };
      }
      continue;
    }
    const [whole, file = "", number = "", column] = at;
    const said = at.index === 0 ? line.slice(whole.length).replace(/^:\s*(?:(?:fatal )?error: )?/, "") : line;
    found.push({
      file,
      line: Number(number),
      column: column === undefined ? undefined : Number(column),
      message: said.trim(),
    });
  }
  return found;
}
