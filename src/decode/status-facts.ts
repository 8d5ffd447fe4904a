/**
 * What a 64-bit SEAMCALL status says: name, class, bits, detail. Of an unknown code the bits and the class still speak.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "Function Completion Status"; Linux's
 * `arch/x86/include/asm/shared/tdx_errno.h` for the codes that Linux itself makes.
 */
import { furtherStatusTable, levelName, operandName, type StatusRow, statusTable } from "../abi/index.js";
import { meanings } from "./meanings.js";

/** Who gives a status its meaning. */
export type StatusOrigin = "module" | "linux" | "errno" | "unknown";

/** Whether a call succeeded, and what making it again would do. */
export type StatusOutcome = "success" | "recoverable" | "not-recoverable";

export interface StatusFacts {
  /** 16 hexadecimal digits behind `0x`. */
  readonly value: string;
  /** As kernel developers write it, e.g. `TDX_OPERAND_BUSY`; null if nobody knows it. */
  readonly name: string | null;
  readonly origin: StatusOrigin;
  readonly outcome: StatusOutcome;
  /** Bits 63 to 60. */
  readonly bits: {
    readonly error: boolean;
    readonly nonRecoverable: boolean;
    readonly fatal: boolean;
    readonly hostRecoverability: boolean;
  };
  /** Bits 47:40, their name, and the number in the class, bits 39:32. */
  readonly class: number;
  readonly className: string;
  readonly numberInClass: number;
  /** Bits 31:0. */
  readonly detail: number;
  /** The operand that the detail names, e.g. `RCX`; null if it names none. */
  readonly operand: string | null;
  /** What the detail says, in words; null if it says nothing. */
  readonly detailText: string | null;
  /** One clause. */
  readonly means: string;
}

const U64 = 1n << 64n;
/** Class of codes that no module makes: Linux takes it for its own. */
const LINUX_CLASS = 0xff;
const ERROR = 0x80000000;
const NON_RECOVERABLE = 0x40000000;
const FATAL = 0x20000000;
const HOST_RECOVERABILITY = 0x10000000;
/** Linux's error numbers, negated, are the last so many values. */
const ERRNO_LAST = 4095n;

const classes: ReadonlyMap<number, string> = new Map([
  [0x00, "general, and exits of a TD"],
  [0x01, "operands"],
  [0x02, "busy: locks and resources"],
  [0x03, "PAMT: metadata of physical pages"],
  [0x04, "pages of a TD"],
  [0x05, "the module as a whole"],
  [0x06, "the TD"],
  [0x07, "the vCPU"],
  [0x08, "keys and caches"],
  [0x09, "the platform: CPUID, MSRs, BIOS"],
  [0x0a, "TDMRs and PAMT areas"],
  [0x0b, "Secure EPT"],
  [0x0c, "metadata fields"],
  [0x0d, "service TDs"],
  [0x0e, "migration"],
  [0x0f, "TDX Connect: devices"],
  [0x10, "reports"],
  [0x11, "nested VMs"],
  [LINUX_CLASS, "Linux's own codes"],
]);

const rows: ReadonlyMap<number, StatusRow> = new Map(
  [...statusTable, ...furtherStatusTable].map((row) => [row.upper, row]),
);
const uppers: ReadonlyMap<string, number> = new Map([...rows.values()].map(({ name, upper }) => [name, upper]));

/** Codes that Linux makes itself: the status of a SEAMCALL that never reached the module. */
const linuxCodes: ReadonlyMap<bigint, readonly [name: string, means: string]> = new Map([
  [
    0x8000ff00ffff0000n,
    ["TDX_SEAMCALL_VMFAILINVALID", "SEAMCALL failed at once: no TDX module is loaded, or it is disabled"],
  ],
  [0x8000ff000000000dn, ["TDX_SEAMCALL_GP", "SEAMCALL raised #GP: the BIOS has not enabled TDX on this processor"]],
  [0x8000ff0000000006n, ["TDX_SEAMCALL_UD", "SEAMCALL raised #UD: this processor is not in VMX operation"]],
  [
    0x8000ff0000000000n,
    ["TDX_SW_ERROR", "Linux found the fault itself; the module was not asked, or its answer did not fit"],
  ],
]);

const errnos: ReadonlyMap<bigint, string> = new Map([
  [1n, "EPERM"],
  [4n, "EINTR"],
  [5n, "EIO"],
  [11n, "EAGAIN"],
  [12n, "ENOMEM"],
  [13n, "EACCES"],
  [14n, "EFAULT"],
  [16n, "EBUSY"],
  [19n, "ENODEV"],
  [22n, "EINVAL"],
  [28n, "ENOSPC"],
  [95n, "EOPNOTSUPP"],
]);

const opStates = [
  "uninitialised",
  "initialised",
  "runnable",
  "live export",
  "paused export",
  "after an export",
  "import of memory",
  "import of state",
  "after an import",
  "live import",
  "failed import",
];

/** A value as 16 hexadecimal digits. */
export function hex64(value: bigint): string {
  return `0x${value.toString(16).padStart(16, "0")}`;
}

