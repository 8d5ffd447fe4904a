/** Cycles in graphs of states: which there are, and which leave no CPU out, also where CPUs take each other's places. */
import { describe, expect, it } from "vitest";
import { endlessStates, RANK_BITS } from "../../src/explore/search/components.js";

const CPUS = 3;

/** Ranks of the CPUs, the first one's first. */
function ranks(...list: number[]): number {
  return list.reduce((all, rank, cpu) => all | (rank << (RANK_BITS * cpu)), 0);
}

const INORDER = ranks(0, 1, 2);

/** A transition: state before, state after, CPU; where it leads CPUs to others' places, their ranks after it. */
type Transition = readonly [from: number, to: number, cpu: number, after?: number];

/** @param also CPUs that can move beside those that the transitions say: state and CPU */
function endless(
  states: number,
  transitions: readonly Transition[],
  fairOnly: boolean,
  also: readonly (readonly [number, number])[] = [],
): number[] {
  const enabled = new Array<number>(states).fill(0);
  for (const [from, , cpu] of transitions) enabled[from]! |= 1 << cpu;
  for (const [state, cpu] of also) enabled[state]! |= 1 << cpu;
  const flat = transitions.flatMap(([from, to, cpu, after = INORDER]) => [from, to, cpu, INORDER, after]);
  return endlessStates({ states, transitions: flat, enabled, cpus: CPUS }, fairOnly).sort();
}

describe("cycles", () => {
  it("a line and a diamond have none", () => {
    expect(
      endless(
        3,
        [
          [0, 1, 0],
          [1, 2, 0],
        ],
        false,
      ),
    ).toEqual([]);
    expect(
      endless(
        4,
        [
          [0, 1, 0],
          [0, 2, 1],
          [1, 3, 1],
          [2, 3, 0],
        ],
        false,
      ),
    ).toEqual([]);
  });

  it("a loop, a ring behind a line, and a state that leads to itself are found", () => {
    expect(endless(1, [[0, 0, 0]], false)).toEqual([0]);
    expect(
      endless(
        2,
        [
          [0, 1, 0],
          [1, 0, 0],
        ],
        false,
      ),
    ).toEqual([0, 1]);
    expect(
      endless(
        4,
        [
          [0, 1, 0],
          [1, 2, 0],
          [2, 3, 0],
          [3, 1, 0],
        ],
        false,
      ),
    ).toEqual([1, 2, 3]);
  });
});

describe("fair cycles", () => {
  const ring: readonly Transition[] = [
    [0, 1, 0],
    [1, 0, 0],
  ];

  it("a ring that leaves out a CPU that could move is none", () => {
    expect(endless(3, [...ring, [0, 2, 1]], true)).toEqual([]);
    expect(endless(3, [...ring, [0, 2, 1]], false)).toEqual([0, 1]);
    expect(endless(2, ring, true)).toEqual([0, 1]);
    expect(
      endless(
        2,
        [
          [0, 1, 0],
          [1, 0, 1],
        ],
        true,
      ),
    ).toEqual([0, 1]);
  });

  it("two rings through one state are one cycle on which both CPUs move", () => {
    expect(
      endless(
        1,
        [
          [0, 0, 0],
          [0, 0, 1],
        ],
        true,
      ),
    ).toEqual([0]);
  });

  it("a part is fair that keeps away from where others could move", () => {
    // CPU1 can only move in state 2, which the ring of states 0 and 1 need not come by.
    const around: readonly Transition[] = [...ring, [1, 2, 0], [2, 0, 0]];
    expect(endless(3, around, true, [[2, 1]])).toEqual([0, 1]);
    expect(
      endless(3, around, true, [
        [2, 1],
        [0, 2],
      ]),
    ).toEqual([]);
  });

  it("CPUs that take each other's places all move, although the cycle names but one", () => {
    // Each move leads the CPU of rank 0 to the end of the row, and the others one up.
    const turned = ranks(2, 0, 1);
    const everyone = [0, 1, 2].map((cpu) => [0, cpu] as const);
    expect(endless(1, [[0, 0, 0, turned]], true, everyone)).toEqual([0]);
    // Two take each other's places, the third stays where it is.
    const swapped = ranks(1, 0, 2);
    expect(endless(1, [[0, 0, 0, swapped]], true, everyone)).toEqual([]);
    expect(
      endless(1, [[0, 0, 0, swapped]], true, [
        [0, 0],
        [0, 1],
      ]),
    ).toEqual([0]);
  });

  it("of CPUs in equal states either may be the one that moves", () => {
    // CPU0 and CPU1 have one rank. One of them moves, and is where both were again.
    const alike = ranks(0, 0, 2);
    const transitions = [0, 0, 0, alike, alike];
    expect(endlessStates({ states: 1, transitions, enabled: [1], cpus: CPUS }, true)).toEqual([0]);
    expect(endlessStates({ states: 1, transitions, enabled: [1 | (1 << 2)], cpus: CPUS }, true)).toEqual([]);
  });

  it("a store buffer that could drain is left out like a CPU", () => {
    const buffer = 1 << (1 << RANK_BITS);
    expect(
      endlessStates({ states: 1, transitions: [0, 0, 0, INORDER, INORDER], enabled: [1 | buffer], cpus: CPUS }, true),
    ).toEqual([]);
    const drains = [0, 0, CPUS, INORDER, INORDER];
    const both = [0, 0, 0, INORDER, INORDER, ...drains];
    expect(endlessStates({ states: 1, transitions: both, enabled: [1 | buffer], cpus: CPUS }, true)).toEqual([0]);
  });
});
