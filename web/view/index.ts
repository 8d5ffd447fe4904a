/** The parts that the page and the HTML report are made of. */
import "./theme.css";
import "./tables.css";
import "./view.css";
import "./overview.css";
import "./lanes.css";
import "./panels.css";

export { Failures } from "./failures.js";
export { CoverageTable, Headline, RequirementTable, ScenarioTable } from "./results.js";
export { Statements } from "./statements.js";
export { CounterexampleView } from "./view.js";
export type { Brancher } from "./what-if.js";
