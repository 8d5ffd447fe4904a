/** Findings: what a code, a leaf, a line or a whole log says, each thing once, with all there is to say about it. */
import { Leaf, leafName, operandByName } from "../abi/index.js";
import { consequencesOf } from "./consequences.js";
import { type DesignAnswer, designAnswers } from "./explored-answers.js";
import { type LeafSeen, LINE_LENGTH_MAX, leafOf, registersIn, type StatusSeen, seenIn } from "./log-lines.js";
import { type Message, messages } from "./messages.js";
import { lockMeant, operandMeaning } from "./operand-meanings.js";
import { type StatusFacts, statusFacts } from "./status-facts.js";

/** Findings that are told apart; further ones in a log are counted. */
export const FINDINGS_MAX = 1000;

export interface Decoding {
  readonly leaf: LeafSeen | null;
  readonly status: StatusFacts | null;
  /** The status was given by its name alone: its detail is not known. */
  readonly isCode: boolean;
  /** A message of Linux without a status. */
  readonly message: Pick<Message, "id" | "title" | "means"> | null;
  /** What the operand is, and the lock that BUSY means. */
  readonly operandMeans: string | null;
  readonly lock: string | null;
  /** State of a Secure EPT entry that the call returned. */
  readonly septEntry: string | null;
  /** Registers that the log names, of the first line. */
  readonly registers: ReadonlyMap<string, bigint>;
  readonly lost: string;
  readonly todo: string;
  /** The model has this leaf; false also where there is no leaf. */
  readonly isModelled: boolean;
  /** What the explorations say; empty where they made no such call. */
  readonly designs: readonly DesignAnswer[];
  /** Designs that gave the code with other details, where none gave it with these. */
  readonly otherDetails: readonly string[];
  /** How often it was found, and in which line first, from 1. */
  readonly times: number;
  readonly line: number;
}

export interface Decoded {
  readonly findings: readonly Decoding[];
  /** Lines that had a finding beyond the most that are told apart. */
  readonly left: number;
  readonly lines: number;
}

const modelled: ReadonlySet<number> = new Set(Object.values(Leaf));

interface Place {
  readonly times: number;
  readonly line: number;
}

const ONCE: Place = { times: 1, line: 1 };

/** What there is to say about a leaf, a status, or both. */
export function findingOf(
  seen: {
    readonly leaf: LeafSeen | null;
    readonly status: bigint | null;
    readonly registers?: StatusSeen["registers"];
  },
  { isCode = false, place = ONCE }: { readonly isCode?: boolean; readonly place?: Place } = {},
): Decoding {
  const { leaf, status: value, registers = new Map<string, bigint>() } = seen;
  const facts = value === null ? null : statusFacts(value);
  const status = facts !== null && isCode ? { ...facts, operand: null, detailText: null } : facts;
  const name = leaf?.name ?? null;
  const isModelled = leaf !== null && modelled.has(leaf.number);
  const { lost, todo } = status === null ? { lost: "", todo: "" } : consequencesOf(name, status);
  const operand = status?.operand ?? null;
  return {
    leaf,
    status,
    isCode,
    message: null,
    operandMeans: operand === null ? null : operandMeaning(name, operand),
    lock: operand !== null && status?.name?.startsWith("TDX_OPERAND_BUSY") === true ? lockMeant(name, operand) : null,
    septEntry: septEntryOf(status, registers),
    registers,
    lost,
    todo,
    isModelled,
    ...modelOf(leaf, value, isCode, isModelled),
    ...place,
  };
}

/** What the explorations say of it. */
function modelOf(
  leaf: LeafSeen | null,
  status: bigint | null,
  isCode: boolean,
  isModelled: boolean,
): Pick<Decoding, "designs" | "otherDetails"> {
  const isAsked = status === null ? leaf !== null : statusFacts(status).origin === "module";
  if (!isAsked || (leaf !== null && !isModelled)) return { designs: [], otherDetails: [] };
  const query = { leaf: leaf?.number ?? null, status };
  const designs = designAnswers({ ...query, withDetail: !isCode });
  if (designs.some(({ met }) => met.length > 0)) return { designs, otherDetails: [] };
  const others = designAnswers({ ...query, withDetail: false }).filter(({ met }) => met.length > 0);
  return { designs, otherDetails: others.map(({ design }) => design) };
}

