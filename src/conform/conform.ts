/**
 * Replays vectors on the model and says where it first differs from what was recorded.
 */
import {
  decodeStatus,
  FATAL,
  formatStatus,
  formatStatusHex,
  leafName,
  Register,
  Registers,
  registerNames,
  type Status,
} from "../abi/index.js";
import { run } from "../machine/index.js";
import { checkTable, explanations } from "./checks/index.js";
import { buildHost, ImpossibleOperation, releaseLock, takeLock, type VectorHost, writeMemory } from "./host.js";
import { HostObserver } from "./observe.js";
import { Probe } from "./probe.js";
import { type CallOp, type ItemState, parseVector, type Vector, type VectorOp, vectorLines } from "./vector.js";

/** The first difference of one vector. */
export interface Failure {
  /** Id of the vector. */
  readonly vector: string;
  readonly line: number;
  /** Index of the operation, from 0. */
  readonly op: number;
  /** Name of the call, or kind of the operation. */
  readonly operation: string;
  /** Register or watched item. */
  readonly item: string;
  readonly expected: string;
  readonly got: string;
}

/** How often each leaf returned each status. */
export type Coverage = Record<string, Record<string, number>>;

/** Which checks of the leaves calls ended at. */
export interface CheckCoverage {
  /** By leaf, all its checks in order: how many calls ended there. */
  readonly leaves: Record<string, Record<string, number>>;
  /** Calls that ended at no check of the table, or at more than one: leaf and status. The table is wrong there. */
  readonly unexplained: string[];
}

/** No check was reached yet. */
export function noChecks(): CheckCoverage {
  const leaves: Record<string, Record<string, number>> = {};
  for (const [leaf, checks] of checkTable) leaves[leaf] = Object.fromEntries(checks.map(({ name }) => [name, 0]));
  return { leaves, unexplained: [] };
}

/** Version of the module whose answers the model gives. */
export const MODELLED_VERSION = "1.5.25";

export interface ConformResult {
  readonly passed: number;
  readonly failed: number;
  /** Vectors that call a leaf which the model lacks, with no difference before that call. */
  readonly notJudged: number;
  /** By leaf that the model lacks: how many vectors end there. */
  readonly missing: ReadonlyMap<string, number>;
  /** By version of the module, those that are not the modelled one: how many vectors come from it. */
  readonly otherVersions: ReadonlyMap<string, number>;
  /** Of those that passed, vectors that were left at a leaf outside `leaves`. */
  readonly skipped: number;
  readonly failures: readonly Failure[];
  readonly coverage: Coverage;
  /** Undefined unless asked for. */
  readonly checks: CheckCoverage | undefined;
}

export interface ConformOptions {
  /** Name of the file, for error texts. */
  readonly file: string;
  /** Names of leaves, e.g. `TDH.PHYMEM.PAMT.ADD`: a vector is left before the first call of another. */
  readonly leaves?: ReadonlySet<string>;
  /** Whether to tell which checks were reached; every call is then watched, which takes longer. */
  readonly checks?: boolean;
}

/** What is counted besides failures. */
interface Tally {
  readonly coverage: Coverage;
  readonly checks: CheckCoverage | undefined;
}

/**
 * Replays every vector of a file of JSON lines.
 * @throws VectorError when a line is no vector
 */
export function conform(text: string, options: ConformOptions): ConformResult {
  const failures: Failure[] = [];
  const tally: Tally = { coverage: {}, checks: options.checks === true ? noChecks() : undefined };
  const counts = { passed: 0, left: 0, "not judged": 0 };
  const missing = new Map<string, number>();
  const otherVersions = new Map<string, number>();
  for (const { line, text: source } of vectorLines(text)) {
    const vector = parseVector(source, options.file, line);
    if (vector.module !== MODELLED_VERSION) countOne(otherVersions, vector.module);
    const outcome = replay(vector, line, options.leaves, tally);
    if ("lacks" in outcome) countOne(missing, outcome.lacks);
    if ("vector" in outcome) failures.push(outcome);
    else counts[outcome.is]++;
  }
  return {
    passed: counts.passed + counts.left,
    failed: failures.length,
    notJudged: counts["not judged"],
    missing,
    otherVersions,
    skipped: counts.left,
    failures,
    ...tally,
  };
}

function countOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** How the replay of a vector ended where it showed no difference. */
type Outcome = { readonly is: "passed" | "left" } | { readonly is: "not judged"; readonly lacks: string };

interface Difference {
  readonly item: string;
  readonly expected: string;
  readonly got: string;
}

/** Replays one vector. @returns its first difference, or how it ended without one */
function replay(
  vector: Vector,
  line: number,
  leaves: ReadonlySet<string> | undefined,
  tally: Tally,
): Failure | Outcome {
  const host = buildHost(vector.config, vector.boot);
  const observer = new HostObserver(host, vector.watch, vector.watchTd);
  if (vector.boot) observer.settle();
  for (const [index, step] of vector.ops.entries()) {
    if (step.kind === "call" && leaves !== undefined && !leaves.has(leafName(step.op.leaf) ?? ""))
      return { is: "left" };
    const lacks = step.kind === "call" ? leafThatIsMissing(step.op) : undefined;
    if (lacks !== undefined) return { is: "not judged", lacks };
    const difference =
      perform(host, step, tally) ?? (isObserved(step) ? compareDelta(step.op.delta, observer) : undefined);
    if (difference !== undefined) {
      const operation = step.kind === "call" ? (leafName(step.op.leaf) ?? step.op.call) : step.kind;
      return { vector: vector.id, line, op: index, operation, ...difference };
    }
  }
  return { is: "passed" };
}

