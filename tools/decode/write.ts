/** The explorations as a source file: two tables, one row for each exploration and for each answer. */
import { encodeStatus } from "../../src/abi/index.js";
import type { Explored, Met } from "./explore.js";

const NONE = "-";

function listed(items: readonly (string | number)[]): string {
  return items.length === 0 ? NONE : items.join(",");
}

function exploredRow({ design, scenario, bounds, wrongCaller, states, complete, broken, leaves }: Explored): string {
  const { cpus, rounds, regions, allocFailures } = bounds;
  const outcome = complete ? "complete" : "broken";
  return [
    design,
    scenario,
    [cpus, rounds, regions, allocFailures].join(","),
    wrongCaller ? "wrong" : "right",
    states,
    outcome,
    listed(broken),
    listed(leaves),
  ].join(" ");
}

/** One answer of one design, with all scenarios in which it was met. */
interface Row {
  readonly design: string;
  readonly best: Met;
  readonly bestScenario: string;
  readonly wrongCaller: boolean;
  readonly scenarios: readonly string[];
}

function keyOf(design: string, { leaf, status, fatal, flow, helper }: Met): string {
  return [design, leaf, status, fatal, flow, helper].join(" ");
}

/** Correct callers come first, then a way that can be walked again, then the one with fewer switches. */
function isBetter(one: Met, other: Met, isWrong: boolean, wasWrong: boolean): boolean {
  if (isWrong !== wasWrong) return wasWrong;
  if ((one.schedule === null) !== (other.schedule === null)) return one.schedule !== null;
  return one.switches < other.switches;
}

function rowsOf(explored: readonly Explored[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { design, scenario, wrongCaller, met } of explored) {
    for (const each of met) {
      const key = keyOf(design, each);
      const known = rows.get(key);
      const isBest = known === undefined || isBetter(each, known.best, wrongCaller, known.wrongCaller);
      rows.set(key, {
        design,
        best: isBest ? each : known.best,
        bestScenario: isBest ? scenario : known.bestScenario,
        wrongCaller: isBest ? wrongCaller : known.wrongCaller,
        scenarios: [...(known?.scenarios ?? []), scenario],
      });
    }
  }
  return [...rows.values()];
}

function answerRow({ design, best, bestScenario, scenarios }: Row): string {
  const { leaf, status, fatal = 0, flow, helper, switches, breaks, schedule } = best;
  return [
    design,
    leaf,
    status === null ? `fatal${fatal}` : `0x${encodeStatus(status).toString(16).padStart(16, "0")}`,
    flow,
    helper === "" ? NONE : helper,
    switches,
    breaks ?? NONE,
    schedule ?? NONE,
    listed([bestScenario, ...scenarios.filter((scenario) => scenario !== bestScenario)]),
  ].join(" ");
}

/** The rows of both tables. */
export function answerRows(explored: readonly Explored[]): { readonly explored: string[]; readonly answers: string[] } {
  return { explored: explored.map(exploredRow), answers: rowsOf(explored).map(answerRow) };
}

/** The text of `src/decode/answers.ts`. */
export function answersText(explored: readonly Explored[]): string {
  const rows = answerRows(explored);
  return `/**
 * Which SEAMCALLs answered what in the explorations of \`tools/decode/plan.ts\`. \`npm run answers\` writes this file;
 * \`explored-answers.ts\` reads it.
 */

/** Design, scenario, CPUs and rounds and regions and failing allocations, caller, states, outcome, broken, leaves. */
export const exploredTable = \`
${rows.explored.join("\n")}
\`;

/** Design, leaf, status, flow, helper, context switches, what it breaks, schedule, scenarios. */
export const answersTable = \`
${rows.answers.join("\n")}
\`;
`;
}
