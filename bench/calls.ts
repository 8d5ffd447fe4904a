/** How many calls of the module a second: the two forms of its programs make the same calls on equal hosts. */
import { Leaf, PAGES_PER_REGION, Register, Registers, type Status } from "../src/abi/index.js";
import { seamcall } from "../src/direct/index.js";
import { AddressSpace, run, Words } from "../src/machine/index.js";
import { boot, simpleHost, TdxModule, writeTdParams } from "../src/module/index.js";

/** `direct`: plain functions. `stepped`: generators, one operation at a time. */
export type Form = "direct" | "stepped";

/** Calls a second. */
export interface CallRates {
  /** PAMT.ADD and PAMT.REMOVE by turns. */
  readonly pairs: number;
  /** MEM.PAGE.AUG and MEM.PAGE.REMOVE by turns, of a TD that is initialised and not yet finalised. */
  readonly pages: number;
  /** PAGE.RDMD. */
  readonly reads: number;
  /** All by turns: a region gets its pair, a page of it goes to the TD and comes back, and the pair is taken away. */
  readonly rounds: number;
}

const GIB = 2 ** 30;
const REGION = 2 ** 21;
const PAGE = 4096;
const FIRST_GIB = 4;
const CALLS = 400_000;
const WARM_UP_CALLS = 20_000;

/** The region that gets and loses its pair, the one with the TD's pages, and one that never has a pair. */
const BARE = FIRST_GIB * GIB;
const USED = BARE + REGION;
const PAIRS = BARE + 2 * REGION;
const TD_PARAMS = 0x20000;
const HKID = 33;
const TDCX_PAGES = 6;

class Host {
  private readonly words = new Words(false);
  private readonly module: TdxModule;
  private readonly registers = new Registers();

  constructor(private readonly form: Form) {
    const cmrs = [[0, (FIRST_GIB + 1) * GIB]] as const;
    const platform = { maxPa: 52, keyidBits: 6, privateHkidMin: 32, privateHkidMax: 63, cmrs };
    this.module = new TdxModule(this.words, new AddressSpace(), platform);
    boot(this.module, simpleHost(FIRST_GIB, 1));
  }

  /** A call that must succeed. */
  call(leaf: Leaf, rcx: number, rdx: number, r8: number): void {
    const { registers } = this;
    registers.set(Register.Rax, leaf);
    registers.set(Register.Rcx, rcx);
    registers.set(Register.Rdx, rdx);
    registers.set(Register.R8, r8);
    const status: Status =
      this.form === "direct" ? seamcall(this.module, registers) : run(this.words, this.module.seamcall(registers));
    if (status !== 0) throw new Error(`leaf ${leaf} returned status ${status}`);
  }

  /** A TD whose first 2 MiB can be mapped in 4 KiB pages. @returns the next free page of the region */
  buildTd(): number {
    const tdr = USED;
    let free = tdr;
    const next = (): number => {
      free += PAGE;
      return free;
    };
    this.call(Leaf.PhymemPamtAdd, USED + 1, PAIRS, PAIRS + PAGE);
    this.call(Leaf.MngCreate, tdr, HKID, 0);
    this.call(Leaf.MngKeyConfig, tdr, 0, 0);
    for (let i = 0; i < TDCX_PAGES; i++) this.call(Leaf.MngAddcx, next(), tdr, 0);
    writeTdParams(this.module.memory, BigInt(TD_PARAMS));
    this.call(Leaf.MngInit, tdr, TD_PARAMS, 0);
    for (let level = 3; level >= 1; level--) this.call(Leaf.MemSeptAdd, level, tdr, next());
    return next();
  }
}

/** Makes so many calls, a few at a time, and says how many that is a second: after some that warm up. */
function rate(few: () => void, calls = 2): number {
  for (let i = 0; i < WARM_UP_CALLS; i += calls) few();
  const begin = performance.now();
  for (let i = 0; i < CALLS; i += calls) few();
  return (CALLS / (performance.now() - begin)) * 1000;
}

export function callRates(form: Form): CallRates {
  const host = new Host(form);
  const page = host.buildTd();
  const pairs = rate(() => {
    host.call(Leaf.PhymemPamtAdd, BARE + 1, PAIRS + 2 * PAGE, PAIRS + 3 * PAGE);
    host.call(Leaf.PhymemPamtRemove, BARE + 1, 0, 0);
  });
  const pages = rate(() => {
    host.call(Leaf.MemPageAug, 0, USED, page);
    host.call(Leaf.MemPageRemove, 0, USED, 0);
  });
  const reads = rate(() => {
    host.call(Leaf.PhymemPageRdmd, USED, 0, 0);
    host.call(Leaf.PhymemPageRdmd, page, 0, 0);
  });
  let used = 0;
  const rounds = rate(() => {
    used = (used + 1) % PAGES_PER_REGION;
    host.call(Leaf.PhymemPamtAdd, BARE + 1, PAIRS + 2 * PAGE, PAIRS + 3 * PAGE);
    host.call(Leaf.MemPageAug, 0, USED, BARE + used * PAGE);
    host.call(Leaf.MemPageRemove, 0, USED, 0);
    host.call(Leaf.PhymemPamtRemove, BARE + 1, 0, 0);
  }, 4);
  return { pairs, pages, reads, rounds };
}