function messageFinding(message: Message, place: Place): Decoding {
  const number = message.leaf === undefined ? undefined : leafNumber(message.leaf);
  const leaf = number === undefined ? null : leafOf(BigInt(number));
  const { id, title, means, lost, todo } = message;
  return { ...findingOf({ leaf, status: null }, { place }), message: { id, title, means }, lost, todo };
}

function leafNumber(name: string): number | undefined {
  return Object.values(Leaf).find((number) => leafName(number) === name);
}

const septStates: ReadonlyMap<number, string> = new Map([
  [0, "free"],
  [1, "blocked"],
  [2, "pending"],
  [3, "pending and blocked"],
  [4, "mapped"],
  [5, "removed"],
  [0x84, "a table"],
  [0x81, "a table, blocked"],
]);

const SECURE_EPT_CLASS = 0x0b;

/** Calls on the Secure EPT return in RDX which entry stopped them: level in bits 2:0, state in bits 15:8. */
function septEntryOf(status: StatusFacts | null, registers: ReadonlyMap<string, bigint>): string | null {
  const returned = registers.get("RDX") ?? registers.get("level_state");
  if (status === null || returned === undefined || status.class !== SECURE_EPT_CLASS) return null;
  const state = Number((returned >> 8n) & 0xffn);
  return `level ${Number(returned & 7n)}, ${septStates.get(state) ?? `state 0x${state.toString(16)}`}`;
}

/** What is counted of a thing that may come again. */
interface Counted {
  readonly make: (place: Place, registers: ReadonlyMap<string, bigint>) => Decoding;
  registers: ReadonlyMap<string, bigint>;
  readonly line: number;
  times: number;
}

/** Lines behind an error that may still name its registers. */
const REGISTER_LINES = 2;

/** Decodes a log, however long and whoever wrote it. */
export function decodeLog(text: string): Decoded {
  const counted = new Map<string, Counted>();
  let left = 0;
  let number = 0;
  let last: { readonly entry: Counted; readonly line: number } | null = null;
  for (const line of linesOf(text)) {
    number++;
    const found = lookAt(line);
    if (found === null) {
      if (last !== null && number - last.line <= REGISTER_LINES && last.entry.times === 1)
        addRegisters(last.entry, line);
      continue;
    }
    const known = counted.get(found.key);
    if (known !== undefined) known.times++;
    else if (counted.size >= FINDINGS_MAX) left++;
    else counted.set(found.key, { make: found.make, registers: found.registers, line: number, times: 1 });
    const entry = counted.get(found.key);
    last = entry === undefined ? null : { entry, line: number };
  }
  const findings = [...counted.values()].map(({ make, registers, line, times }) => make({ line, times }, registers));
  return { findings, left, lines: number };
}

/** The lines of a text, one by one and cut where they are too long, so that a long log takes no more room. */
function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const stop = end < 0 ? text.length : end;
    yield text.slice(at, Math.min(stop, at + LINE_LENGTH_MAX));
    at = stop + 1;
  }
}

function addRegisters(entry: Counted, line: string): void {
  const more = registersIn(line);
  if (more.size > 0) entry.registers = new Map([...more, ...entry.registers]);
}

interface Look extends Pick<Counted, "make" | "registers"> {
  /** The same for what is the same. */
  readonly key: string;
}

function lookAt(line: string): Look | null {
  const seen = seenIn(line);
  if (seen !== null) {
    const { leaf, status, registers } = seen;
    return {
      key: `${leaf?.number ?? ""} ${leaf?.version ?? ""} ${status}`,
      registers,
      make: (place, all) => findingOf({ leaf, status, registers: all }, { place }),
    };
  }
  const message = messages.find(({ pattern }) => pattern.test(line));
  if (message === undefined) return null;
  return { key: message.id, registers: new Map(), make: (place) => messageFinding(message, place) };
}

/** The status with an operand by its name, e.g. of `TDX_OPERAND_BUSY | RCX`; undefined if there is no such operand. */
export function withOperand(code: bigint, operand: string): bigint | undefined {
  const id = /^\d{1,9}$/.test(operand) ? Number(operand) : operandByName(operand.toUpperCase());
  return id === undefined ? undefined : code | BigInt(id);
}
