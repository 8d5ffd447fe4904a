/**
 * Which steps need a scheduling point. First the smallest programs on which a reduction can go wrong, each
 * for its own reason; then what must not cost states.
 */
import { describe, expect, it } from "vitest";
import { BareSystem, exhaust } from "./support/bare-system.js";
import { bruteForce } from "./support/brute-force.js";
import { type Code, DATA, DATA_WORDS, type Instruction, interpret, leaveIn, RESULTS } from "./support/tiny.js";

const acquire = (lock: number, shared = false): Instruction => ({ op: "acquire", lock, shared });
const release = (lock: number, shared = false): Instruction => ({ op: "release", lock, shared });
const attempt = (lock: number, shared = false): Instruction => ({ op: "try", lock, shared });
const when = (value: number, ...code: Code): Code => [{ op: "when", value, count: code.length }, ...code];
const write = (word: number, value: number): Instruction => ({ op: "write", word, value });
const read = (word: number): Instruction => ({ op: "read", word });
const tell: Instruction = { op: "tell" };

interface Explored {
  readonly finals: string[];
  /** What was told, in any place. */
  readonly told: number[];
  readonly deadlock: boolean;
  readonly states: number;
}

function explore(programs: readonly Code[], protectedSteps = true): Explored {
  const bare = programs.map((code, cpu) => ({
    label: `${cpu}`,
    start: () => interpret(`${cpu}`, code, 0, leaveIn(RESULTS + cpu)),
  }));
  const checkable = new BareSystem(bare, { protectedSteps });
  const finals = new Set<string>();
  const told = new Set<number>();
  checkable.onEvent = (_code, register) => told.add(register);
  checkable.onState = () => {
    if (!checkable.isEnd()) return;
    finals.add(`${Array.from({ length: DATA_WORDS }, (_, word) => checkable.system.shared.read(DATA + word))}`);
  };
  const search = exhaust(checkable);
  return {
    finals: [...finals].sort(),
    told: [...told].sort(),
    deadlock: search.found.has("deadlock"),
    states: search.statistics.states,
  };
}

interface Hard {
  readonly why: string;
  readonly programs: readonly Code[];
  readonly told?: readonly number[];
  readonly finals?: readonly string[];
  readonly deadlock?: boolean;
}

const hard: readonly Hard[] = [
  {
    why: "one choice leads to a lock that is never given back, the other does not",
    programs: [[acquire(0)], [{ op: "choose", alternatives: 2 }, ...when(1, acquire(0))]],
    deadlock: true,
  },
  {
    why: "each holds one lock and chooses whether to wait for the other's",
    programs: [
      [
        acquire(0),
        read(0),
        write(0, 1),
        { op: "choose", alternatives: 2 },
        ...when(1, acquire(1), release(1)),
        release(0),
      ],
      [
        acquire(1),
        read(0),
        write(0, 1),
        { op: "choose", alternatives: 2 },
        ...when(1, acquire(0), release(0)),
        release(1),
      ],
    ],
    deadlock: true,
  },
  {
    why: "words filled in one step are read one by one",
    programs: [
      [{ op: "fill", from: 0, value: 1 }, write(0, 0)],
      [read(0), tell],
    ],
    told: [0, 1],
  },
  {
    why: "two ranges share words, and nobody touches these words one by one",
    programs: [
      [
        { op: "fill", from: 0, value: 1 },
        { op: "fill", from: 0, value: 0 },
      ],
      [{ op: "gather", from: 1 }, tell],
    ],
    told: [0, 1],
  },
  {
    why: "a word is met only after it was filled, and in the other order nothing is filled",
    programs: [
      [acquire(0), { op: "fill", from: 0, value: 1 }, release(0)],
      [tell, write(0, 0), acquire(0)],
    ],
    finals: ["0,1,1", "1,1,1"],
    deadlock: true,
  },
  {
    why: "a lock is given back by someone who does not hold it, so it protects nothing",
    programs: [
      [acquire(0), write(0, 1), write(0, 0), release(0)],
      [release(0), acquire(0), read(0), tell, release(0)],
    ],
    told: [0, 1],
  },
  {
    why: "the word of a lock is read as data",
    programs: [
      [acquire(0), release(0)],
      [{ op: "peek", lock: 0 }, tell],
    ],
    told: [0, 1],
  },
  {
    why: "the word of a lock is written as data, so two hold it",
    programs: [
      [acquire(0), write(0, 1), write(0, 0), release(0)],
      [{ op: "clear", lock: 0 }, acquire(0), read(0), tell, release(0)],
    ],
    told: [0, 1],
  },
  {
    why: "a lock that is waited for is tried by another",
    programs: [
      [acquire(0), release(0)],
      [attempt(0), tell, ...when(0, release(0))],
    ],
    told: [0, 1],
  },
  {
    why: "a share is waited for beside an exclusive hold that comes late",
    programs: [
      [acquire(2, true), write(0, 1), write(0, 0), release(2, true)],
      [read(0), tell, acquire(2), read(0), release(2)],
    ],
    told: [0, 1],
  },
  {
    why: "two take locks in opposite order",
    programs: [
      [acquire(0), acquire(1), release(1), release(0)],
      [acquire(1), acquire(0), release(0), release(1)],
    ],
    deadlock: true,
  },
  {
    why: "one writes under one lock, the other reads under another",
    programs: [
      [acquire(0), write(0, 1), write(0, 0), release(0)],
      [acquire(1), read(0), tell, release(1)],
    ],
    told: [0, 1],
  },
  {
    why: "one writes under a share, which many may have",
    programs: [
      [acquire(2, true), write(0, 1), write(0, 0), release(2, true)],
      [acquire(2, true), read(0), tell, release(2, true)],
      [acquire(2), release(2)],
    ],
    told: [0, 1],
  },
];

describe("nothing is lost where", () => {
  it.each(hard.map((one) => [one.why, one] as const))(
    "%s",
    (_why, { programs, told = [], finals, deadlock = false }) => {
      const expected = bruteForce(programs, (data) => `${data}`);
      const reduced = explore(programs);
      for (const result of [reduced, explore(programs, false)]) {
        expect(result.deadlock).toBe(deadlock);
        expect(result.finals).toEqual([...expected.finals].sort());
        expect(result.told).toEqual(expect.arrayContaining([...told]));
        if (finals !== undefined) expect(result.finals).toEqual(finals);
      }
      expect(expected.deadlock).toBe(deadlock);
    },
  );
});

describe("no scheduling point is needed for", () => {
  const writes = (word: number): Code => [write(word, 1), write(word, 2), write(word, 0), write(word, 1)];
  const reads: Code = [read(0), read(1), read(2), read(0)];

  it.each([
    ["words that one CPU uses alone", [writes(0), writes(1)], 4],
    ["words that nobody writes", [reads, reads, reads], 8],
    [
      "words under one lock",
      [
        [acquire(0), ...writes(0), release(0)],
        [acquire(0), ...writes(0), release(0)],
      ],
      4,
    ],
    [
      "words that are read under a share and written under the whole lock",
      [
        [acquire(2), ...writes(0), release(2)],
        [acquire(2, true), ...reads, release(2, true)],
      ],
      5,
    ],
    [
      "shares of a lock that nobody asks for exclusively",
      [
        [acquire(2, true), release(2, true)],
        [acquire(2, true), release(2, true)],
      ],
      4,
    ],
  ] as const)("%s", (_what, programs, states) => {
    expect(explore(programs).states).toBeLessThanOrEqual(states);
    expect(explore(programs, false).states).toBeGreaterThan(2 * states);
  });
});
