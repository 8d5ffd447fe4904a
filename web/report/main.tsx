/** Shows the result that an HTML report carries, its counterexample at the failure. */
import { render } from "preact";
import type { HtmlData } from "../../src/report/html.js";
import { visibleText } from "../../src/report/visible.js";
import { readFromTexts } from "../../src/report/words.js";
import { CoverageTable, Headline, RequirementTable, ScenarioTable, Statements } from "../view/index.js";
import { FailureSection, useFailure } from "./failure.js";
import "./report.css";

function Report({ data: { result, sources, statements } }: { readonly data: HtmlData }) {
  const { coverage = [], witnesses } = result;
  const [failure, show] = useFailure(result);
  const seen = witnesses.filter(({ times }) => times > 0);
  return (
    <main class="report">
      <h1>dpamt check</h1>
      <Headline result={result} failure={failure} />
      <FailureSection result={result} sources={sources} shown={failure} show={show} />
      {readFromTexts(result).map((text) => (
        <p class="muted" key={text}>
          {visibleText(text)}
        </p>
      ))}
      <h2>Requirements</h2>
      <RequirementTable result={result} />
      <h2>Scenarios</h2>
      <ScenarioTable result={result} />
      {seen.length === 0 ? null : <p class="seen">Seen: {seen.map(({ text }) => visibleText(text)).join("; ")}.</p>}
      {coverage.length === 0 ? null : (
        <>
          <h2>Coverage of C</h2>
          <CoverageTable lines={coverage} />
        </>
      )}
      <h2>What the requirements say</h2>
      <Statements requirements={result.requirements} statements={statements} />
    </main>
  );
}

const place = document.getElementById("report");
const text = document.getElementById("result")?.textContent;
if (place !== null && text) render(<Report data={JSON.parse(text) as HtmlData} />, place);
