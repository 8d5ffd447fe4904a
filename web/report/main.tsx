/** Shows the result that an HTML report carries. */
import { render } from "preact";
import type { CheckResult } from "../../src/explore/index.js";
import { CounterexampleView } from "../view/view.js";

const text = document.getElementById("result")?.textContent ?? "null";
const result = JSON.parse(text) as CheckResult | null;
const place = document.getElementById("view");
if (place !== null && result?.counterexample) {
  render(<CounterexampleView counterexample={result.counterexample} />, place);
}
