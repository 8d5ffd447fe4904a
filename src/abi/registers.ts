/**
 * The register file of a SEAMCALL.
 *
 * One buffer holds all registers, seen by name and as an array. From RDX on it is also an array of page addresses, as
 * the kernel passes a list of pages in `struct tdx_module_args`. Every indexed access is checked against the register
 * file. Registers are private to a processor.
 */

/** Position in the register file: the order of `struct tdx_module_args`, then RAX. */
export enum Register {
  Rcx = 0,
  Rdx = 1,
  R8 = 2,
  R9 = 3,
  R10 = 4,
  R11 = 5,
  R12 = 6,
  R13 = 7,
  R14 = 8,
  R15 = 9,
  Rbx = 10,
  Rdi = 11,
  Rsi = 12,
  Rax = 13,
}

/** Registers in the file. */
export const REGISTER_COUNT = 14;

/** Registers from RDX on that can carry page addresses: all but RCX and RAX. */
export const PAGE_ARRAY_LENGTH = REGISTER_COUNT - 2;

/** Names in the order of the file, lower case as in vectors and in kernel code. */
export const registerNames = [
  "rcx",
  "rdx",
  "r8",
  "r9",
  "r10",
  "r11",
  "r12",
  "r13",
  "r14",
  "r15",
  "rbx",
  "rdi",
  "rsi",
  "rax",
] as const;

export type RegisterName = (typeof registerNames)[number];

/** An index outside the register file, or outside the part of it that a view covers. */
export class RegisterRangeError extends RangeError {
  readonly code = "REGISTER_RANGE";
}

const TWO32 = 2 ** 32;

function refuse(index: number, length: number, what: string): never {
  throw new RegisterRangeError(
    `${what} ${index} is outside the register file, which has ${length} of them; a longer list does not fit one SEAMCALL`,
  );
}

/** The position of a register by name, or undefined when there is no such register. */
export function registerByName(name: string): Register | undefined {
  const index = (registerNames as readonly string[]).indexOf(name);
  return index < 0 ? undefined : index;
}

export class Registers {
  private readonly wide = new BigUint64Array(REGISTER_COUNT);
  /** The same buffer as 32-bit halves, the lower first: every platform of this project is little-endian. */
  private readonly halves = new Uint32Array(this.wide.buffer);

  /** The value of a register as it stands, an unsigned 64-bit integer. */
  get(register: Register): bigint {
    return this.wide[register] ?? refuse(register, REGISTER_COUNT, "register");
  }

  /** Sets a register; bits above 63 are dropped. */
  put(register: Register, value: bigint): void {
    if (!(register >= 0 && register < REGISTER_COUNT)) refuse(register, REGISTER_COUNT, "register");
    this.wide[register] = value;
  }

  /** Bits 31:0, unsigned. */
  low(register: Register): number {
    return this.halves[register * 2] ?? refuse(register, REGISTER_COUNT, "register");
  }

  /** Bits 63:32, unsigned. */
  high(register: Register): number {
    return this.halves[register * 2 + 1] ?? refuse(register, REGISTER_COUNT, "register");
  }

  /** The value as a number; exact below 2^53. */
  number(register: Register): number {
    return this.high(register) * TWO32 + this.low(register);
  }

  /** Sets a register to a non-negative integer below 2^53. */
  set(register: Register, value: number): void {
    this.setHalves(register, (value / TWO32) >>> 0, value >>> 0);
  }

  /** Sets a register from its halves; each is taken modulo 2^32. */
  setHalves(register: Register, high: number, low: number): void {
    const { halves } = this;
    if (!(register >= 0 && register * 2 < halves.length)) refuse(register, REGISTER_COUNT, "register");
    halves[register * 2] = low;
    halves[register * 2 + 1] = high;
  }

  /** Element `index` of the list of page addresses that starts in RDX. */
  page(index: number): number {
    return this.number(this.pageRegister(index));
  }

  /** Sets element `index` of the list of page addresses that starts in RDX; the address is below 2^53. */
  setPage(index: number, hpa: number): void {
    this.set(this.pageRegister(index), hpa);
  }

  private pageRegister(index: number): Register {
    if (!(index >= 0 && index < PAGE_ARRAY_LENGTH)) refuse(index, PAGE_ARRAY_LENGTH, "page");
    return Register.Rdx + index;
  }

  /** All registers to 0. */
  clear(): void {
    this.halves.fill(0);
  }

  copy(): Registers {
    const copy = new Registers();
    copy.halves.set(this.halves);
    return copy;
  }

  /** Takes over the contents of another register file. */
  load(from: { copy(): unknown }): void {
    if (!(from instanceof Registers)) throw new TypeError("registers can only be loaded from registers");
    this.halves.set(from.halves);
  }

  /** Contents as text, equal when and only when all registers are equal. */
  key(): string {
    return this.halves.join(",");
  }

  get rax(): bigint {
    return this.get(Register.Rax);
  }
  set rax(value: bigint) {
    this.put(Register.Rax, value);
  }
  get rcx(): bigint {
    return this.get(Register.Rcx);
  }
  set rcx(value: bigint) {
    this.put(Register.Rcx, value);
  }
  get rdx(): bigint {
    return this.get(Register.Rdx);
  }
  set rdx(value: bigint) {
    this.put(Register.Rdx, value);
  }
  get rbx(): bigint {
    return this.get(Register.Rbx);
  }
  set rbx(value: bigint) {
    this.put(Register.Rbx, value);
  }
  get rsi(): bigint {
    return this.get(Register.Rsi);
  }
  set rsi(value: bigint) {
    this.put(Register.Rsi, value);
  }
  get rdi(): bigint {
    return this.get(Register.Rdi);
  }
  set rdi(value: bigint) {
    this.put(Register.Rdi, value);
  }
  get r8(): bigint {
    return this.get(Register.R8);
  }
  set r8(value: bigint) {
    this.put(Register.R8, value);
  }
  get r9(): bigint {
    return this.get(Register.R9);
  }
  set r9(value: bigint) {
    this.put(Register.R9, value);
  }
  get r10(): bigint {
    return this.get(Register.R10);
  }
  set r10(value: bigint) {
    this.put(Register.R10, value);
  }
  get r11(): bigint {
    return this.get(Register.R11);
  }
  set r11(value: bigint) {
    this.put(Register.R11, value);
  }
  get r12(): bigint {
    return this.get(Register.R12);
  }
  set r12(value: bigint) {
    this.put(Register.R12, value);
  }
  get r13(): bigint {
    return this.get(Register.R13);
  }
  set r13(value: bigint) {
    this.put(Register.R13, value);
  }
  get r14(): bigint {
    return this.get(Register.R14);
  }
  set r14(value: bigint) {
    this.put(Register.R14, value);
  }
  get r15(): bigint {
    return this.get(Register.R15);
  }
  set r15(value: bigint) {
    this.put(Register.R15, value);
  }
}
