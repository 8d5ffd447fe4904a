/**
 * Two processors that go round loops of calls for ever, explored to the end: everything that their
 * calls can return, in any interleaving.
 */
import { formatStatus, Leaf, leafName, type Registers, type Status, TDX_SUCCESS } from "../../../src/abi/index.js";
import { DepthFirst, type Observer, systemOf } from "../../../src/explore/index.js";
import { become, call, event, type Program, write } from "../../../src/machine/index.js";
import { ModuleEvent } from "../../../src/module/index.js";
import { type Inputs, registersFor, TestHost } from "./host.js";

/** One call of a processor's loop. */
export interface Call {
  readonly leaf: Leaf;
  readonly inputs: Inputs;
}

export type Loop = readonly Call[];

/** What two processors do at the same time. */
export interface Overlap {
  /** What they find: done beforehand, with nobody else on the machine. */
  readonly prepare?: (host: TestHost) => void;
  readonly loops: readonly [Loop, Loop];
  /** The host writes to the pages that it gets back from PAMT.REMOVE. */
  readonly hostWrites?: boolean;
}

export interface ExploreOptions {
  /** Steps that the holder of a lock makes alone are no scheduling points (default). */
  readonly protectedSteps?: boolean;
  /** Freed entries keep their stale bits; default: they do not. */
  readonly keepLeftovers?: boolean;
}

/** Everything that can happen. */
export interface Explored {
  /** As text, sorted: processor, leaf and status, or processor and fatal cause or silent write. */
  readonly outcomes: readonly string[];
  /** What broke on the way other than the module's own shutdown; the search does not go on behind it. */
  readonly unexpected: readonly string[];
  readonly states: number;
}

/** Told when a call returns. Detail: its leaf. Extra: its status. Above the module's own codes. */
const RETURNED = 16;

/** Added to a silent write when what it hits is the host's data. */
const OVER_DATA = " over what the host wrote";

/** What a processor's program is made from. */
interface Processor {
  readonly host: TestHost;
  readonly cpu: number;
  readonly loop: Loop;
  /** Word that is 1 while the host's data is in the pages that PAMT.REMOVE handed back, or -1. */
  readonly written: number;
}

/** Call number `at` of the loop, then the rest of it. Nothing is remembered from one call to the next. */
function* turn(processor: Processor, at: number): Program {
  const { host, cpu, loop, written } = processor;
  const { leaf, inputs } = loop[at] as Call;
  const status = yield call(
    leafName(leaf) as string,
    (registers: Registers) => host.module.seamcall(registers),
    registersFor(leaf, inputs),
  );
  yield event(RETURNED, leaf, status);
  if (written >= 0 && status === TDX_SUCCESS) {
    if (leaf === Leaf.PhymemPamtRemove) yield write(written, 1);
    if (leaf === Leaf.PhymemPamtAdd) yield write(written, 0);
  }
  const next = (at + 1) % loop.length;
  return yield become(`processor ${cpu}, call ${next}`, () => turn(processor, next));
}

/** Leaf and status without what all of them begin with: `PAMT.ADD OPERAND_BUSY | RDX`. */
function describeReturn(leaf: number, status: Status): string {
  const name = (leafName(leaf) as string).replace(/^TDH\.(PHYMEM\.|MEM\.)?/, "");
  return `${name} ${formatStatus(status).replace(/^TDX_/, "")}`;
}

/** Explores all interleavings. A path ends where the module shuts itself down, and nowhere else. */
export function explore({ prepare, loops, hostWrites = false }: Overlap, options: ExploreOptions = {}): Explored {
  const { protectedSteps = true, keepLeftovers = false } = options;
  const host = new TestHost({ journaled: true, keepLeftovers });
  prepare?.(host);
  host.words.forget();
  const written = host.space.reserve(1, () => "the host's data in the pages handed back");

  const programs = loops.map((loop, cpu) => {
    const processor: Processor = { host, cpu, loop, written: hostWrites ? written : -1 };
    return { label: `processor ${cpu}`, start: () => turn(processor, 0) };
  });
  const system = systemOf(programs, { words: host.words, protectedSteps, symmetry: false });
  const outcomes = new Set<string>();
  const observer: Observer = {
    onEvent: (cpu, code, detail, extra) => {
      if (code === RETURNED) outcomes.add(`${cpu} ${describeReturn(detail, extra)}`);
      else if (code === ModuleEvent.SilentWrite) {
        outcomes.add(`${cpu} silent write${system.shared.read(written) === 0 ? "" : OVER_DATA}`);
      } else if (code === ModuleEvent.Fatal) {
        const shutdown = `fatal ${detail}`;
        outcomes.add(`${cpu} ${shutdown}`);
        system.violate(shutdown, "the module shuts itself down");
      }
    },
    onState: () => {},
    onSpinLock: () => {},
  };
  system.observer = observer;
  const search = new DepthFirst(
    {
      system,
      // What was seen before a new beginning was really seen, but this search is to find all of it.
      monitor: { onState: () => {}, reset: () => outcomes.clear() },
    },
    { cycles: "allowed" },
  );
  while (!search.slice(Number.POSITIVE_INFINITY));
  const broken = [...search.found.values()].map(({ violation }) => violation);
  return {
    outcomes: [...outcomes].sort(),
    unexpected: broken
      .filter(({ property }) => !outcomes.has(`0 ${property}`) && !outcomes.has(`1 ${property}`))
      .map(({ property, message }) => `${property}: ${message}`),
    states: search.statistics.states,
  };
}
