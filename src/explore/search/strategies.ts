/** The strategies of a search, one row each: what it covers, and how its search is made. */
import { BestFirst } from "./best-first.js";
import { DepthFirst } from "./depth-first.js";
import { Sampling } from "./sampling.js";
import type { Checkable, Limits, Search } from "./search.js";

/** What a search may be told; each takes what it knows of. */
interface Settings extends Limits {
  /** Of what is drawn. */
  readonly seed: number;
  /** See `DepthFirstOptions`. */
  readonly statesAfterFinding: number;
}

interface Row {
  /** What it does, for help and page. */
  readonly summary: string;
  /** It makes single runs, drawn from a seed, instead of all: it never says that anything holds. */
  readonly samples?: true;
  /** It searches in order of context switches, and counts those up to which it covered every interleaving. */
  readonly countsSwitches?: true;
  create(checkable: Checkable, settings: Settings): Search;
}

const table = {
  dfs: {
    summary: "covers all",
    create: (checkable, settings) => new DepthFirst(checkable, settings),
  },
  bfs: {
    summary: "covers all, by levels",
    create: (checkable, limits) => new BestFirst(checkable, { order: "breadth", limits }),
  },
  switches: {
    summary: "by context switches",
    countsSwitches: true,
    create: (checkable, limits) => new BestFirst(checkable, { order: "switches", limits }),
  },
  random: {
    summary: "samples",
    samples: true,
    create: (checkable, settings) => new Sampling(checkable, "random", settings.seed, settings),
  },
  pct: {
    summary: "samples by priorities",
    samples: true,
    create: (checkable, settings) => new Sampling(checkable, "pct", settings.seed, settings),
  },
} as const satisfies Readonly<Record<string, Row>>;

/** How to search. */
export type Strategy = keyof typeof table;

/** What there is to know of each strategy. */
export const searches: Readonly<Record<Strategy, Row>> = table;

export const strategies = Object.keys(table) as readonly Strategy[];
