/**
 * Two equal hosts: the same calls are made on one by the run driver and on the other in direct form, and whatever can
 * be told apart is compared after each. Both are taken from the package as built, where the direct form is; the types
 * are those of the sources.
 */
import { expect } from "vitest";
import type { Registers } from "../../../src/abi/index.js";
import type * as host from "../../../src/conform/host.js";
import type * as observe from "../../../src/conform/observe.js";
import type * as sources from "../../../src/index.js";
import type { Words } from "../../../src/machine/index.js";
import type { HostConfig, ModuleOptions, Platform, TdxModule } from "../../../src/module/index.js";

const built = (path: string): string => new URL(`../../../.build/${path}`, import.meta.url).href;

export const { abi, machine, module, direct, conform }: typeof sources = await import(built("index.js"));
export const { takeLock, releaseLock, writeMemory }: typeof host = await import(built("conform/host.js"));
export const { HostObserver }: typeof observe = await import(built("conform/observe.js"));

export interface TwinOptions extends ModuleOptions {
  readonly journaled: boolean;
}

/** One of the two. */
export class Twin {
  readonly words: Words;
  readonly module: TdxModule;
  /** What its module told since last asked. */
  private told: number[] = [];
  private readonly environment = {
    choose: (_label: string, _alternatives: number, from: number): number => from,
    event: (code: number, detail: number, extra: number): void => void this.told.push(code, detail, extra),
  };
  private mark = 0;

  constructor(
    private readonly form: "stepped" | "direct",
    platform: Platform,
    private readonly options: TwinOptions,
  ) {
    this.words = new machine.Words(options.journaled);
    this.module = new module.TdxModule(this.words, new machine.AddressSpace(), platform, options);
  }

  call(registers: Registers): number {
    return this.form === "direct"
      ? direct.seamcall(this.module, registers, this.environment)
      : machine.run(this.words, this.module.seamcall(registers), this.environment);
  }

  boot(config: HostConfig): void {
    module.bootWith(this.module, config, (registers) => this.call(registers));
  }

  /** Events and writes since the last look, in their order, and the fingerprint. */
  look(): number[] {
    const { words, told } = this;
    this.told = [];
    if (!this.options.journaled) return told;
    words.forEachWrite(this.mark, (address, old, mask) => told.push(address, old, words.read(address), mask));
    this.mark = words.mark();
    told.push(words.fingerprintLow, words.fingerprintHigh);
    return told;
  }

  /** All words there are, by page. */
  contents(): readonly (Int32Array | undefined)[] {
    return (this.words as unknown as { readonly pages: readonly (Int32Array | undefined)[] }).pages;
  }
}

export class Twins {
  readonly stepped: Twin;
  readonly direct: Twin;

  constructor(platform: Platform, options: TwinOptions) {
    this.stepped = new Twin("stepped", platform, options);
    this.direct = new Twin("direct", platform, options);
  }

  get both(): readonly [Twin, Twin] {
    return [this.stepped, this.direct];
  }

  /** Makes one call on each and compares what it returns, writes and tells. @returns the status */
  call(registers: Registers): number {
    const other = registers.copy();
    const outcomes = [this.attempt(this.stepped, registers), this.attempt(this.direct, other)];
    if (outcomes[0] !== outcomes[1] || registers.key() !== other.key()) {
      expect([outcomes[1], other.key()]).toEqual([outcomes[0], registers.key()]);
    }
    this.compareLooks();
    return typeof outcomes[0] === "number" ? outcomes[0] : -1;
  }

  /** Compares events and writes since the last time. */
  compareLooks(): void {
    expectSame(this.direct.look(), this.stepped.look());
  }

  compareWords(): void {
    const stepped = this.stepped.contents();
    const direct = this.direct.contents();
    expect(direct.length).toBe(stepped.length);
    for (const [i, page] of direct.entries()) expectSame(page ?? [], stepped[i] ?? []);
  }

  /** The status, or what was thrown: words that no call would write can lead there. */
  private attempt(twin: Twin, registers: Registers): number | string {
    try {
      return twin.call(registers);
    } catch (error) {
      return String(error);
    }
  }
}

/** As `expect(got).toEqual(expected)`, which takes long for lists of numbers. */
function expectSame(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  let differ = got.length !== expected.length;
  for (let i = 0; i < got.length && !differ; i++) differ = got[i] !== expected[i];
  if (differ) expect(Array.from(got)).toEqual(Array.from(expected));
}
