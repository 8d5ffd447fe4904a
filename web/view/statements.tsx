/** What each requirement says, to link to from wherever one is named. */
import type { RequirementResult } from "../../src/check/index.js";
import { statements } from "../../src/report/statements.js";
import { visibleText } from "../../src/report/visible.js";

export interface StatementsProps {
  readonly requirements: readonly Pick<RequirementResult, "id" | "title">[];
}

export function Statements({ requirements }: StatementsProps) {
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
