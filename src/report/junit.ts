/**
 * Results as JUnit XML, for servers that show test results: a suite for each scenario, in it a case for each requirement.
 *
 * Source: the XML schema junit-10 of the xUnit plugin of Jenkins, and what GitLab reads (Unit test reports, JUnit XML
 * format specification).
 */
import { type TestCase, type TestGroup, testGroupsOf } from "./cases.js";
import { cleaned, type SavedResult } from "./result.js";
import { raceText } from "./text-long.js";

/** The document. */
export function junitOf(given: SavedResult): string {
  const { subject, statistics } = cleaned(given);
  const groups = testGroupsOf(given);
  const { skipped: _, ...counts } = countsOf(groups.flatMap(({ cases }) => cases));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open("testsuites", { name: `dpamt ${subject.name}`, ...counts, time: statistics.seconds.toFixed(3) }),
    ...groups.flatMap((group) => suiteOf(subject.name, group)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteOf(subject: string, { name, seconds, cases, notes }: TestGroup): string[] {
  const counts = countsOf(cases);
  return [
    `  ${open("testsuite", { name: `${subject}: ${name}`, ...counts, time: seconds.toFixed(3) })}`,
    ...cases.map((each) => `    ${caseOf(subject, each)}`),
    ...(notes.length === 0 ? [] : [`    ${element("system-out", {}, notes.join("\n"))}`]),
    "  </testsuite>",
  ];
}

/** How many there are of each kind. The schema gives the root no count of those that were skipped. */
function countsOf(cases: readonly TestCase[]) {
  const count = (kind: TestCase["kind"]): string => String(cases.filter((each) => each.kind === kind).length);
  return { tests: String(cases.length), failures: count("failed"), errors: "0", skipped: count("skipped") };
}

function caseOf(subject: string, given: TestCase): string {
  const { name, scenario, seconds } = given;
  const head = open("testcase", { name, classname: `${subject}.${scenario}`, time: seconds.toFixed(3) });
  return `${head}${bodyOf(given)}</testcase>`;
}

/** Jenkins shows the attribute `message`, GitLab what the element holds. */
function bodyOf({ kind, message = "", requirement = "", failure }: TestCase): string {
  if (kind === "skipped") return element("skipped", { message }, message);
  if (kind === "passed") return message === "" ? "" : element("system-out", {}, message);
  const how = failure === undefined ? message : `\n${message}\n\n${raceText(failure)}\n`;
  return element("failure", { message, type: requirement }, how);
}

function element(name: string, attributes: Readonly<Record<string, string>>, text: string): string {
  return `${open(name, attributes)}${escapeXml(text)}</${name}>`;
}

function open(name: string, attributes: Readonly<Record<string, string>>): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return `<${name}${list.join("")}>`;
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
