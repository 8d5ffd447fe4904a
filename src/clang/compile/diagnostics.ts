/** What clang says of C, line by line. Source: Clang's user manual, "Formatting of Diagnostics". */

/** A place that clang names. Lines and columns count from 1; columns are bytes of UTF-8. */
interface Spot {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What it adds to an error, such as where a name is declared. */
export interface Note extends Spot {
  readonly text: string;
}

/** One error. Of one that has no place, such as an unknown flag, the file is empty. */
export interface Diagnostic extends Note {
  readonly notes: readonly Note[];
}

const SAID = /^(.*?):(\d+):(\d+): (error|fatal error|note): (.*)$/;
const PLACELESS = /^(?:[^:\s]+: )?(?:fatal )?error: (.*)$/;
/** The flag that would make an error a warning. */
const FLAG = / \[-W[-\w,+=]*\]$/;
const TEXT_MAX = 300;

/** The errors in clang's messages, each with its notes. */
export function diagnosticsOf(messages: string): Diagnostic[] {
  const found: (Note & { notes: Note[] })[] = [];
  for (const line of messages.split("\n")) {
    const said = SAID.exec(line);
    const [, file = "", at = "0", column = "0", kind = "error", what = ""] = said ?? [];
    const text = (said === null ? (PLACELESS.exec(line)?.[1] ?? "") : what).replace(FLAG, "").slice(0, TEXT_MAX);
    if (text === "" || text.startsWith("too many errors emitted")) continue;
    const note = { file, line: Number(at), column: Number(column), text };
    if (kind === "note") found.at(-1)?.notes.push(note);
    else found.push({ ...note, notes: [] });
  }
  return found;
}
