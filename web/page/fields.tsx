/** The kinds of fields that the form is made of, each with its label. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Glossed } from "./glossed.js";

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
}

/** A field with its name above it and its hint below. @param children draws it, with the attributes that tie the three */
function Field({
  label,
  hint,
  children,
}: FieldProps & {
  readonly children: (ties: { readonly id: string; readonly "aria-describedby": string | undefined }) => JSX.Element;
}) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div class="field">
      <label class="name" for={id}>
        {label}
      </label>
      {children({ id, "aria-describedby": hint === undefined ? undefined : hintId })}
      <Hint id={hintId} hint={hint} />
    </div>
  );
}

/** A number, typed. What is wrong with it is said when the run is to begin. */
export function NumberInput({
  value,
  set,
  unsaid = "",
  disabled = false,
  ...field
}: FieldProps & {
  readonly value: string;
  readonly set: (value: string) => void;
  /** What is taken when it is empty, in words. */
  readonly unsaid?: string;
  readonly disabled?: boolean;
}) {
  return (
    <Field {...field}>
      {(ties) => (
        <input
          {...ties}
          type="text"
          inputMode="numeric"
          autoComplete="off"
          size={4}
          value={value}
          placeholder={unsaid}
          disabled={disabled}
          onInput={({ currentTarget }) => set(currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A text that is read when the run is to begin. */
export function TextInput({
  value,
  set,
  ...field
}: FieldProps & { readonly value: string; readonly set: (value: string) => void }) {
  return (
    <Field {...field}>
      {(ties) => (
        <input
          {...ties}
          type="text"
          autoComplete="off"
          spellcheck={false}
          value={value}
          onInput={({ currentTarget }) => set(currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** One of a few. */
export function Choice<T extends string>({
  value,
  options,
  set,
  disabled = false,
  ...field
}: FieldProps & {
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly set: (value: T) => void;
  readonly disabled?: boolean;
}) {
  return (
    <Field {...field}>
      {(ties) => (
        <select
          {...ties}
          value={value}
          disabled={disabled}
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
      )}
    </Field>
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
      {hint
        .split("`")
        .map((part, index) => (index % 2 === 0 ? <Glossed key={part} text={part} /> : <code key={part}>{part}</code>))}
    </p>
  );
}
