/** What the explorer finds of programs in C. */

import { EVENTS } from "../../../src/check/setup.js";
import type { CellTable } from "../../../src/clang/interpret/memory.js";
import type { CProgram } from "../../../src/clang/interpret/program.js";
import { BUFFER_WORDS, type MemoryModelName, raceWith, restsAtPlain, systemOf } from "../../../src/explore/index.js";
import { KernelEvent, type PlacementName } from "../../../src/kernel/index.js";
import { StepsChanged } from "../../../src/machine/index.js";
import { exhaust, type Order } from "../../explore/support/bare-system.js";
import { CHost } from "./c-host.js";

/** Programs in C, one function for each CPU. */
export interface CPrograms {
  readonly program: CProgram;
  /** What is known of the memory of the program. */
  readonly table: CellTable;
  /** Equal names are equal programs. */
  readonly functions: readonly string[];
  /** Functions that run before anything is explored; absent: none. */
  readonly boot?: readonly string[];
  /** Where pages lie; absent: wherever it matters. */
  readonly placement?: PlacementName;
}

/** What programs can come to. */
export interface COutcomes {
  /** What variables hold and functions return at the end, as text. */
  readonly finals: ReadonlySet<string>;
  /** Events, such as misuses of memory and warnings. */
  readonly told: ReadonlySet<string>;
  /** What words are called on which two CPUs race. */
  readonly races: ReadonlySet<string>;
  /** CPUs can wait, or go round, for ever. */
  readonly endless: boolean;
}

export interface Variant {
  readonly memory: MemoryModelName;
  readonly order: Order;
  readonly protectedSteps: boolean;
  readonly shortCalls: boolean;
  readonly symmetry: boolean;
  readonly macroSteps: boolean;
}

const ALL = { protectedSteps: true, shortCalls: true, symmetry: true, macroSteps: true };

/** All searches with what they use unless told otherwise, under a memory model. */
export function usualVariants(memory: MemoryModelName): Variant[] {
  return (["depth", "breadth", "switches"] as const).map((order) => ({ memory, order, ...ALL }));
}

/** An event as text. */
export function eventText(code: number, detail: number): string {
  return `${KernelEvent[code]} ${detail}`;
}

/** Events behind which no path goes on: misuses of memory and pages, and calls that are taken never to end. */
const ENDS = [KernelEvent.MemoryMisused, KernelEvent.PageMisused, KernelEvent.Endless].map((code) => KernelEvent[code]);

/** Whether nothing goes on behind an event. */
export function endsPath(text: string): boolean {
  return ENDS.some((name) => text.startsWith(name));
}

/** The end of all programs as text: those that are equal may have changed places. */
export function finalText(functions: readonly string[], contents: string, results: readonly number[]): string {
  return `${contents} | ${functions.map((name, cpu) => `${name}:${results[cpu]}`).sort()}`;
}

/** Does `work` anew as long as steps change on the way: what was learned is in the table. */
export function untilKnown<R>(work: () => R): R {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof StepsChanged)) throw error;
    }
  }
}

/** A host on which nothing has happened. */
export function hostOf({ program, table, boot = [], placement = "adversarial" }: CPrograms): CHost {
  return new CHost(program, table, { boot, placement });
}

/** @throws CError where programs do what is not understood */
export function exploredC(programs: CPrograms, variant: Variant): COutcomes {
  return untilKnown(() => exploredOnce(programs, variant));
}

function exploredOnce(programs: CPrograms, variant: Variant): COutcomes {
  const { memory, order, macroSteps, symmetry, ...reductions } = variant;
  const { functions } = programs;
  const host = hostOf(programs);
  const { kernel, space } = host;
  const system = systemOf(
    functions.map((name) => ({ label: name, start: () => host.call(name) })),
    {
      words: kernel.words,
      isPrivate: host.isPrivate,
      isCommuting: (address) => host.isCommuting(address),
      ...(memory === "tso" ? { storeBuffers: space.reserve(BUFFER_WORDS, () => "store buffer") } : {}),
      ...EVENTS,
      recentAccesses: space.reserve(1, () => "recent accesses"),
      symmetry: symmetry && !host.numberedCpus,
      ...reductions,
    },
  );
  if (host.numberedCpus) for (const [cpu, own] of system.own.entries()) own.write(kernel.cpu.number, cpu);
  for (const own of system.own) own.forget();
  if (!macroSteps) system.goStepByStep();
  const finals = new Set<string>();
  const told = new Set<string>();
  const races = new Set<string>();
  system.observer = {
    onEvent: (_cpu, code, detail) => {
      const text = eventText(code, detail);
      told.add(text);
      if (endsPath(text)) system.violate("misuse", "memory is misused");
    },
    onState: () => {},
    onSpinLock: () => {},
  };
  const onState = (): void => {
    for (let cpu = 0; cpu < system.cpus; cpu++) {
      const race = restsAtPlain(system, cpu) ? raceWith(system, cpu) : null;
      if (race !== null) races.add(host.raceText(race.address));
    }
    if (system.unfinished().length > 0) return;
    const results = system.own.map((own) => own.read(host.result));
    finals.add(
      finalText(
        functions,
        host.contents((address) => system.shared.read(address)),
        results,
      ),
    );
  };
  const { found } = exhaust({ system, monitor: { onState, reset: () => {} } }, order);
  return { finals, told, races, endless: found.has("deadlock") || found.has("cycle") };
}
