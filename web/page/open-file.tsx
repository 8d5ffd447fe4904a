/** Opening a saved result: a button, and a place to drop a file. */
import { useEffect, useRef, useState } from "preact/hooks";

/** A button that opens a file; a file may also be dropped anywhere on the page. */
export function OpenFile({ open }: { readonly open: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const isOver = useDrop(open);
  return (
    <div class={`drop ${isOver ? "over" : ""}`}>
      <p>
        A result of <code>dpamt check --save</code>: drop the file anywhere here, or
      </p>
      <button type="button" onClick={() => input.current?.click()}>
        Open a saved result …
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Saved result"
        accept=".json,application/json"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file !== undefined) open(file);
          currentTarget.value = "";
        }}
      />
    </div>
  );
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") === true;
}

/** @returns whether a file is held over the page */
function useDrop(open: (file: File) => void): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file !== undefined) open(file);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [open]);
  return isOver;
}
