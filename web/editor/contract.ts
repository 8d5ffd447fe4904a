/** What the page and its editor say to each other; the editor is loaded apart, so these are types alone. */

/** Something wrong with a line, from 1; a column, from 1, where it is known. */
export interface LineError {
  readonly line: number;
  readonly column: number | undefined;
  readonly message: string;
}

/** What a check knows of the lines of a text, by their numbers from 1. */
export interface LineMarks {
  /** Lines that do something: whether any interleaving came there. */
  readonly reached: ReadonlyMap<number, boolean>;
  /** Lines of the failing path, each with the CPUs that were there. */
  readonly path: ReadonlyMap<number, readonly number[]>;
  /** Lines where it broke. */
  readonly broke: ReadonlySet<number>;
}

/** One of the texts that the editor has. */
export interface EditedText {
  /** Tells it from the others. */
  readonly name: string;
  /** What a screen reader calls it. */
  readonly label: string;
  readonly isC: boolean;
  /** What stands there while it is empty. */
  readonly example: string;
}

export interface EditorHooks {
  /** A text was changed by hand. */
  changed(name: string, text: string): void;
  /** Ctrl-Enter. */
  run(): void;
}

/** An editor in its place. */
export interface CEditor {
  /** Shows a text; what was undone, and where one was, stays with each. */
  show(edited: EditedText, text: string): void;
  /** Errors and marks of the text that is shown; where it broke comes into sight. */
  annotate(errors: readonly LineError[], marks: LineMarks | undefined): void;
  /** Puts the cursor on a line, and brings it into sight. */
  goTo(line: number): void;
  close(): void;
}
