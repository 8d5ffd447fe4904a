/**
 * Lines of logs that speak of SEAMCALLs: which leaf, which status, which registers. Lines may be of anybody, and of any
 * length.
 *
 * The forms are those of Linux's `virt/tdx` code and of KVM, past and present:
 *
 *     SEAMCALL (0x000000000000000f) failed: 0xc0000b0800000001
 *     SEAMCALL TDH_MEM_PAGE_REMOVE failed: 0x8000020000000092, entry 0x0, level_state 0x400
 *     TDH_PHYMEM_PAMT_REMOVE failed: 0x8000020000000001
 *     TDH.SYS.DISABLE failed: 0x8000020200000000
 *     TDH_VP_RD[VMCS.0x4402] failed 0xc000070000000000
 *     RCX 0x0000000000000000 RDX 0x0000000000000400 R08 0x0000000000000000
 */
import { leafAndVersion, publicLeafByName, publicLeafName } from "../abi/index.js";
import { statusFacts, statusValueByName } from "./status-facts.js";

/** Characters of a line that are read; what lies behind is not. */
export const LINE_LENGTH_MAX = 2000;

export interface LeafSeen {
  readonly number: number;
  /** Name as in the specification; null if no public module has that leaf. */
  readonly name: string | null;
  readonly version: number;
}

/** A status that a line states. */
export interface StatusSeen {
  readonly leaf: LeafSeen | null;
  readonly status: bigint;
  /** Registers or further values that the line names, in its order. */
  readonly registers: ReadonlyMap<string, bigint>;
}

const HEX = /0x([0-9a-f]{1,16})(?![0-9a-z_])/gi;
const LEAF_NAME = /\b(?:TDH[._][A-Z][A-Z0-9._]*|tdh_[a-z][a-z0-9_]*)/;
/** The number of a leaf as `seamcall_prerr()` prints it, and as older kernels did. */
const LEAF_NUMBER = /\bSEAMCALL\s{0,4}[([]\s{0,4}(?:op\s{0,2}|leaf\s{0,2})?(0x[0-9a-f]{1,16}|\d{1,5})\s{0,4}[)\]]/i;
const FAILED = /\bfail(?:ed|s|ure)?\b|\berr(?:or|no)?\b|\bstatus\b|\breturn(?:ed|s)?\b|\bret\b/i;
const SPEAKS_OF_TDX = /seamcall|\btd[hx][._ -]|\btdx\b|virt\/tdx|\btdh_/i;
const REGISTER =
  /\b(r(?:[a-d]x|[sd]i|bp|0?[89]|1[0-5])|entry|level_state|error_code|gpa)\b,?\s{0,4}[:=]?\s{0,4}(0x[0-9a-f]{1,16})(?![0-9a-z_])/gi;

/** A number of a leaf with its version, as RAX has it. */
export function leafOf(rax: bigint): LeafSeen {
  const { leaf, version } = leafAndVersion(rax);
  return { number: leaf, name: publicLeafName(leaf) ?? null, version };
}

function leafIn(line: string): LeafSeen | null {
  const numbered = LEAF_NUMBER.exec(line)?.[1];
  if (numbered !== undefined) return leafOf(BigInt(numbered));
  const name = LEAF_NAME.exec(line)?.[0];
  return name === undefined ? null : namedLeaf(name);
}

/** The longest leaf name that `name` begins with: functions are called `tdh_mng_init_failed` and the like. */
function namedLeaf(name: string): LeafSeen | null {
  const parts = name.split(/[._]/).filter((part) => part !== "");
  for (let count = Math.min(parts.length, 6); count > 1; count--) {
    const number = publicLeafByName(parts.slice(0, count).join("."));
    if (number !== undefined) return leafOf(BigInt(number));
  }
  return null;
}

/** Registers that a line names, the first of each name. R08 is R8. */
export function registersIn(line: string): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const [, name = "", value = "0x0"] of line.slice(0, LINE_LENGTH_MAX).matchAll(REGISTER)) {
    const key = /^r/i.test(name) ? name.toUpperCase().replace(/^R0/, "R") : name.toLowerCase();
    if (!found.has(key)) found.set(key, BigInt(value));
  }
  return found;
}

/** Whether a value has bits that only a status has: error or non-recoverable, in a class that exists. */
function looksLikeStatus(value: bigint): boolean {
  return value >> 62n !== 0n && statusFacts(value).className !== "unknown";
}

/** The value behind the word that announces it; else the first that can only be a status. */
function statusIn(line: string, hasLeaf: boolean): bigint | null {
  const failed = FAILED.exec(line);
  const behind = failed === null ? "" : line.slice(failed.index + failed[0].length);
  const announced =
    /^[^0-9a-z]{0,12}(?:with\s{1,4})?(?:status|error|err|code)?[^0-9a-z]{0,6}0x([0-9a-f]{1,16})(?![0-9a-z_])/i.exec(
      behind,
    );
  if (announced !== null && hasLeaf) return BigInt(`0x${announced[1]}`);
  const values = [...line.matchAll(HEX)].map(([, digits]) => BigInt(`0x${digits}`));
  const found = values.find(looksLikeStatus);
  return found ?? (announced === null ? null : BigInt(`0x${announced[1]}`));
}

/** What a line says of a SEAMCALL; null if it says nothing. */
export function seenIn(text: string): StatusSeen | null {
  const line = text.slice(0, LINE_LENGTH_MAX);
  if (!SPEAKS_OF_TDX.test(line)) return null;
  const leaf = leafIn(line);
  const isNews = leaf !== null || FAILED.test(line);
  const status = isNews ? (statusIn(line, leaf !== null || /seamcall/i.test(line)) ?? namedStatus(line)) : null;
  if (status === null) return null;
  return { leaf, status, registers: registersIn(line) };
}

/** A status that a line states by its name, e.g. `err: TDX_OPERAND_BUSY`. */
function namedStatus(line: string): bigint | null {
  const name = /\bTDX_[A-Z][A-Z0-9_]{2,60}\b/.exec(line)?.[0];
  return name === undefined ? null : (statusValueByName(name) ?? null);
}
