/** What a check knows of the lines: which were reached, which lie on the failing path, where it broke. */
import { RangeSet, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, gutter } from "@codemirror/view";
import type { LineMarks } from "./contract.js";

/** Says what is known of the lines from now on. */
export const setMarks = StateEffect.define<LineMarks | undefined>();

class LineMarker extends GutterMarker {
  constructor(
    override readonly elementClass: string,
    private readonly text: string,
    private readonly meaning: string,
  ) {
    super();
  }

  override eq(other: LineMarker): boolean {
    return other.elementClass === this.elementClass && other.text === this.text && other.meaning === this.meaning;
  }

  override toDOM(): HTMLElement {
    const mark = document.createElement("span");
    mark.textContent = this.text;
    mark.title = this.meaning;
    return mark;
  }
}

/** What is known of the lines. It holds for the text that was checked, so a change ends it. */
const known = StateField.define<LineMarks | undefined>({
  create: () => undefined,
  update(now, { docChanged, effects }) {
    const said = effects.find((effect) => effect.is(setMarks));
    if (said !== undefined) return said.value;
    return docChanged ? undefined : now;
  },
});

/** The markers of one gutter. @param markerAt that of a line from 1 */
function gutterOf(name: string, markerAt: (marks: LineMarks, line: number) => GutterMarker | undefined) {
  return gutter({
    class: name,
    markers({ state }) {
      const marks = state.field(known);
      if (marks === undefined) return RangeSet.empty;
      const builder = new RangeSetBuilder<GutterMarker>();
      for (let line = 1; line <= state.doc.lines; line++) {
        const marker = markerAt(marks, line);
        const { from } = state.doc.line(line);
        if (marker !== undefined) builder.add(from, from, marker);
      }
      return builder.finish();
    },
  });
}

const reached = new LineMarker("reached", " ", "reached");
const missed = new LineMarker("missed", " ", "not reached by any interleaving");

const coverage = gutterOf("coverage", (marks, line) => {
  const isReached = marks.reached.get(line);
  if (isReached === undefined) return undefined;
  return isReached ? reached : missed;
});

const path = gutterOf("path", (marks, line) => {
  const cpus = marks.path.get(line);
  if (marks.broke.has(line)) return new LineMarker("broke", "✗", "broke here");
  if (cpus === undefined) return undefined;
  const names = cpus.map((cpu) => `CPU${cpu}`).join(", ");
  return new LineMarker("on-path", cpus.join(" "), `on the failing path: ${names}`);
});

const onPath = Decoration.line({ class: "on-path" });
const broke = Decoration.line({ class: "broke" });

const lines = EditorView.decorations.compute([known], (state) => {
  const marks = state.field(known);
  if (marks === undefined) return Decoration.none;
  const builder = new RangeSetBuilder<Decoration>();
  for (let line = 1; line <= state.doc.lines; line++) {
    const { from } = state.doc.line(line);
    if (marks.broke.has(line)) builder.add(from, from, broke);
    else if (marks.path.has(line)) builder.add(from, from, onPath);
  }
  return builder.finish();
});

/** Gutters and line colours of what is known. */
export const lineMarks = [known, coverage, path, lines];
