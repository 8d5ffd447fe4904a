/** What a user typed: a status, a leaf, both, or neither. */
import { publicLeafByName, publicLeafName } from "../abi/index.js";
import { type Decoding, findingOf, withOperand } from "./findings.js";
import { type LeafSeen, leafOf } from "./log-lines.js";
import { statusValueByName } from "./status-facts.js";

/** Leaf numbers and versions lie below; statuses of failed calls above. */
const RAX_OF_CALLS = 1n << 24n;
const U64 = 1n << 64n;

interface Typed {
  readonly leaf?: LeafSeen;
  readonly status?: bigint;
  readonly isCode?: boolean;
}

/** What one word says; null if it is no status and no leaf. */
function typedWord(word: string): Typed | null {
  if (/^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i.test(word)) {
    const value = BigInt(word);
    if (value >= U64) return null;
    return value < RAX_OF_CALLS ? { leaf: leafOf(value) } : { status: value };
  }
  const [code = "", operand] = word.split("|");
  const status = statusValueByName(code);
  if (status !== undefined) {
    if (operand === undefined) return { status, isCode: true };
    const whole = withOperand(status, operand);
    return whole === undefined ? null : { status: whole };
  }
  const leaf = publicLeafByName(word);
  return leaf === undefined || publicLeafName(leaf) === undefined ? null : { leaf: leafOf(BigInt(leaf)) };
}

/**
 * Decodes words such as `0x8000020000000001`, `TDX_OPERAND_BUSY | RCX`, `59`, `PAMT.REMOVE`, or a leaf and a status.
 *
 * @returns null if they are something else, such as a line of a log
 */
export function decodeWords(text: string): Decoding | null {
  const words = text
    .trim()
    .replace(/\s{0,9}\|\s{0,9}/g, "|")
    .split(/\s+/);
  if (words.length > 2) return null;
  const typed = words.map(typedWord);
  let leaf: LeafSeen | null = null;
  let status: Typed | null = null;
  for (const each of typed) {
    if (each === null) return null;
    if (each.leaf !== undefined && leaf === null) leaf = each.leaf;
    else if (each.status !== undefined && status === null) status = each;
    else return null;
  }
  return findingOf({ leaf, status: status?.status ?? null }, { isCode: status?.isCode === true });
}
