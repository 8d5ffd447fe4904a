/** C in the large pane: an editor with a tab for the file and one for each thing that stands beside it. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { TEXT_LENGTH_MAX } from "../../src/clang/slice/length.js";
import { visibleText } from "../../src/report/visible.js";
import type { LineMarks } from "../editor/contract.js";
import { type CTexts, fileNameOf, HARNESS } from "./c-text.js";
import { EditorPlace } from "./editor-place.js";
import { Examples } from "./examples.js";
import type { WrongLine } from "./wrong-lines.js";

const NAME_MAX = 200;

type TabName = "text" | "entry" | "harness" | "shim";

interface Tab {
  readonly name: TabName;
  readonly title: string;
  /** What a screen reader calls the text. */
  readonly label: string;
  readonly hint: string;
  readonly example: string;
}

const tabs: readonly Tab[] = [
  {
    name: "text",
    title: "File",
    label: "The helpers in C, or a patch that adds them",
    hint: "The helpers, or a patch that adds them whole. What is missing of the kernel comes from the checker's headers.",
    example: "int tdx_pamt_get(struct page *page) …",
  },
  {
    name: "entry",
    title: "Entries",
    label: "Functions for entries",
    hint: "Where helpers have other names: ENTRY=FUNCTION, one a line. Entries are get, put, alloc, free, topup, drain, counter, pool.",
    example: "get=pamt_ref\nput=pamt_unref",
  },
  {
    name: "harness",
    title: "Harness",
    label: "C that is compiled with the file",
    hint: "C that is compiled with the file: functions that fit the entries, or an __init function that sets variables.",
    example: "static int __init set_up(void) …",
  },
  {
    name: "shim",
    title: "Shim",
    label: "Headers for what is missing",
    hint: 'Headers for what is missing of the kernel. A line "// linux/foo.h" begins each.',
    example: "// linux/foo.h\n#define FOO 1",
  },
];

export interface CPaneProps {
  readonly form: CTexts;
  readonly change: (part: Partial<CTexts>) => void;
  readonly run: () => void;
  /** What the compiler has against the texts as they are. */
  readonly diagnostics: readonly WrongLine[];
  /** What a check of these texts knows of their lines, by file. */
  readonly marks: ReadonlyMap<string, LineMarks> | undefined;
  /** A result needs room beside it. */
  readonly isSmall: boolean;
}

export function CPane({ form, change, run, diagnostics, marks, isSmall }: CPaneProps) {
  const [name, choose] = useState<TabName>("text");
  const id = useId();
  const tab = tabs.find((each) => each.name === name) ?? (tabs[0] as Tab);
  const fileOf = (which: TabName): string | undefined =>
    which === "text" ? fileNameOf(form) : which === "harness" ? HARNESS : undefined;
  const errorsIn = (which: TabName) => diagnostics.filter(({ file }) => file === fileOf(which));
  useEffect(() => {
    const wrong = tabs.find((each) => errorsIn(each.name).length > 0);
    if (wrong !== undefined) choose(wrong.name);
  }, [diagnostics]);
  const file = fileOf(name);
  return (
    <section class={isSmall ? "c-pane small" : "c-pane"} aria-label="Kernel C">
      <div class="c-head">
        <div class="tabs" role="tablist" aria-label="Texts of C">
          {tabs.map((each) => (
            <TabButton
              key={each.name}
              id={`${id}-${each.name}`}
              panel={`${id}-panel`}
              isChosen={each.name === name}
              choose={() => choose(each.name)}
              step={(by) => {
                const next = tabs[(tabs.indexOf(each) + by + tabs.length) % tabs.length] as Tab;
                choose(next.name);
                document.getElementById(`${id}-${next.name}`)?.focus();
              }}
            >
              {each.title}{" "}
              <Badge
                isFilled={each.name !== "text" && form[each.name].trim() !== ""}
                errors={errorsIn(each.name).length}
              />
            </TabButton>
          ))}
        </div>
        <Tools form={form} change={change} show={() => choose("text")} />
      </div>
      <div id={`${id}-panel`} class="c-text" role="tabpanel" aria-labelledby={`${id}-${name}`}>
        <EditorPlace
          edited={{ name, label: tab.label, isC: name !== "entry", example: tab.example }}
          text={form[name]}
          changed={(which, text) => change({ [which]: text })}
          run={run}
          errors={errorsIn(name)}
          marks={file === undefined ? undefined : marks?.get(file)}
        />
      </div>
      <p class="hint c-foot">
        {tab.hint} <span class="keys">Ctrl-Enter checks; Escape, then Tab leaves the editor.</span>
        {marks === undefined || name === "entry" || name === "shim" ? null : <Legend />}
      </p>
    </section>
  );
}

function Badge({ isFilled, errors }: { readonly isFilled: boolean; readonly errors: number }) {
  if (errors > 0) return <span class="badge bad">{errors === 1 ? "1 error" : `${errors} errors`}</span>;
  return isFilled ? <span class="badge">in use</span> : null;
}

function Legend() {
  return (
    <span class="c-legend">
      <span class="key reached" /> reached <span class="key missed" /> not reached <b class="key-cpu">0</b> CPU on the
      failing path
    </span>
  );
}

interface TabButtonProps {
  readonly id: string;
  readonly panel: string;
  readonly isChosen: boolean;
  readonly choose: () => void;
  readonly step: (by: number) => void;
  readonly children: ComponentChildren;
}

function TabButton({ id, panel, isChosen, choose, step, children }: TabButtonProps) {
  return (
    <button
      type="button"
      role="tab"
      id={id}
      aria-selected={isChosen}
      aria-controls={panel}
      tabIndex={isChosen ? 0 : -1}
      onClick={choose}
      onKeyDown={(event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        step(by);
      }}
    >
      {children}
    </button>
  );
}

/** The name of the file, and where its text may come from. */
function Tools({ form, change, show }: Pick<CPaneProps, "form" | "change"> & { readonly show: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  /** The file chosen last: one chosen before it comes too late. */
  const latest = useRef<File | undefined>(undefined);
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    latest.current = file;
    const text = await file.slice(0, TEXT_LENGTH_MAX + 1).text();
    if (latest.current !== file) return;
    change({ file: file.name.slice(0, NAME_MAX), text });
    show();
  };
  return (
    <div class="c-tools">
      <input
        type="text"
        class="mono"
        aria-label="Name of the file"
        autoComplete="off"
        spellcheck={false}
        size={16}
        value={visibleText(form.file)}
        onInput={({ currentTarget }) => change({ file: currentTarget.value })}
      />
      <Examples
        take={({ name, text }) => {
          latest.current = undefined;
          change({ file: name, text, entry: "", harness: "", shim: "" });
          show();
        }}
      />
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
