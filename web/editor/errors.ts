/** Errors of the compiler: underlined where they are, and in words under their lines. */
import type { Diagnostic } from "@codemirror/lint";
import { StateEffect, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";
import type { LineError } from "./contract.js";

/** Says which errors there are from now on. */
export const setErrors = StateEffect.define<readonly LineError[]>();

class ErrorText extends WidgetType {
  constructor(private readonly message: string) {
    super();
  }

  override eq(other: ErrorText): boolean {
    return other.message === this.message;
  }

  toDOM(): HTMLElement {
    const line = document.createElement("div");
    line.className = "error-line";
    line.textContent = this.message;
    return line;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

/** A line by its number, or the nearest one that there is. */
export function lineIn(doc: Text, line: number) {
  return doc.line(Math.max(1, Math.min(line, doc.lines)));
}

/** The errors in words, each under its line. They stay until the next check, or until the text is changed there. */
export const errorLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, { changes, effects, state }) {
    let now = shown.map(changes);
    for (const effect of effects) {
      if (!effect.is(setErrors)) continue;
      const lines = effect.value.map(({ line, message }) =>
        Decoration.widget({ widget: new ErrorText(message), block: true, side: 1 }).range(lineIn(state.doc, line).to),
      );
      now = Decoration.set(lines, true);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The errors as the editor underlines them: from their column to the end of the word, or the whole line. */
export function diagnosticsAt(doc: Text, errors: readonly LineError[]): Diagnostic[] {
  return errors
    .map(({ line, column, message }): Diagnostic => {
      const { from, to, text: c } = lineIn(doc, line);
      const start = column === undefined ? c.search(/\S|$/) : Math.min(column - 1, c.length);
      const [word = ""] = column === undefined ? [c.slice(start)] : (/^(?:\w+|.)/.exec(c.slice(start)) ?? []);
      return { from: from + start, to: Math.min(to, from + start + word.length), severity: "error", message };
    })
    .sort((one, other) => one.from - other.from);
}
