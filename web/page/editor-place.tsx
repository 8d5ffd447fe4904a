/** The place of the editor, which is loaded when C is opened; where that fails, there is a plain field in its place. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { CEditor, EditedText, LineError, LineMarks } from "../editor/contract.js";
import type { openEditor } from "../editor/main.js";

export interface EditorPlaceProps {
  readonly edited: EditedText;
  readonly text: string;
  readonly changed: (name: string, text: string) => void;
  readonly run: () => void;
  readonly errors: readonly LineError[];
  readonly marks: LineMarks | undefined;
}

type EditorModule = { readonly openEditor: typeof openEditor };

export function EditorPlace({ edited, text, changed, run, errors, marks }: EditorPlaceProps) {
  const place = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<CEditor>();
  const [isPlain, setPlain] = useState(false);
  const hooks = useRef({ changed, run });
  hooks.current = { changed, run };
  useEffect(() => {
    let opened: CEditor | undefined;
    let isGone = false;
    const address = new URL("editor.js", document.baseURI).href;
    import(/* @vite-ignore */ address).then(
      (module: EditorModule) => {
        if (isGone || place.current === null) return;
        opened = module.openEditor(place.current, {
          changed: (name, now) => hooks.current.changed(name, now),
          run: () => hooks.current.run(),
        });
        setEditor(opened);
      },
      () => setPlain(true),
    );
    return () => {
      isGone = true;
      opened?.close();
    };
  }, []);
  useEffect(() => editor?.show(edited, text), [editor, edited.name, text]);
  useEffect(
    () => editor?.annotate(errors, marks),
    [editor, edited.name, errors.length === 0 ? undefined : errors, marks],
  );
  useEffect(() => {
    const [first] = errors;
    if (first !== undefined) editor?.goTo(first.line);
  }, [editor, errors[0]?.line, errors[0]?.message]);
  return (
    <>
      <div class="editor" ref={place} hidden={isPlain} />
      {isPlain ? (
        <textarea
          aria-label={edited.label}
          spellcheck={false}
          placeholder={edited.example}
          value={text}
          onInput={({ currentTarget }) => changed(edited.name, currentTarget.value)}
        />
      ) : null}
    </>
  );
}
