/** What is kept of an access that was noted says what movers would say that note it again. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Movers } from "../../src/explore/state/movers.js";
import { NotedAccesses } from "../../src/explore/state/noted-accesses.js";
import { RecentAccesses } from "../../src/explore/state/recent-accesses.js";
import { Access, LockEffect, READ, type WordOperation, Words, WRITE, wordOperation } from "../../src/machine/index.js";

const CPUS = 3;
const SLOTS = 2;

const lock = (effect: LockEffect, others: Partial<WordOperation> = {}): WordOperation =>
  wordOperation({ name: LockEffect[effect], next: (word) => word, result: () => 0, lock: effect, ...others });

const operations: readonly WordOperation[] = [
  READ,
  WRITE,
  { ...READ, access: Access.Plain },
  { ...WRITE, access: Access.Plain },
  lock(LockEffect.AcquireExclusive, { ready: () => true, spins: true }),
  lock(LockEffect.AcquireExclusive, { ready: () => true, sleeps: true }),
  lock(LockEffect.AcquireExclusive),
  lock(LockEffect.AcquireShared, { ready: () => true }),
  lock(LockEffect.AcquireShared),
  lock(LockEffect.Promote),
  lock(LockEffect.ReleaseExclusive, { spins: true }),
  lock(LockEffect.ReleaseExclusive),
  lock(LockEffect.ReleaseShared),
];
/** One node for each operation on each word. */
const words = Array.from(
  { length: SLOTS * operations.length },
  (_, node) => operations[Math.floor(node / SLOTS)] as WordOperation,
);

/** @param handMade look for locks made by hand from the first */
function newMovers(interchangeable: boolean, handMade: boolean): Movers {
  const movers = new Movers(CPUS, true);
  const own = Array.from({ length: CPUS }, () => new Words());
  movers.recent = new RecentAccesses(0, own, (slot) => slot);
  if (handMade) movers.lookForHandMade();
  if (interchangeable) for (let cpu = 1; cpu < CPUS; cpu++) movers.makeInterchangeable(cpu);
  for (let slot = 0; slot < SLOTS; slot++) movers.addWord(slot);
  return movers;
}

const seen = (movers: Movers, moverOf: (node: number) => number) => ({
  movers: words.map((_, node) => moverOf(node)),
  held: [movers.exclusive, movers.shared, movers.spinning].map((each) => [...each]),
  learned: [movers.version, movers.visibleWords, movers.plainAccesses],
  broken: movers.broken,
});

/** A few nodes, so that CPUs come to each of them often, and what they do there. */
const runs = fc.subarray([...words.keys()], { minLength: 1, maxLength: 5 }).chain((nodes) =>
  fc.array(
    fc.record({
      cpu: fc.nat(CPUS - 1),
      node: fc.constantFrom(...nodes),
      result: fc.nat(1),
      begins: fc.boolean(),
      restarts: fc.boolean(),
    }),
    { maxLength: 40 },
  ),
);

it("it does", () => {
  fc.assert(
    fc.property(runs, fc.boolean(), fc.boolean(), (run, interchangeable, handMade) => {
      const [plain, other] = [newMovers(interchangeable, handMade), newMovers(interchangeable, handMade)];
      const noted = new NotedAccesses(words, other);
      for (const { cpu, node, result, begins, restarts } of run) {
        const slot = node % SLOTS;
        if (plain.broken && restarts) for (const movers of [plain, other]) movers.reset();
        if (begins) for (const movers of [plain, other]) movers.beginTransition(cpu);
        plain.note(cpu, words[node] as WordOperation, slot, result);
        noted.note(cpu, node, slot, result);
        expect(seen(other, (each) => noted.mover(each, each % SLOTS))).toEqual(
          seen(plain, (each) => plain.mover(words[each] as WordOperation, each % SLOTS)),
        );
      }
    }),
    { numRuns: 2000 },
  );
});
