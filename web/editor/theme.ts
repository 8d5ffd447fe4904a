/** The editor in the colours of the page, which it takes from the page's variables: light and dark alike. */
import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const theme = EditorView.theme({
  "&": {
    height: "100%",
    containerType: "inline-size",
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    fontSize: "var(--size-small)",
  },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", paddingBlock: "var(--space-2)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--muted)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--raised) 60%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent" },
  "& .cm-selectionBackground, &.cm-focused .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent) !important",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-back)", color: "inherit" },
  ".cm-placeholder": { color: "var(--muted)" },
  ".cm-specialChar": { color: "var(--bad)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panels input, .cm-panels button": {
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    backgroundColor: "var(--surface)",
    backgroundImage: "none",
    color: "var(--text)",
  },
  ".cm-tooltip": { border: "1px solid var(--line-strong)", backgroundColor: "var(--surface)", color: "var(--text)" },
  ".cm-diagnostic": { maxWidth: "46rem", whiteSpace: "normal" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad-fill)",
    textUnderlineOffset: "0.2em",
  },
  // As wide as the window of the editor, however long the lines are, and in sight wherever they are scrolled to.
  ".error-line": {
    position: "sticky",
    left: "4.5rem",
    boxSizing: "border-box",
    width: "calc(100cqi - 5.5rem)",
    padding: "0.15rem 0.5rem",
    borderLeft: "4px solid var(--bad-fill)",
    backgroundColor: "var(--bad-back)",
    color: "var(--bad)",
    fontFamily: "var(--sans)",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
  ".coverage": { width: "7px" },
  ".coverage .cm-gutterElement.reached": { borderLeft: "5px solid var(--good-fill)" },
  ".coverage .cm-gutterElement.missed": { borderLeft: "5px dotted var(--line-strong)" },
  ".path": { minWidth: "1.6rem", textAlign: "center" },
  ".path .cm-gutterElement": { paddingInline: "3px" },
  ".path .cm-gutterElement.on-path": { color: "var(--accent)", fontWeight: "600" },
  ".path .cm-gutterElement.broke": { backgroundColor: "var(--bad-fill)", color: "#fff", fontWeight: "700" },
  ".cm-line.on-path": { backgroundColor: "color-mix(in srgb, var(--accent-back) 70%, transparent)" },
  ".cm-line.broke": { backgroundColor: "var(--bad-back)", boxShadow: "inset 3px 0 var(--bad-fill)" },
});

export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword], color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.typeName, tags.standard(tags.typeName)], color: "var(--good)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.string, tags.number, tags.bool, tags.character], color: "var(--bad)" },
  { tag: [tags.processingInstruction, tags.meta], color: "var(--unsure)" },
  { tag: tags.function(tags.definition(tags.variableName)), fontWeight: "600" },
]);
