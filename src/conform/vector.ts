/**
 * Reads recorded vectors: one JSON object a line, each a host, a list of operations and what was
 * observed after each of them.
 */
import { z } from "zod";
import { registerNames } from "../abi/index.js";
import { VectorError } from "./vector-error.js";

const hex = z
  .string()
  .regex(/^0x[0-9a-f]{1,16}$/i, "is not a hexadecimal number of 1 to 16 digits such as 0x1000")
  .transform(BigInt);
const address = hex.refine((value) => value < 2n ** 52n, "is not a physical address below 2^52").transform(Number);
const bytes = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const range = z.tuple([bytes, bytes]);
const small = z.number().int();

const configSchema = z.strictObject({
  max_pa: z.number().int().min(33).max(52),
  keyid_bits: z.number().int().min(1).max(16),
  private_hkid_min: z.number().int().min(1),
  private_hkid_max: z.number().int().min(1),
  cmrs: z.array(range),
  dynamic_pamt: z.boolean(),
  global_hkid: z.number().int().nonnegative(),
  tdmrs: z.array(
    z.strictObject({
      base: bytes,
      size: bytes,
      pamt_1g: range,
      pamt_2m: range,
      pamt_4k: range,
      reserved: z.array(range),
    }),
  ),
});

const registersSchema = z.partialRecord(z.enum(registerNames), hex);

/** State of one watched item: names are those of the file; a value is compared as it stands. */
const itemSchema = z
  .record(z.string(), z.union([z.string(), z.number(), z.null(), z.tuple([z.string(), z.string()])]))
  .nullable();
const delta = z.record(z.string().regex(/^(1g|2m|4k|td):0x[0-9a-f]+$/), itemSchema).optional();
const note = z.string().optional();

const callSchema = z.strictObject({
  call: z.string(),
  leaf: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  version: z.number().int().min(0).max(255).optional(),
  in: registersSchema,
  out: z.union([
    z.strictObject({ fatal: z.literal(true), fatal_id: small.optional() }),
    registersSchema.refine((out) => out.rax !== undefined, "has no rax"),
  ]),
  delta,
  note,
});

const lockNames = ["1g", "2m", "4k", "opstate", "sept", "septe", "kot", "tdmr", "global"] as const;

const lockFields = {
  mode: z.enum(["sh", "ex"]),
  addr: address,
  guest: z.boolean().optional(),
  gpa: address.optional(),
  level: z.number().int().min(0).max(4).optional(),
  out: z.strictObject({ rc: hex }),
  delta,
  note,
};
const lockSchema = z.strictObject({ lock: z.enum(lockNames), ...lockFields });
const unlockSchema = z.strictObject({ unlock: z.enum(lockNames), ...lockFields });

const memorySchema = z.strictObject({ mem: address, qwords: z.record(hexKey(), hex), delta, note });
const irqSchema = z.strictObject({ irq: z.union([z.literal(0), z.literal(1)]), delta, note });
const noteSchema = z.strictObject({ note: z.string(), delta });

function hexKey() {
  return z.string().regex(/^0x[0-9a-f]+$/i, "is not a hexadecimal offset");
}

const kinds = {
  call: callSchema,
  lock: lockSchema,
  unlock: unlockSchema,
  mem: memorySchema,
  irq: irqSchema,
  note: noteSchema,
};
type Kind = keyof typeof kinds;

export type CallOp = z.output<typeof callSchema>;
export type LockOp = z.output<typeof lockSchema>;
export type UnlockOp = z.output<typeof unlockSchema>;
export type MemoryOp = z.output<typeof memorySchema>;
export type IrqOp = z.output<typeof irqSchema>;
export type NoteOp = z.output<typeof noteSchema>;
/** One operation, by kind. */
export type VectorOp =
  | { readonly kind: "call"; readonly op: CallOp }
  | { readonly kind: "lock"; readonly op: LockOp }
  | { readonly kind: "unlock"; readonly op: UnlockOp }
  | { readonly kind: "mem"; readonly op: MemoryOp }
  | { readonly kind: "irq"; readonly op: IrqOp }
  | { readonly kind: "note"; readonly op: NoteOp };

export type VectorConfig = z.output<typeof configSchema>;
export type ItemState = z.output<typeof itemSchema>;

const vectorSchema = z.strictObject({
  id: z.string().min(1),
  module: z.string(),
  config: configSchema,
  boot: z.boolean(),
  watch: z.array(address),
  watch_td: z.array(address),
  ops: z.array(z.record(z.string(), z.unknown())),
});

export interface Vector {
  readonly id: string;
  /** Version of the module that was observed. */
  readonly module: string;
  readonly config: VectorConfig;
  /** Whether the host is configured and initialised before the first operation. */
  readonly boot: boolean;
  /** Addresses of watched pages. */
  readonly watch: readonly number[];
  /** Addresses of watched TDRs. */
  readonly watchTd: readonly number[];
  readonly ops: readonly VectorOp[];
}

const ADVICE = "Compare with the format in the README beside the vectors, and copy the line again from its source";

/** The deepest first complaint of a zod error, in words. */
function complaint(error: z.ZodError): string {
  let issue = error.issues[0];
  const path = [...(issue?.path ?? [])];
  while (issue?.code === "invalid_union") {
    const branch: z.core.$ZodIssue | undefined = issue.errors.at(-1)?.[0];
    if (branch === undefined) break;
    path.push(...branch.path);
    issue = branch;
  }
  if (issue === undefined) return "is malformed";
  if (issue.code === "unrecognized_keys")
    return `${where(path)}has unknown ${issue.keys.map((k) => `"${k}"`).join(", ")}`;
  return `${where(path)}${/^(is|has) /.test(issue.message) ? issue.message : `is wrong (${issue.message})`}`;
}

function where(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : `"${path.map(String).join(".")}" `;
}

/**
 * Reads one line.
 * @throws VectorError with file, line and reason when it is no vector
 */
export function parseVector(text: string, file: string, line: number): Vector {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new VectorError(file, line, "the line is not JSON, perhaps cut off", ADVICE);
  }
  const parsed = vectorSchema.safeParse(json);
  if (!parsed.success) throw new VectorError(file, line, `the vector ${complaint(parsed.error)}`, ADVICE);
  const { watch_td: watchTd, ops, ...rest } = parsed.data;
  return { ...rest, watchTd, ops: ops.map((op, index) => parseOp(op, index, file, line)) };
}

function parseOp(op: Record<string, unknown>, index: number, file: string, line: number): VectorOp {
  const kind = (Object.keys(kinds) as Kind[]).find((key) => key in op);
  if (kind === undefined) {
    const keys = Object.keys(op).join(", ");
    throw new VectorError(file, line, `operation ${index} is of no known kind (it has: ${keys || "nothing"})`, ADVICE);
  }
  const parsed = kinds[kind].safeParse(op);
  if (!parsed.success)
    throw new VectorError(file, line, `operation ${index} (${kind}) ${complaint(parsed.error)}`, ADVICE);
  return { kind, op: parsed.data } as VectorOp;
}

/** A non-empty line of a file of vectors. */
export interface VectorLine {
  readonly line: number;
  readonly text: string;
}

/** The lines of a file that are not empty, with their numbers. */
export function vectorLines(text: string): VectorLine[] {
  return text
    .split("\n")
    .map((line, index) => ({ line: index + 1, text: line.trim() }))
    .filter((line) => line.text !== "");
}
