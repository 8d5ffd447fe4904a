/** The kinds of fields that the form is made of, each with its label. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
}

/** A number, typed. What is wrong with it is said when the run is to begin. */
export function NumberInput({
  label,
  hint,
  value,
  set,
  unsaid = "",
  disabled = false,
}: FieldProps & {
  readonly value: string;
  readonly set: (value: string) => void;
  /** What is taken when it is empty, in words. */
  readonly unsaid?: string;
  readonly disabled?: boolean;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class="name" for={id}>
        {label}
      </label>
      <input
        id={id}
        type="text"
        inputMode="numeric"
        autoComplete="off"
        size={4}
        value={value}
        placeholder={unsaid}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={({ currentTarget }) => set(currentTarget.value)}
      />
      <Hint id={`${id}-hint`} hint={hint} />
    </div>
  );
}

/** A text that is read when the run is to begin. */
export function TextInput({
  label,
  hint,
  value,
  set,
}: FieldProps & { readonly value: string; readonly set: (value: string) => void }) {
  const id = useId();
  return (
    <div class="field">
      <label class="name" for={id}>
        {label}
      </label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        spellcheck={false}
        value={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={({ currentTarget }) => set(currentTarget.value)}
      />
      <Hint id={`${id}-hint`} hint={hint} />
    </div>
  );
}

/** One of a few. */
export function Choice<T extends string>({
  label,
  hint,
  value,
  options,
  set,
  disabled = false,
}: FieldProps & {
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly set: (value: T) => void;
  readonly disabled?: boolean;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class="name" for={id}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={({ currentTarget }) => {
          const found = options.find(([each]) => each === currentTarget.value);
          if (found !== undefined) set(found[0]);
        }}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
      <Hint id={`${id}-hint`} hint={hint} />
    </div>
  );
}

/** One of two or three, all in sight. */
export function Segments<T extends string>({
  label,
  value,
  options,
  set,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly set: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="unseen">{label}</legend>
      {options.map(([each, text]) => (
        <label key={each}>
          <input type="radio" name={name} checked={value === each} onChange={() => set(each)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

export interface ListItem {
  readonly name: string;
  readonly summary: string;
}

/** Any of a list, each with what it is. */
export function Checklist({
  label,
  items,
  chosen,
  set,
}: {
  readonly label: string;
  readonly items: readonly ListItem[];
  readonly chosen: readonly string[];
  readonly set: (chosen: readonly string[]) => void;
}) {
  const toggled = (name: string): readonly string[] =>
    items.map((item) => item.name).filter((each) => (each === name ? !chosen.includes(each) : chosen.includes(each)));
  return (
    <fieldset class="checklist">
      <legend>{label}</legend>
      {items.map(({ name, summary }) => (
        <label key={name}>
          <input type="checkbox" checked={chosen.includes(name)} onChange={() => set(toggled(name))} />
          <span>
            <code>{name}</code> <span class="muted">{summary}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Something in words below a field; what stands in backticks is code. */
function Hint({ id, hint }: { readonly id: string; readonly hint: string | undefined }): ComponentChildren {
  return hint === undefined ? null : (
    <p class="hint" id={id}>
      {hint.split("`").map((part, index) => (index % 2 === 0 ? part : <code key={part}>{part}</code>))}
    </p>
  );
}
