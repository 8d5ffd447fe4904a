/**
 * An editor of C: line numbers, errors under their lines, coverage at the side, and the way of a failing path as marks.
 *
 * It lives in a shadow root. There its styles are sheets that scripts make, which the page's Content Security Policy
 * lets pass; elements with styles it would not.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { cpp } from "@codemirror/lang-cpp";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, type StateEffect, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import type { CEditor, EditedText, EditorHooks } from "./contract.js";
import { diagnosticsAt, errorLines, lineIn, setErrors } from "./errors.js";
import { lineMarks, setMarks } from "./marks.js";
import { colours, theme } from "./theme.js";

/** Puts an editor into an element of the page. */
export function openEditor(place: HTMLElement, hooks: EditorHooks): CEditor {
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  const view = new EditorView({ parent: root, root });
  const states = new Map<string, EditorState>();
  let shown = "";
  /** What changes now is not changed by hand. */
  let isSetting = false;
  const told = EditorView.updateListener.of((update) => {
    if (update.docChanged && !isSetting) hooks.changed(shown, update.state.doc.toString());
  });
  return {
    show(edited, text) {
      if (shown !== "" && shown !== edited.name) states.set(shown, view.state);
      const known = shown === edited.name ? view.state : states.get(edited.name);
      if (shown === edited.name && view.state.doc.toString() === text) return;
      shown = edited.name;
      isSetting = true;
      const isSame = known !== undefined && known.doc.toString() === text;
      view.setState(
        isSame ? known : EditorState.create({ doc: text, extensions: [told, extensionsOf(edited, hooks)] }),
      );
      isSetting = false;
    },
    annotate(errors, marks) {
      const { doc } = view.state;
      const [broke] = marks?.broke ?? [];
      const sight = broke === undefined ? [] : [inSight(doc, broke)];
      view.dispatch({ effects: [setErrors.of(errors), setMarks.of(marks), ...sight] });
      view.dispatch(setDiagnostics(view.state, diagnosticsAt(doc, errors)));
    },
    goTo(line) {
      const { doc } = view.state;
      view.dispatch({ selection: { anchor: lineIn(doc, line).from }, effects: inSight(doc, line) });
      view.focus();
    },
    close() {
      view.destroy();
    },
  };
}

function inSight(doc: Text, line: number): StateEffect<unknown> {
  return EditorView.scrollIntoView(lineIn(doc, line).from, { y: "center" });
}

function extensionsOf({ label, isC, example }: EditedText, hooks: EditorHooks): Extension {
  const run = (): boolean => {
    hooks.run();
    return true;
  };
  return [
    lineNumbers(),
    lineMarks,
    errorLines,
    history(),
    drawSelection(),
    highlightSpecialChars(),
    highlightActiveLine(),
    bracketMatching(),
    highlightSelectionMatches(),
    search({ top: true }),
    indentOnInput(),
    // The kernel indents with tabs of 8 columns.
    indentUnit.of("\t"),
    EditorState.tabSize.of(8),
    placeholder(example),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
    keymap.of([
      { key: "Mod-Enter", run },
      ...defaultKeymap,
      ...historyKeymap,
      ...searchKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
    isC ? [cpp(), syntaxHighlighting(colours)] : [],
    theme,
  ];
}