/** The value of a code by its name, with or without `TDX_` and with `| OPERAND` or not taken; undefined if there is none. */
export function statusValueByName(name: string): bigint | undefined {
  const plain = name.toUpperCase();
  const linux = [...linuxCodes].find(([, [known]]) => known === plain || known === `TDX_${plain}`);
  if (linux !== undefined) return linux[0];
  const upper = uppers.get(plain) ?? uppers.get(plain.replace(/^TDX_/, ""));
  return upper === undefined ? undefined : BigInt(upper) << 32n;
}

/** @param value 0 to 2^64 - 1 @throws RangeError for others */
export function statusFacts(value: bigint): StatusFacts {
  if (value < 0n || value >= U64) throw new RangeError("a status has 64 bits");
  const upper = Number(value >> 32n);
  const detail = Number(value & 0xffffffffn);
  const classNumber = (upper >>> 8) & 0xff;
  const error = (upper & ERROR) >>> 0 !== 0;
  const nonRecoverable = (upper & NON_RECOVERABLE) !== 0;
  const { name, origin, means } = identify(value, upper);
  const said = origin === "module" ? detailOf(name ?? "", classNumber, detail) : NO_DETAIL;
  return {
    value: hex64(value),
    name,
    origin,
    outcome:
      nonRecoverable || origin === "errno" || origin === "linux"
        ? "not-recoverable"
        : error
          ? "recoverable"
          : "success",
    bits: {
      error,
      nonRecoverable,
      fatal: (upper & FATAL) !== 0,
      hostRecoverability: (upper & HOST_RECOVERABILITY) !== 0,
    },
    class: classNumber,
    className: classes.get(classNumber) ?? "unknown",
    numberInClass: upper & 0xff,
    detail,
    ...said,
    means,
  };
}

function identify(value: bigint, upper: number): Pick<StatusFacts, "name" | "origin" | "means"> {
  const linux = linuxCodes.get(value);
  if (linux !== undefined) return { name: linux[0], origin: "linux", means: linux[1] };
  const errno = U64 - value;
  if (errno <= ERRNO_LAST) {
    const name = errnos.get(errno);
    return {
      name: name === undefined ? null : `-${name}`,
      origin: "errno",
      means: `no status of the module: Linux's error number -${errno}${name === undefined ? "" : `, -${name}`}`,
    };
  }
  const row = rows.get(upper);
  if (row !== undefined) return { name: `TDX_${row.name}`, origin: "module", means: meanings[row.name] ?? "" };
  if (((upper >>> 8) & 0xff) === LINUX_CLASS && (upper & ERROR) !== 0) {
    return {
      name: null,
      origin: "linux",
      means: "SEAMCALL failed before the module: Linux made this code (TDX_SW_ERROR)",
    };
  }
  return {
    name: null,
    origin: "unknown",
    means: "no public code of module 1.5 or 2.0; its bits and its class say what there is to know",
  };
}

type Detail = Pick<StatusFacts, "operand" | "detailText">;
const NO_DETAIL: Detail = { operand: null, detailText: null };

/** Codes of class 2 that name an operand: the others are about the module or the processor. */
const BUSY_OPERANDS: ReadonlySet<string> = new Set(["TDX_OPERAND_BUSY", "TDX_OPERAND_BUSY_HOST_PRIORITY"]);
/** Classes of which every code with a detail other than 0 names an operand. */
const NAMES_OPERAND: ReadonlySet<number> = new Set([0x03, 0x0b]);

/** What the detail of a code of the module says. */
function detailOf(name: string, classNumber: number, detail: number): Detail {
  const alone = (detailText: string): Detail => ({ operand: null, detailText });
  if (name === "TDX_OP_STATE_INCORRECT") return alone(`operation state ${detail}: ${opStates[detail] ?? "unknown"}`);
  if (name === "TDX_PAMT_PAGE_NOT_EMPTY") {
    const half = detail === 0 ? "first" : detail === 1 ? "second" : "unknown";
    return alone(`page ${detail} of the pair: entries of the ${half} half of the region`);
  }
  if (name === "TDX_INTERRUPTED_PAMT") return alone(`entry ${detail} of the list`);
  if (classNumber === 0x0a) return alone(tdmrDetail(name, detail));
  const isOperand = classNumber === 1 || BUSY_OPERANDS.has(name) || (detail !== 0 && NAMES_OPERAND.has(classNumber));
  if (isOperand) {
    const operand = operandName(detail);
    return operand === undefined ? alone(`operand ${detail}, which has no public name`) : { operand, detailText: null };
  }
  return detail === 0 ? NO_DETAIL : alone(`0x${detail.toString(16)}`);
}

/** The bytes of the detail of a status about TDMRs. */
function tdmrDetail(name: string, detail: number): string {
  const [tdmr, second, third] = [detail & 0xff, (detail >>> 8) & 0xff, (detail >>> 16) & 0xff];
  if (name.includes("RESERVED")) return `TDMR ${tdmr}, reserved area ${second}`;
  if (name === "TDX_PAMT_OVERLAP") return `TDMR ${tdmr}, ${levelName(second)} PAMT area, and TDMR ${third}`;
  if (name.includes("PAMT")) return `TDMR ${tdmr}, ${levelName(second)} PAMT area`;
  return `TDMR ${tdmr}`;
}
