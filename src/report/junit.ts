/**
 * Results as JUnit XML, for servers that show test results: a suite for each scenario, in it a case for each requirement.
 *
 * Source: the XML schema of the Surefire plugin of Maven, which Jenkins, GitLab and others read.
 */
import type { Counterexample, RequirementResult, ScenarioResult } from "../check/index.js";
import { brokenForText, whyText } from "./headline.js";
import { cleaned, failuresOf, type SavedResult } from "./result.js";
import { raceText } from "./text-long.js";
import { boundsText, coverText, stopText } from "./words.js";

interface Case {
  readonly kind: "passed" | "failed" | "skipped";
  readonly xml: string;
}

/** The document. */
export function junitOf(given: SavedResult): string {
  const result = cleaned(given);
  const { scenarios } = result;
  // Each is shown once, where scenarios share a name.
  const places = failuresOf(result).map((failure) => ({
    failure,
    place: scenarios.find(({ name }) => name === failure.scenario),
  }));
  const suites = scenarios.map((scenario) => {
    const shown = places.filter(({ place }) => place === scenario).map(({ failure }) => failure);
    const cases = result.requirements.map((requirement) => {
      const race = shown.find((failure) => failure.requirement === requirement.id);
      return caseOf(result.subject.name, scenario, requirement, race);
    });
    return { scenario, cases };
  });
  const notRun = (result.notRun ?? []).map((name) => notRunCase(result.subject.name, name));
  const all = [...suites.flatMap(({ cases }) => cases), ...notRun];
  const name = `dpamt ${result.subject.name}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open("testsuites", { name, ...countsOf(all), time: result.statistics.seconds.toFixed(3) }),
    ...suites.flatMap(({ scenario, cases }) => [
      `  ${open("testsuite", { name: `${result.subject.name}: ${scenario.name}`, ...countsOf(cases), time: scenario.seconds.toFixed(3) })}`,
      ...cases.map(({ xml }) => xml),
      `    <system-out>${escapeXml([`${boundsText(scenario.bounds)}; ${coverText(scenario)}`, ...notesOf(result, scenario)].join("\n"))}</system-out>`,
      "  </testsuite>",
    ]),
    ...(notRun.length === 0
      ? []
      : [
          `  ${open("testsuite", { name: `${result.subject.name}: not run`, ...countsOf(notRun), time: "0.000" })}`,
          ...notRun.map(({ xml }) => xml),
          "  </testsuite>",
        ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function notesOf({ notes = [] }: SavedResult, { name }: ScenarioResult): string[] {
  return notes.filter(({ scenario }) => scenario === name).map(({ text }) => `note: ${text}`);
}

/** A scenario that was not begun. */
function notRunCase(subject: string, name: string): Case {
  const head = open("testcase", { name, classname: `${subject}.${name}`, time: "0.000" });
  const { kind, body } = skipped("not run, as the check ended before");
  return { kind, xml: `    ${head}${body}</testcase>` };
}

function countsOf(cases: readonly Case[]): Record<string, string> {
  const count = (kind: Case["kind"]): string => String(cases.filter((each) => each.kind === kind).length);
  return { tests: String(cases.length), failures: count("failed"), errors: "0", skipped: count("skipped") };
}

/**
 * One search judges all requirements of a scenario at once, so its time stands at the suite.
 *
 * @param race the failure to show in this scenario
 */
function caseOf(
  subject: string,
  scenario: ScenarioResult,
  requirement: RequirementResult,
  race: Counterexample | undefined,
): Case {
  const { kind, body } = outcomeOf(scenario, requirement, race);
  const name = `${requirement.id} ${requirement.title}`;
  const head = open("testcase", { name, classname: `${subject}.${scenario.name}`, time: "0.000" });
  return { kind, xml: `    ${head}${body}</testcase>` };
}

function outcomeOf(
  scenario: ScenarioResult,
  { id, verdict, message, scenario: where, violatedFor }: RequirementResult,
  race: Counterexample | undefined,
): { kind: Case["kind"]; body: string } {
  const isHere = where === scenario.name;
  if (scenario.broken.includes(id) || (verdict === "violated" && isHere)) {
    const what = race === undefined ? (message ?? "broken") : whyText(race);
    const said = isHere ? what : "broken in this scenario";
    const brokenFor = brokenForText({ violatedFor: scenario.wrongCaller === true ? "wrong-callers" : violatedFor });
    const text = brokenFor === undefined ? said : `${brokenFor}: ${said}`;
    const how = race === undefined ? text : `\n${raceText(race)}\n`;
    return { kind: "failed", body: `${open("failure", { message: text, type: id })}${escapeXml(how)}</failure>` };
  }
  if (verdict === "not-exercised") return skipped(`never checked: ${message ?? "nothing asked for it"}`);
  if ((verdict === "warning" && isHere) || scenario.ignored?.includes(id) === true) {
    const said = isHere ? (message ?? "") : "it would break in this scenario";
    return { kind: "passed", body: `<system-out>${escapeXml(`${verdict}: ${said}`)}</system-out>` };
  }
  if (scenario.verdict === "holds" || scenario.complete || verdict === "held") return { kind: "passed", body: "" };
  const why =
    scenario.stopped === null ? "paths end where something breaks" : (stopText[scenario.stopped] ?? "stopped");
  return skipped(`not decided: ${why}`);
}

function skipped(message: string): { kind: "skipped"; body: string } {
  return { kind: "skipped", body: `${open("skipped", { message })}</skipped>` };
}

function open(element: string, attributes: Readonly<Record<string, string>>): string {
  const list = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  return `<${element}${list.join("")}>`;
}

/** Text of an element or attribute; characters that XML 1.0 has no way to write are replaced. */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu, "\ufffd")
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}
