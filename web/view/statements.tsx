/** What each requirement says, to link to from wherever one is named. */
import type { RequirementResult } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";

export interface StatementsProps {
  readonly requirements: readonly Pick<RequirementResult, "id" | "title">[];
  /** What they say, by their ids. */
  readonly statements: Readonly<Record<string, string>>;
}

export function Statements({ requirements, statements }: StatementsProps) {
  return (
    <dl class="statements">
      {requirements.map(({ id, title }) => (
        <div key={id} id={id} class="statement" tabIndex={-1}>
          <dt>
            <b>{visibleText(id)}</b> {visibleText(title)}
          </dt>
          <dd>{Object.hasOwn(statements, id) ? statements[id] : ""}</dd>
        </div>
      ))}
    </dl>
  );
}
