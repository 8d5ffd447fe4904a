/** What `dpamt conform` says of the vectors that it has replayed. */
import {
  ANY_LEAF,
  type CheckCoverage,
  type ConformResult,
  type Coverage,
  type Failure,
  MODELLED_VERSION,
  noChecks,
} from "../conform/index.js";
import { oneLine } from "../text/index.js";

export { conform } from "../conform/index.js";

export interface ConformFlags {
  readonly leaves?: readonly string[];
  readonly coverage?: boolean;
  readonly json?: boolean;
}

export interface FileResult extends ConformResult {
  readonly file: string;
}

/** Leaves that were asked for; undefined: all. */
type Only = ReadonlySet<string> | undefined;

type Counted = "passed" | "failed" | "skipped" | "notJudged";

function total(results: readonly FileResult[], key: Counted): number {
  return results.reduce((sum, result) => sum + result[key], 0);
}

/** The counts of all files by name, the names in order. */
function totals(results: readonly FileResult[], key: "missing" | "otherVersions"): [name: string, vectors: number][] {
  const all = new Map<string, number>();
  for (const { [key]: counts } of results) {
    for (const [name, vectors] of counts) all.set(name, (all.get(name) ?? 0) + vectors);
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}

function vectorsText(count: number): string {
  return `${count} ${count === 1 ? "vector" : "vectors"}`;
}

function coverageOf(results: readonly FileResult[]): Coverage {
  const all: Coverage = {};
  for (const { coverage } of results) {
    for (const [leaf, statuses] of Object.entries(coverage)) {
      const sums = all[leaf] ?? {};
      all[leaf] = sums;
      for (const [status, times] of Object.entries(statuses)) sums[status] = (sums[status] ?? 0) + times;
    }
  }
  return all;
}

function checksOf(results: readonly FileResult[]): CheckCoverage {
  const all = noChecks();
  for (const { checks } of results) {
    for (const [leaf, counts] of Object.entries(checks?.leaves ?? {})) {
      const sums = all.leaves[leaf] ?? {};
      for (const [name, times] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + times;
    }
    all.unexplained.push(...(checks?.unexplained ?? []));
  }
  return all;
}

interface LeafChecks {
  readonly leaf: string;
  readonly reached: number;
  readonly total: number;
  readonly checks: readonly { readonly name: string; readonly times: number }[];
}

/** All checks, leaf by leaf: of the leaves asked for, and of the way into all of them. */
function leafChecks({ leaves }: CheckCoverage, only: ReadonlySet<string> | undefined): LeafChecks[] {
  return Object.entries(leaves)
    .filter(([leaf]) => only === undefined || leaf === ANY_LEAF || only.has(leaf))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([leaf, counts]) => {
      const checks = Object.entries(counts).map(([name, times]) => ({ name, times }));
      return { leaf, reached: checks.filter(({ times }) => times > 0).length, total: checks.length, checks };
    });
}

function sum(leaves: readonly LeafChecks[], key: "reached" | "total"): number {
  return leaves.reduce((total, leaf) => total + leaf[key], 0);
}

export function asJson(results: readonly FileResult[], flags: ConformFlags, only: Only): string {
  const checks = checksOf(results);
  const leaves = leafChecks(checks, only);
  const { unexplained } = checks;
  const checkReport = { reached: sum(leaves, "reached"), total: sum(leaves, "total"), leaves, unexplained };
  return `${JSON.stringify({
    schema: "dpamt-conform-1",
    passed: total(results, "passed"),
    failed: total(results, "failed"),
    notJudged: total(results, "notJudged"),
    leftEarly: total(results, "skipped"),
    missing: totals(results, "missing").map(([leaf, vectors]) => ({ leaf, vectors })),
    otherVersions: totals(results, "otherVersions").map(([version, vectors]) => ({ version, vectors })),
    failures: results.flatMap(({ file, failures }) => failures.map((failure) => ({ file, ...failure }))),
    ...(flags.coverage === true ? { coverage: coverageOf(results), checks: checkReport } : {}),
  })}\n`;
}

function describe(file: string, failure: Failure): string {
  const { vector, line, op, operation, item, expected, got } = failure;
  return oneLine(
    `${file}:${line}: ${vector}, operation ${op} (${operation}): ${item} expected ${expected}, got ${got}`,
  );
}

/** What was reached: each leaf, its statuses, and the checks that no call ended at. */
function coverageLines(results: readonly FileResult[], only: Only): string[] {
  const coverage = coverageOf(results);
  const checks = checksOf(results);
  const leaves = leafChecks(checks, only);
  const lines: string[] = [];
  const addStatuses = (leaf: string): void => {
    for (const [status, times] of Object.entries(coverage[leaf] ?? {}).sort())
      lines.push(`  ${String(times).padStart(7)}  ${status}`);
  };
  for (const { leaf, reached, total: all, checks: counts } of leaves) {
    const name = leaf === ANY_LEAF ? `${leaf}, whatever the leaf` : leaf;
    lines.push(`${name}: reached ${reached} of ${all} checks`);
    addStatuses(leaf);
    for (const check of counts) if (check.times === 0) lines.push(`    never  ${check.name}`);
  }
  for (const leaf of Object.keys(coverage).filter((name) => checks.leaves[name] === undefined)) {
    lines.push(leaf);
    addStatuses(leaf);
  }
  for (const call of checks.unexplained) lines.push(`at no check of the table, or at several: ${call}`);
  lines.push(`reached ${sum(leaves, "reached")} of ${sum(leaves, "total")} checks`);
  return lines;
}

export function asText(results: readonly FileResult[], flags: ConformFlags, only: Only): string {
  const lines = results.flatMap(({ file, failures }) => failures.map((failure) => describe(file, failure)));
  if (flags.coverage === true) lines.push(...coverageLines(results, only));
  const left = total(results, "skipped");
  if (left > 0) lines.push(`${left} of those that passed were left at a leaf outside --leaves`);
  const others = totals(results, "otherVersions").map(
    ([version, vectors]) => `${vectorsText(vectors)} of version ${oneLine(version)}`,
  );
  if (others.length > 0) {
    lines.push(
      `recorded from other versions of the module than ${MODELLED_VERSION}, the model's: ${others.join(", ")}`,
    );
  }
  const missing = totals(results, "missing").map(([leaf, vectors]) => `${leaf} (${vectorsText(vectors)})`);
  if (missing.length > 0) lines.push(`not judged, as the model has no ${missing.join(", ")}`);
  lines.push(summaryOf(results));
  return `${lines.join("\n")}\n`;
}

function summaryOf(results: readonly FileResult[]): string {
  const open = total(results, "notJudged");
  const judged = `${total(results, "passed")} passed, ${total(results, "failed")} failed`;
  return open === 0 ? judged : `${judged}, ${open} not judged`;
}
