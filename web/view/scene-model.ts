/** Regions and locks at each step of a counterexample, and what is otherwise than at the step shown before. */
import { PAGE_SIZE, PAGES_PER_REGION } from "../../src/abi/index.js";
import type { Counterexample, HostLock, HostPage, HostRegion, HostView } from "../../src/check/index.js";
import { namesIn } from "../../src/report/names.js";

/** The scene after each step, by its index. */
export function scenesOf({ scene, steps }: Counterexample): readonly HostView[] {
  let now = scene;
  return steps.map(({ scene: change }) => {
    if (change === undefined) return now;
    const changed = new Map(change.regions?.map((region) => [region.address, region]));
    const regions =
      changed.size === 0 ? now.regions : now.regions.map((region) => changed.get(region.address) ?? region);
    now = { regions, locks: change.locks ?? now.locks };
    return now;
  });
}

/** What differs in one region. */
export interface RegionChange {
  readonly count: boolean;
  readonly users: boolean;
  readonly pair: boolean;
  readonly type: boolean;
  /** Indices of pages. */
  readonly pages: ReadonlySet<number>;
}

export interface Changes {
  /** By address, those that changed. */
  readonly regions: ReadonlyMap<number, RegionChange>;
  readonly taken: readonly HostLock[];
  readonly given: readonly HostLock[];
}

/** What is otherwise in `after` than in `before`. */
export function changesOf(before: HostView, after: HostView): Changes {
  const regions = new Map<number, RegionChange>();
  for (const region of after.regions) {
    const old = before.regions.find(({ address }) => address === region.address);
    if (old === undefined || old === region) continue;
    const change = regionChange(old, region);
    if (isChanged(change)) regions.set(region.address, change);
  }
  return {
    regions,
    taken: locksWithout(after.locks, before.locks),
    given: locksWithout(before.locks, after.locks),
  };
}

function isChanged({ count, users, pair, type, pages }: RegionChange): boolean {
  return count || users || pair || type || pages.size > 0;
}

function regionChange(before: HostRegion, after: HostRegion): RegionChange {
  const told = (pages: readonly HostPage[]): Map<number, string> =>
    new Map(pages.map(({ index, state, cpu }) => [index, `${state} ${cpu ?? ""}`]));
  const [old, now] = [told(before.pages), told(after.pages)];
  const indices = new Set([...old.keys(), ...now.keys()]);
  return {
    count: before.count !== after.count,
    users: before.users !== after.users,
    pair: String(before.pair) !== String(after.pair),
    type: before.type !== after.type,
    pages: new Set([...indices].filter((index) => old.get(index) !== now.get(index))),
  };
}