/** A name as the specification writes those of leaves. A call of no leaf at all has another. */
const LEAF_NAME = /^TDH(?:\.[A-Z0-9]{1,20}){1,4}$/;

/** The leaf that a call is of, if the model lacks it. */
function leafThatIsMissing({ call, leaf }: CallOp): string | undefined {
  return leafName(leaf) === undefined && LEAF_NAME.test(call) ? call : undefined;
}

/** What the host does without the module was not followed by a look at the state. */
function isObserved(step: VectorOp): boolean {
  return step.kind === "call" || step.kind === "lock" || step.kind === "unlock";
}

function perform(host: VectorHost, step: VectorOp, tally: Tally): Difference | undefined {
  try {
    switch (step.kind) {
      case "call":
        return performCall(host, step.op, tally);
      case "lock":
        return compareStatus("rc", step.op.out.rc, takeLock(host, step.op));
      case "unlock":
        return compareStatus("rc", step.op.out.rc, releaseLock(host, step.op));
      case "mem":
        writeMemory(host, step.op);
        return undefined;
      case "irq":
        host.words.write(host.module.interrupt, step.op.irq);
        return undefined;
      case "note":
        return undefined;
    }
  } catch (error) {
    if (!(error instanceof ImpossibleOperation)) throw error;
    return { item: step.kind, expected: "possible", got: error.message };
  }
}

/** The registers with which a call begins. */
export function registersOf(op: CallOp): Registers {
  const registers = new Registers();
  for (const [i, name] of registerNames.entries()) registers.put(i, op.in[name] ?? 0n);
  registers.put(Register.Rax, BigInt(op.leaf) | (BigInt(op.version ?? 0) << 16n));
  return registers;
}

function performCall(host: VectorHost, op: CallOp, tally: Tally): Difference | undefined {
  const registers = registersOf(op);
  const before = registers.copy();
  const status = callAndCount(host, op.leaf, registers, before, tally);
  if ("fatal" in op.out) return compareText("rax", formatStatus(FATAL), formatStatus(status));
  const out = op.out;
  const wrong = compareStatus("rax", out.rax ?? 0n, status);
  if (wrong !== undefined) return wrong;
  for (const [i, name] of registerNames.entries()) {
    if (i === Register.Rax) continue;
    const difference = compareText(name, hex(out[name] ?? before.get(i)), hex(registers.get(i)));
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function callAndCount(
  host: VectorHost,
  number: number,
  registers: Registers,
  before: Registers,
  { coverage, checks }: Tally,
): Status {
  const program = host.module.seamcall(registers);
  const probe = checks === undefined ? undefined : new Probe(host.module, before);
  const status = run(host.words, probe === undefined ? program : probe.watch(program));
  const leaf = leafName(number) ?? `leaf ${number}`;
  const text = formatStatus(status);
  coverage[leaf] ??= {};
  coverage[leaf][text] = (coverage[leaf][text] ?? 0) + 1;
  if (checks === undefined || probe === undefined) return status;
  const reached = explanations(number, status, probe);
  const [only] = reached;
  if (only === undefined || reached.length > 1) {
    checks.unexplained.push(`${leaf}: ${text}${reached.map(({ check }) => `, ${check.name}`).join("")}`);
  } else {
    const counts = checks.leaves[only.leaf] as Record<string, number>;
    counts[only.check.name] = (counts[only.check.name] ?? 0) + 1;
  }
  return status;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function statusText(status: Status): string {
  return `${formatStatusHex(status)} (${formatStatus(status)})`;
}

function compareStatus(item: string, expected: bigint, got: Status): Difference | undefined {
  if (hex(expected) === formatStatusHex(got)) return undefined;
  return { item, expected: `${hex(expected)} (${formatStatus(decodeStatus(expected))})`, got: statusText(got) };
}

function compareText(item: string, expected: string, got: string): Difference | undefined {
  return expected === got ? undefined : { item, expected, got };
}

function canonical(state: ItemState | undefined): string {
  if (state === undefined) return "unchanged";
  if (state === null) return "none";
  const keys = Object.keys(state).sort();
  return keys.map((key) => `${key}=${JSON.stringify(state[key])}`).join(" ");
}

/**
 * What changed must be what was recorded. The recording also names an entry whose lock word alone
 * changed in bits that it does not show: sharers that failed while the lock was held exclusively.
 */
function compareDelta(expected: Record<string, ItemState> | undefined, observer: HostObserver): Difference | undefined {
  const got = observer.changes();
  for (const key of new Set([...Object.keys(expected ?? {}), ...Object.keys(got)])) {
    const recorded = expected?.[key];
    const state = got[key] === undefined && isHeldExclusively(recorded) ? observer.state(key) : got[key];
    const difference = compareText(key, canonical(recorded), canonical(state));
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isHeldExclusively(state: ItemState | undefined): boolean {
  return state != null && state.ex === 1 && state.hp === 1;
}
