/** Helpers in C to begin with: a list that is loaded when it is opened. */
import { useState } from "preact/hooks";

/** One of them, as `tools/site.mjs` writes them. */
interface Example {
  readonly name: string;
  readonly about: string;
  readonly text: string;
}

export function Examples({ take }: { readonly take: (example: Example) => void }) {
  const [examples, setExamples] = useState<readonly Example[]>([]);
  const [problem, setProblem] = useState<string>();
  const load = async (): Promise<void> => {
    if (examples.length > 0) return;
    try {
      const answer = await fetch(new URL("examples.json", document.baseURI));
      if (!answer.ok) throw new Error(`${answer.status}`);
      setExamples((await answer.json()) as readonly Example[]);
      setProblem(undefined);
    } catch {
      setProblem("the examples cannot be loaded");
    }
  };
  return (
    <details class="examples" onToggle={({ currentTarget }) => currentTarget.open && void load()}>
      <summary>Examples</summary>
      <ul>
        {examples.map((example) => (
          <li key={example.name}>
            <button
              type="button"
              class="plain"
              onClick={({ currentTarget }) => {
                take(example);
                const list = currentTarget.closest("details");
                if (list !== null) list.open = false;
              }}
            >
              <span class="mono">{example.name}</span>
            </button>{" "}
            <span class="muted">{example.about}</span>
          </li>
        ))}
        {problem === undefined ? null : <li role="alert">{problem}</li>}
      </ul>
    </details>
  );
}
