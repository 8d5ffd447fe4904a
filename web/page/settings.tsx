/** The form: what to check, and how far. */
import type { FormPart } from "../../src/check/index.js";
import { flows } from "../../src/flows/index.js";
import { designs } from "../../src/helpers/index.js";
import { Checklist, Choice, NumberInput, Segments, TextInput } from "./fields.js";
import { changed, changedMode, type Field, type Form, fieldsIn, type Mode } from "./form.js";

export interface SettingsProps {
  readonly form: Form;
  readonly set: (change: Partial<Form>) => void;
  readonly hasCompiler: boolean;
}

/** All settings. */
export function SettingsForm({ form, set, hasCompiler }: SettingsProps) {
  const modes: [Mode, string][] = [
    ["check", "One design"],
    ["compare", "Compare"],
    ...(hasCompiler ? [["c", "Kernel C"] as [Mode, string]] : []),
  ];
  return (
    <>
      <Segments label="What to check" value={form.mode} options={modes} set={(mode) => set(changedMode(form, mode))} />
      {form.mode === "check" ? <OneDesign form={form} set={set} /> : null}
      {form.mode === "compare" ? (
        <Checklist label="Designs" items={designs} chosen={form.designs} set={(names) => set({ designs: names })} />
      ) : null}
      {form.mode === "c" ? (
        <p class="hint">
          The C stands in the editor beside. It is sliced and compiled here, in this browser; nothing leaves it.
        </p>
      ) : null}
      <Explored form={form} set={set} />
      <Bounds form={form} set={set} />
      <More form={form} set={set} />
    </>
  );
}

type PartProps = Omit<SettingsProps, "hasCompiler">;

function OneDesign({ form, set }: PartProps) {
  const chosen = designs.find(({ name }) => name === form.design);
  return (
    <div class="design">
      <Choice
        label="Design"
        value={form.design}
        options={designs.map(({ name }) => [name, name])}
        set={(design) => set({ design })}
        {...(chosen === undefined ? {} : { hint: `${chosen.summary} (${chosen.origin})` })}
      />
    </div>
  );
}

/** The fields of a part of the form, as the table of options has them. */
function Fields({ part, form, set }: PartProps & { readonly part: FormPart }) {
  return (
    <>
      {fieldsIn(part, form).map((field) => (
        <OptionField key={field.name} {...field} set={set} />
      ))}
    </>
  );
}

function OptionField({ name, record, value, disabled, set }: Field & Pick<SettingsProps, "set">) {
  const { label, unsaid = "" } = record;
  const own = { label, ...(record.hint === undefined ? {} : { hint: record.hint }) };
  const change = (text: string): void => set(changed(name, text));
  if (typeof value !== "string") {
    const items = record.kind === "some" ? record.items : [];
    return <Checklist label={label} items={items} chosen={value} set={(names) => set(changed(name, names))} />;
  }
  if (record.kind === "texts") return <TextInput {...own} value={value} set={change} />;
  if (record.kind !== "one") {
    return <NumberInput {...own} value={value} set={change} unsaid={unsaid} disabled={disabled} />;
  }
  const alternatives = Object.entries(record.alternatives);
  const options = record.default === undefined ? [["", unsaid] as const, ...alternatives] : alternatives;
  return <Choice {...own} value={value} options={options} set={change} disabled={disabled} />;
}

function Explored({ form, set }: PartProps) {
  return (
    <>
      <Segments
        label="What runs on the CPUs"
        value={form.withFlows ? "flows" : "scenarios"}
        options={[
          ["scenarios", "Scenarios"],
          ["flows", "KVM's flows"],
        ]}
        set={(what) => set({ withFlows: what === "flows" })}
      />
      {form.withFlows ? <FlowsFields form={form} set={set} /> : <Fields part="scenarios" form={form} set={set} />}
    </>
  );
}

function FlowsFields({ form, set }: PartProps) {
  const append = (name: string): void => {
    const text = form.flows.trim();
    set({ flows: text === "" || /[+,]$/.test(text) ? `${text}${name}` : `${text}+${name}` });
  };
  return (
    <div class="flows">
      <Fields part="flows" form={form} set={set} />
      <details>
        <summary>Which flows there are</summary>
        <ul class="flow-list">
          {flows.map(({ name, summary, variant }) => (
            <li key={name}>
              <button type="button" class="plain mono" onClick={() => append(name)} aria-label={`add ${name}`}>
                + {name}
              </button>{" "}
              <span class="muted">
                {summary}
                {variant === true ? " (variant)" : ""}
              </span>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

function Bounds({ form, set }: PartProps) {
  return (
    <fieldset class="bounds">
      <legend>Bounds</legend>
      <Fields part="bounds" form={form} set={set} />
      <p class="hint">
        {form.withFlows
          ? "Each flow runs once on a CPU of its own, and pages lie anywhere that matters."
          : "CPUs, times each runs its program, 2 MiB regions they fight over, allocations and SEAMCALLs that may fail."}
      </p>
    </fieldset>
  );
}

function More({ form, set }: PartProps) {
  return (
    <details class="more">
      <summary>Memory, strategy, limits</summary>
      <Fields part="memory" form={form} set={set} />
      <Fields part="pages" form={form} set={set} />
      <Fields part="search" form={form} set={set} />
      <div class="bounds limits">
        <Fields part="limits" form={form} set={set} />
      </div>
      <Fields part="exceptions" form={form} set={set} />
    </details>
  );
}
