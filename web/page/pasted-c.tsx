/** Where C is pasted, or read from a file. */
import { useRef } from "preact/hooks";
import { TEXT_LENGTH_MAX } from "../../src/clang/slice/length.js";
import type { Form } from "./form.js";

const EXAMPLE = "int tdx_pamt_get(struct page *page) …";
const NAME_MAX = 200;

export function PastedC({ form, set }: { readonly form: Form; readonly set: (change: Partial<Form>) => void }) {
  const input = useRef<HTMLInputElement>(null);
  /** The file chosen last: one chosen before it comes too late. */
  const latest = useRef<File | undefined>(undefined);
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    latest.current = file;
    const text = await file.slice(0, TEXT_LENGTH_MAX + 1).text();
    if (latest.current === file) set({ file: file.name.slice(0, NAME_MAX), text });
  };
  return (
    <div class="pasted">
      <div class="field">
        <label class="name" for="c">
          The helpers in C, or a patch that adds them
        </label>
        <textarea
          id="c"
          rows={12}
          spellcheck={false}
          autoComplete="off"
          autoCapitalize="off"
          placeholder={EXAMPLE}
          value={form.text}
          aria-describedby="c-hint"
          onInput={({ currentTarget }) => set({ text: currentTarget.value })}
        />
        <p class="hint" id="c-hint">
          Sliced and compiled here, in this browser. Nothing leaves it. What is missing of the kernel comes from the
          checker's headers.
        </p>
      </div>
      <button type="button" onClick={() => input.current?.click()}>
        Read a file …
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="File with C"
        accept=".c,.h,.patch,.diff,.mbox,.eml,text/*"
        onChange={({ currentTarget }) => {
          void read(currentTarget.files?.[0]);
          currentTarget.value = "";
        }}
      />
    </div>
  );
}
