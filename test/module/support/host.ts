/** A small host for tests of the module: one TDMR from 4 GiB on, and calls by leaf. */
import { type Leaf, Register, Registers, type Status } from "../../../src/abi/index.js";
import { AddressSpace, run, Words } from "../../../src/machine/index.js";
import { boot, type HostConfig, type ModuleOptions, simpleHost, TdxModule } from "../../../src/module/index.js";

export const PAGE = 4096;
export const REGION = 2 ** 21;
export const GIB = 2 ** 30;
/** Regions of the host by name: A holds control pages, the others are free. */
export const A = 4 * GIB;
export const B = A + REGION;
export const C = A + 2 * REGION;
export const D = A + 3 * REGION;

export const platform = {
  maxPa: 46,
  keyidBits: 6,
  privateHkidMin: 32,
  privateHkidMax: 63,
  cmrs: [[0, 16 * GIB]] as const,
};

/** As R8 to R11: all bits set, no page. */
export const NULL_PA = -1;

export interface Inputs {
  readonly rcx?: number;
  readonly rdx?: number;
  readonly r8?: number;
  readonly r9?: number;
  readonly r10?: number;
  readonly r11?: number;
  readonly r12?: number;
  readonly r13?: number;
  readonly version?: number;
}

/** Registers for a call. */
export function registersFor(leaf: Leaf, inputs: Inputs): Registers {
  const registers = new Registers();
  registers.set(Register.Rax, leaf + (inputs.version ?? 0) * 0x10000);
  registers.set(Register.Rcx, inputs.rcx ?? 0);
  registers.set(Register.Rdx, inputs.rdx ?? 0);
  for (const [register, value] of [
    [Register.R8, inputs.r8],
    [Register.R9, inputs.r9],
    [Register.R10, inputs.r10],
    [Register.R11, inputs.r11],
  ] as const) {
    if (value === NULL_PA) registers.setHalves(register, 0xffffffff, 0xffffffff);
    else registers.set(register, value ?? 0);
  }
  registers.set(Register.R12, inputs.r12 ?? 0);
  registers.set(Register.R13, inputs.r13 ?? 0);
  return registers;
}

export class TestHost {
  readonly words: Words;
  readonly space = new AddressSpace();
  readonly module: TdxModule;
  /** Registers of the last call. */
  registers = new Registers();

  constructor(options: { journaled?: boolean; config?: HostConfig; dynamic?: boolean } & ModuleOptions = {}) {
    this.words = new Words(options.journaled ?? false);
    this.module = new TdxModule(this.words, this.space, platform, options);
    boot(this.module, options.config ?? simpleHost(4, 2, options.dynamic ?? true));
  }

  /** One call, alone on the machine. */
  call(leaf: Leaf, inputs: Inputs = {}): Status {
    this.registers = registersFor(leaf, inputs);
    return run(this.words, this.module.seamcall(this.registers));
  }

  /** A call that must succeed. */
  must(leaf: Leaf, inputs: Inputs = {}): void {
    const status = this.call(leaf, inputs);
    if (status !== 0) throw new Error(`leaf ${leaf} returned status ${status}`);
  }
}