/** Locks of `list` that `others` lacks; one held twice counts twice. */
function locksWithout(list: readonly HostLock[], others: readonly HostLock[]): HostLock[] {
  const left = others.map((lock) => JSON.stringify(lock));
  return list.filter((lock) => {
    const at = left.indexOf(JSON.stringify(lock));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Addresses of the regions that anything happens to at any step. */
export function touchedRegions({ scene, steps }: Counterexample): ReadonlySet<number> {
  const touched = new Set<number>();
  const locked = new Set(steps.flatMap(({ scene: change }) => change?.locks?.map(({ name }) => name) ?? []));
  for (const { scene: change } of steps) for (const { address } of change?.regions ?? []) touched.add(address);
  for (const { address, lock } of scene.regions) if (locked.has(lock)) touched.add(address);
  return touched;
}

/** Name of an address, by the regions of a counterexample. */
export type Namer = (address: number) => string;

/** Addresses by name, and as numbers where they have none. */
export function namerOf(scene: HostView): Namer {
  const names = namesIn(scene);
  return (address) => names.nameOf(address) ?? hex(address);
}

export function hex(address: number): string {
  return `0x${address.toString(16)}`;
}

/** Pages of `region` that are in the pair of any region of the scene, by index. */
export function pairPagesIn(region: HostRegion, { regions }: HostView): ReadonlySet<number> {
  const indices = regions
    .flatMap(({ pair }) => pair ?? [])
    .map((address) => (address - region.address) / PAGE_SIZE)
    .filter((index) => index >= 0 && index < PAGES_PER_REGION);
  return new Set(indices);
}

/** Pages of one kind in a row. */
export interface PageRun {
  readonly first: number;
  readonly last: number;
  readonly state: HostPage["state"];
  readonly isPair: boolean;
  readonly cpu?: number;
}

/** Pages of a region that are not free, those of one kind in a row as one. */
export function runsOf(region: HostRegion, pairs: ReadonlySet<number>): readonly PageRun[] {
  const runs: PageRun[] = [];
  for (const { index, state, cpu } of region.pages) {
    const isPair = pairs.has(index);
    const before = runs[runs.length - 1];
    const goesOn =
      before?.last === index - 1 && before.state === state && before.isPair === isPair && before.cpu === cpu;
    if (goesOn) runs[runs.length - 1] = { ...before, last: index };
    else runs.push({ first: index, last: index, state, isPair, ...(cpu === undefined ? {} : { cpu }) });
  }
  return runs;
}

const stateText: Record<HostPage["state"], string> = {
  allocated: "allocated",
  module: "of the module",
  dirty: "not reset",
};

/** Pages in words, e.g. `16-17 of the module, pair`. */
export function runText({ first, last, state, isPair, cpu }: PageRun): string {
  const which = first === last ? `${first}` : `${first}–${last}`;
  return `${which} ${stateText[state]}${isPair ? ", pair" : ""}${cpu === undefined ? "" : `, CPU${cpu}`}`;
}

/** Who holds the module's lock of a region, e.g. `exclusive by CPU1`. */
export function moduleLockText({ lock }: HostRegion, { locks }: HostView): string {
  const held = locks.filter(({ name, of }) => of === "module" && name === lock);
  return held.length === 0 ? "free" : held.map(({ mode, cpu }) => `${mode} by CPU${cpu}`).join(", ");
}

/** A region in one sentence, for those who do not see the strip. */
export function regionText(region: HostRegion, scene: HostView, nameOf: Namer): string {
  const { count, users, pair, address } = region;
  const pages = runsOf(region, pairPagesIn(region, scene)).map(runText);
  const parts = [
    ...(count === null ? [] : [`count ${count}`]),
    ...(users === null ? [] : [users === 1 ? "1 user" : `${users} users`]),
    pair === null ? "no pair" : `pair ${pairText(pair, nameOf)}`,
    `module lock: ${moduleLockText(region, scene)}`,
    pages.length === 0 ? "all pages free" : `pages ${pages.join("; ")}`,
  ];
  return `Region ${nameOf(address)}: ${parts.join(", ")}.`;
}

export function pairText(pair: HostRegion["pair"], nameOf: Namer): string {
  return pair === null ? "none" : pair.map(nameOf).join(" ");
}

/** Something that is otherwise than before. */
export interface SceneChange {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** What changed, old and new. */
export function changeListOf(
  { regions, taken, given }: Changes,
  before: HostView,
  after: HostView,
  nameOf: Namer,
): readonly SceneChange[] {
  const list: SceneChange[] = [];
  for (const [address, change] of regions) {
    const old = before.regions.find((region) => region.address === address);
    const now = after.regions.find((region) => region.address === address);
    if (old === undefined || now === undefined) continue;
    const at = nameOf(address);
    const add = (what: string, from: string, to: string): number => list.push({ what, before: from, after: to });
    if (change.count) add(`count of ${at}`, `${old.count}`, `${now.count}`);
    if (change.users) add(`users of ${at}`, `${old.users}`, `${now.users}`);
    if (change.type) add(`PAMT entry of ${at}`, old.type, now.type);
    if (change.pair) add(`pair of ${at}`, pairText(old.pair, nameOf), pairText(now.pair, nameOf));
    list.push(...pageChanges(old, now, change.pages, nameOf));
  }
  return [...list, ...lockChanges(taken, given)];
}

/** Pages in a row that changed alike are one. */
function pageChanges(old: HostRegion, now: HostRegion, changed: ReadonlySet<number>, nameOf: Namer): SceneChange[] {
  const list: { first: number; last: number; before: string; after: string }[] = [];
  const [was, is] = [statesOf(old), statesOf(now)];
  for (const index of [...changed].sort((one, other) => one - other)) {
    const [before, after] = [was.get(index) ?? "free", is.get(index) ?? "free"];
    const last = list.at(-1);
    if (last?.last === index - 1 && last.before === before && last.after === after) last.last = index;
    else list.push({ first: index, last: index, before, after });
  }
  return list.map(({ first, last, before, after }) => {
    const one = nameOf(old.address + first * PAGE_SIZE);
    const which = first === last ? `page ${one}` : `pages ${nameOf(old.address)}+${first}–${last}`;
    return { what: which, before, after };
  });
}

function statesOf({ pages }: HostRegion): ReadonlyMap<number, string> {
  return new Map(
    pages.map(({ index, state, cpu }) => [index, stateText[state] + (cpu === undefined ? "" : `, CPU${cpu}`)]),
  );
}

/** Locks by name and CPU: what is given up in one mode and taken in another has changed its mode. */
function lockChanges(taken: readonly HostLock[], given: readonly HostLock[]): SceneChange[] {
  const list: SceneChange[] = [];
  const left = [...taken];
  const how = ({ mode, cpu }: HostLock): string => `${mode}, CPU${cpu}`;
  for (const lock of given) {
    const at = left.findIndex(({ name, cpu }) => name === lock.name && cpu === lock.cpu);
    const again = at < 0 ? undefined : left.splice(at, 1)[0];
    list.push({ what: lockName(lock), before: how(lock), after: again === undefined ? "released" : how(again) });
  }
  return [...list, ...left.map((lock) => ({ what: lockName(lock), before: "not held", after: how(lock) }))];
}

/** Name of a lock without what all of them are. */
export function lockName({ name }: Pick<HostLock, "name">): string {
  return name.replace(/: lock$/, "");
}

/** What changed, in words; empty where nothing did. */
export function changesText(changes: readonly SceneChange[]): string {
  return changes.map(({ what, before, after }) => `${what}: ${before} to ${after}`).join("; ");
}
