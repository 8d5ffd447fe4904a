/** The form: what to check, and how far. */
import { reductions, requirements, scenarios, searches, strategies } from "../../src/check/index.js";
import { flows } from "../../src/flows/index.js";
import { designs } from "../../src/helpers/index.js";
import { Checklist, Choice, NumberInput, Segments } from "./fields.js";
import { type Form, type Mode, type NumberField, usualCpus } from "./form.js";
import { PastedC } from "./pasted-c.js";

export interface SettingsProps {
  readonly form: Form;
  readonly set: (change: Partial<Form>) => void;
  readonly hasCompiler: boolean;
}

/** All settings. */
export function Settings({ form, set, hasCompiler }: SettingsProps) {
  const modes: [Mode, string][] = [
    ["check", "One design"],
    ["compare", "Compare"],
    ...(hasCompiler ? [["c", "Kernel C"] as [Mode, string]] : []),
  ];
  const setMode = (mode: Mode): void =>
    set({ mode, ...(form.cpus === usualCpus(form.mode) ? { cpus: usualCpus(mode) } : {}) });
  return (
    <>
      <Segments label="What to check" value={form.mode} options={modes} set={setMode} />
      {form.mode === "check" ? <OneDesign form={form} set={set} /> : null}
      {form.mode === "compare" ? (
        <Checklist label="Designs" items={designs} chosen={form.designs} set={(names) => set({ designs: names })} />
      ) : null}
      {form.mode === "c" ? <PastedC form={form} set={set} /> : null}
      <Explored form={form} set={set} />
      <BoundsFields form={form} set={set} />
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
      {form.withFlows ? (
        <FlowsFields form={form} set={set} />
      ) : (
        <Checklist
          label="Scenarios"
          items={scenarios}
          chosen={form.scenarios}
          set={(names) => set({ scenarios: names })}
        />
      )}
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
      <div class="field">
        <label class="name" for="flows">
          Flows beside each other
        </label>
        <input
          id="flows"
          type="text"
          autoComplete="off"
          spellcheck={false}
          value={form.flows}
          aria-describedby="flows-hint"
          onInput={({ currentTarget }) => set({ flows: currentTarget.value })}
        />
        <p class="hint" id="flows-hint">
          Up to four with + between, one on each CPU; several lists with commas; <code>all</code> is every pair.
        </p>
      </div>
      <Choice
        label="TDs"
        value={form.tds}
        options={[
          ["", "one and several, where they can"],
          ["one-td", "all flows in one TD"],
          ["tds", "each flow in a TD of its own"],
        ]}
        set={(tds) => set({ tds })}
      />
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

function BoundsFields({ form, set }: PartProps) {
  const field = (name: NumberField) => ({ value: form[name], set: (text: string) => set({ [name]: text }) });
  return (
    <fieldset class="bounds">
      <legend>Bounds</legend>
      <NumberInput label="CPUs" {...field("cpus")} disabled={form.withFlows} />
      <NumberInput label="Rounds" {...field("rounds")} disabled={form.withFlows} />
      <NumberInput label="Regions" {...field("regions")} />
      <NumberInput label="Failing allocations" {...field("allocFailures")} />
      <NumberInput label="Failing SEAMCALLs" {...field("seamcallFailures")} />
      <p class="hint">
        {form.withFlows
          ? "Each flow runs once on a CPU of its own, and pages lie anywhere that matters."
          : "CPUs, times each runs its program, 2 MiB regions they fight over, allocations and SEAMCALLs that may fail."}
      </p>
    </fieldset>
  );
}

function More({ form, set }: PartProps) {
  const field = (name: NumberField) => ({ value: form[name], set: (text: string) => set({ [name]: text }) });
  const isSampled = searches[form.strategy].samples === true;
  return (
    <details class="more">
      <summary>Memory, strategy, limits</summary>
      <Choice
        label="Memory"
        value={form.memory}
        options={[
          ["sc", "sequentially consistent"],
          ["tso", "store buffers of x86 (tso)"],
        ]}
        set={(memory) => set({ memory })}
      />
      <Choice
        label="Placement of pages"
        value={form.placement}
        disabled={form.withFlows}
        options={[
          ["adversarial", "anywhere that matters"],
          ["first-fit", "at the lowest free address"],
        ]}
        set={(placement) => set({ placement })}
      />
      <Choice
        label="Use of a page"
        value={form.use}
        disabled={form.withFlows}
        options={[
          ["rdmd", "TDH.PHYMEM.PAGE.RDMD"],
          ["wbinvd", "TDH.PHYMEM.PAGE.WBINVD"],
          ["none", "none"],
        ]}
        set={(use) => set({ use })}
      />
      <Choice
        label="Strategy"
        value={form.strategy}
        options={strategies.map((name) => [name, `${name}: ${searches[name].summary}`] as const)}
        set={(strategy) => set({ strategy })}
      />
      {isSampled ? <NumberInput label="Seed" {...field("seed")} /> : null}
      <div class="bounds limits">
        <NumberInput label="Most states" usual="none" {...field("maxStates")} />
        <NumberInput label="Most seconds" usual="none" {...field("maxSeconds")} />
        <NumberInput label="Seconds for each scenario" usual="none" {...field("maxSecondsEach")} />
        <NumberInput label="Most MB" usual="none" {...field("maxMemory")} />
      </div>
      <Checklist
        label="Reductions to switch off"
        items={Object.entries(reductions).map(([name, summary]) => ({ name, summary }))}
        chosen={form.noReduce}
        set={(noReduce) => set({ noReduce })}
      />
      <Checklist
        label="Requirements not to judge"
        items={requirements.map(({ id, title }) => ({ name: id, summary: title }))}
        chosen={form.ignore}
        set={(ignore) => set({ ignore })}
      />
    </details>
  );
}
