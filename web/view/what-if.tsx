/** What if another CPU went first at the current row: asked of the checker where there is one, else as a command. */
import { useEffect, useState } from "preact/hooks";
import type { Branch, Counterexample } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";

/** Lets a CPU go first after so many steps of a failure. Ends with an error whose message is for the user. */
export type Brancher = (after: number, cpu: number) => Promise<Branch>;

/** Where another path leaves the failure, and what became of it. */
export interface OtherWay {
  /** Row at which it was asked for, in words. */
  readonly from: string;
  readonly cpu: number;
  readonly branch: Branch | undefined;
  /** Why there is none. */
  readonly problem: string | undefined;
}

export interface WhatIfProps {
  readonly counterexample: Counterexample;
  /** Index of the first step of the current row: the steps before it stay. */
  readonly after: number;
  /** The row in words. */
  readonly row: string;
  readonly brancher: Brancher | undefined;
  /** The command that does it. */
  readonly commandOf: ((after: number, cpu: number) => string) | undefined;
  readonly show: (way: OtherWay | undefined) => void;
}

/** A button for each other CPU. */
export function WhatIf({ counterexample, after, row, brancher, commandOf, show }: WhatIfProps) {
  const { steps } = counterexample;
  const [chosen, choose] = useState<number>();
  useEffect(() => choose(undefined), [after]);
  const others = [...new Set(steps.map(({ cpu }) => cpu))].filter((cpu) => cpu !== steps[after]?.cpu).sort();
  if (others.length === 0 || (brancher === undefined && commandOf === undefined)) return null;
  const ask = (cpu: number): void => {
    choose(cpu);
    if (brancher === undefined) return;
    const way = { from: row, cpu, branch: undefined, problem: undefined };
    show(way);
    brancher(after, cpu).then(
      (branch) => show({ ...way, branch }),
      (error: unknown) => show({ ...way, problem: error instanceof Error ? error.message : String(error) }),
    );
  };
  const isCommand = brancher === undefined && commandOf !== undefined && chosen !== undefined;
  return (
    <div class="what-if">
      {others.map((cpu) => (
        <button key={cpu} type="button" class="as-link" onClick={() => ask(cpu)}>
          What if CPU{cpu} went first here?
        </button>
      ))}
      {isCommand ? <code class="what-if-command">{visibleText(commandOf(after, chosen))}</code> : null}
    </div>
  );
}
