/** A booted host of 1 GiB at 4 GiB with a kernel on it, and an environment that follows a script. */
import {
  Kernel,
  type Memory,
  type PlacementName,
  type PlacementOptions,
  type PlacementWay,
  PTRS_PER_PMD,
  placementNamed,
  readSystemInfo,
  type SystemInfo,
} from "../../../src/kernel/index.js";
import { AddressSpace, type Environment, type Program, run, Words } from "../../../src/machine/index.js";
import { boot, simpleHost, TdxModule } from "../../../src/module/index.js";

const PLATFORM = { maxPa: 46, keyidBits: 6, privateHkidMin: 32, privateHkidMax: 63, cmrs: [[0, 2 ** 34]] } as const;

/** First 2 MiB region of the host. */
export const FIRST_REGION = 4 * PTRS_PER_PMD;
/** Two regions that programs fight over, and one that is never a target. */
export const X = FIRST_REGION + 16;
export const Y = FIRST_REGION + 17;
export const NEUTRAL = FIRST_REGION + 64;

export interface KernelSettings extends Partial<PlacementOptions> {
  readonly placement?: PlacementName;
  /** In place of those that have names. */
  readonly way?: PlacementWay;
  readonly dynamicPamt?: boolean;
  readonly memory?: Partial<Memory>;
  readonly systemInfo?: Partial<SystemInfo>;
  /** Allocations that may fail. */
  readonly failures?: number;
}

export function testKernel(settings: KernelSettings = {}): Kernel {
  const {
    dynamicPamt = true,
    placement = "first-fit",
    lateChoice = true,
    unorderedPairs = true,
    sharedFrames = false,
  } = settings;
  const words = new Words();
  const space = new AddressSpace();
  const tdx = new TdxModule(words, space, PLATFORM, { keepLeftovers: false });
  boot(tdx, simpleHost(4, 1, dynamicPamt));
  const firstPfn = FIRST_REGION * PTRS_PER_PMD;
  const memory = {
    firstPfn,
    endPfn: firstPfn + PTRS_PER_PMD * PTRS_PER_PMD,
    contended: [X, Y],
    neutral: NEUTRAL,
    chunks: [NEUTRAL + 1, NEUTRAL + 2],
    ...settings.memory,
  };
  const systemInfo = { ...readSystemInfo(words, tdx, dynamicPamt), ...settings.systemInfo };
  const kernel = new Kernel(words, space, tdx, systemInfo, memory, {
    placement: settings.way ?? placementNamed(placement, { lateChoice, unorderedPairs, sharedFrames }),
  });
  words.write(kernel.failureBudget, settings.failures ?? 0);
  return kernel;
}

export interface ToldEvent {
  readonly code: number;
  readonly detail: number;
  readonly extra: number;
}

/** Gives choices from a script, then the first alternative; notes events and what was asked. */
export class Script implements Environment {
  readonly events: ToldEvent[] = [];
  readonly asked: { readonly label: string; readonly alternatives: number; readonly from: number }[] = [];
  private readonly left: number[];

  constructor(choices: readonly number[] = []) {
    this.left = [...choices];
  }

  choose(label: string, alternatives: number, from: number): number {
    this.asked.push({ label, alternatives, from });
    return this.left.shift() ?? from;
  }

  event(code: number, detail: number, extra: number): void {
    this.events.push({ code, detail, extra });
  }

  /** Details of the events with this code. */
  told(code: number): number[] {
    return this.events.filter((event) => event.code === code).map(({ detail }) => detail);
  }
}

/** Runs a program that returns something else than a number, alone. */
export function perform<R>(kernel: Kernel, program: Program<R>, environment: Environment = new Script()): R {
  let result: { readonly value: R } | undefined;
  function* wrapped(): Program {
    result = { value: yield* program };
    return 0;
  }
  run(kernel.words, wrapped(), environment);
  if (result === undefined) throw new Error("the program did not end");
  return result.value;
}
