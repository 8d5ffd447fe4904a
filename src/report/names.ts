/**
 * Regions by name: what lies at 0x102010000 is called A+16, the page with index 16 in the region A. Results keep
 * physical addresses, which programs want; readers want names that they can tell apart.
 */
import { PAGE_SIZE, PAGES_PER_REGION } from "../abi/sizes.js";
import type { Counterexample, HostView } from "../check/index.js";
import { failuresOf, type SavedResult, withTexts } from "./result.js";

const REGION_SIZE = PAGES_PER_REGION * PAGE_SIZE;
const LETTERS = 26;

/** An address in a text, with what says before it that it is one of a region. */
const ADDRESS = /(\bregion )?\b0x([0-9a-f]{6,13})\b/g;

/** Sizes as the low bits of an operand say them, behind the address of a region. */
const LEVELS = ["", "|2M", "|1G"];

/** Names of regions, in their order. */
export class RegionNames {
  /** @param starts physical addresses of the regions */
  constructor(private readonly starts: readonly number[]) {}

  /** Name of the page or region at `address`; undefined for what lies in no region of the scene, or inside of a page. */
  nameOf(address: number): string | undefined {
    const index = this.starts.findIndex((start) => address >= start && address < start + REGION_SIZE);
    if (index < 0) return undefined;
    const offset = address - (this.starts[index] as number);
    const page = Math.floor(offset / PAGE_SIZE);
    const low = offset % PAGE_SIZE;
    const name = letterOf(index);
    if (page > 0) return low === 0 ? `${name}+${page}` : undefined;
    const level = LEVELS[low];
    return level === undefined ? undefined : `${name}${level}`;
  }

  /** `text` with names in place of addresses. */
  inText(text: string): string {
    return text.replace(ADDRESS, (whole, before: string | undefined, digits: string) => {
      const name = this.nameOf(Number.parseInt(digits, 16));
      return name === undefined ? whole : `${before ?? ""}${name}`;
    });
  }
}

/** A, B, … Z, A1, B1, … */
function letterOf(index: number): string {
  const round = Math.floor(index / LETTERS);
  return `${String.fromCharCode("A".charCodeAt(0) + (index % LETTERS))}${round === 0 ? "" : round}`;
}

/** The failure with names in all its texts, but for lines of C and what is typed. */
export function namedFailure(counterexample: Counterexample): Counterexample {
  const names = namesIn(counterexample.scene);
  return withTexts(counterexample, (text) => names.inText(text), UNNAMED);
}

/** Names of the regions of a scene, in its order: those that CPUs fight over come first. */
export function namesIn({ regions }: Pick<HostView, "regions">): RegionNames {
  return new RegionNames(regions.map(({ address }) => address));
}

/** Fields that hold what is typed, or somebody's source. */
const UNNAMED: ReadonlySet<string> = new Set(["schedule", "source", "sources"]);

/** The result with names in its failures, and in what is said of its requirements. */
export function named(result: SavedResult): SavedResult {
  const { requirements, scenarios, counterexample, counterexamples } = result;
  const names = new Map(scenarios.map(({ name, regions = [] }) => [name, new RegionNames(regions)]));
  for (const { scenario, scene } of failuresOf(result)) names.set(scenario, namesIn(scene));
  return {
    ...result,
    requirements: requirements.map((each) => {
      const ofScenario = names.get(each.scenario ?? "");
      if (each.message === undefined || ofScenario === undefined) return each;
      return { ...each, message: ofScenario.inText(each.message) };
    }),
    counterexample: counterexample === null ? null : namedFailure(counterexample),
    ...(counterexamples === undefined ? {} : { counterexamples: counterexamples.map(namedFailure) }),
  };
}
