/** The scene at a step: regions as strips of pages, and the locks that are held. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Counterexample, HostLock, HostRegion, HostView } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";
import {
  type Changes,
  hex,
  lockName,
  moduleLockText,
  type Namer,
  pairPagesIn,
  pairText,
  type RegionChange,
  regionText,
  runsOf,
  runText,
  touchedRegions,
} from "./scene-model.js";
import { Legend, PageSwatch, Patterns, Strip } from "./strip.js";

export interface ScenePanelProps {
  readonly counterexample: Counterexample;
  readonly scene: HostView;
  /** The scene at the row before. */
  readonly before: HostView;
  readonly changes: Changes;
  readonly nameOf: Namer;
}

export function ScenePanel({ counterexample, scene, before, changes, nameOf }: ScenePanelProps) {
  const touched = useMemo(() => touchedRegions(counterexample), [counterexample]);
  const place = useRef<HTMLElement>(null);
  useEffect(() => bringIntoSight(place.current), [changes]);
  const regions = scene.regions.filter(({ address }) => touched.has(address));
  const others = scene.regions.filter(({ address }) => !touched.has(address));
  return (
    <div class="scene">
      <Patterns />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="regions" aria-label="Regions at this step" tabIndex={0} ref={place}>
        <h3>
          Regions <Legend />
        </h3>
        {regions.map((region) => {
          const change = changes.regions.get(region.address);
          const old = change && before.regions.find(({ address }) => address === region.address);
          return <Region key={region.address} {...{ region, scene, change, old, nameOf }} />;
        })}
        {others.length === 0 ? null : (
          <details class="others">
            <summary>
              {others.length === 1 ? "1 region" : `${others.length} regions`} that nothing happens to:{" "}
              <span class="mono">{others.map(({ address }) => nameOf(address)).join(", ")}</span>
            </summary>
            {others.map((region) => (
              <Region key={region.address} {...{ region, scene, nameOf }} change={undefined} old={undefined} />
            ))}
          </details>
        )}
      </section>
      <Locks locks={scene.locks} changes={changes} />
    </div>
  );
}

/** Scrolls the regions, and not the page, to the first one that changed. */
function bringIntoSight(regions: HTMLElement | null): void {
  const region = regions?.querySelector<HTMLElement>(".changed");
  if (regions === null || region === null || region === undefined) return;
  const [box, inner] = [regions.getBoundingClientRect(), region.getBoundingClientRect()];
  if (inner.top < box.top || inner.bottom > box.bottom) regions.scrollTop += inner.top - box.top - 8;
}

function Locks({
  locks,
  changes: { taken, given },
}: {
  readonly locks: readonly HostLock[];
  readonly changes: Changes;
}) {
  const isFresh = new Set(taken.map((lock) => JSON.stringify(lock)));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="locks-held" aria-label="Locks at this step" tabIndex={0}>
      <h3>Locks held</h3>
      <ul class="locks">
        {locks.map((lock, index) => (
          <LockItem key={`${index} ${lock.name}`} lock={lock} how={isFresh.has(JSON.stringify(lock)) ? "taken" : ""} />
        ))}
        {given.map((lock, index) => (
          <LockItem key={`given ${index} ${lock.name}`} lock={lock} how="released" />
        ))}
        {locks.length + given.length === 0 ? <li class="none">none</li> : null}
      </ul>
    </section>
  );
}

function LockItem({ lock: { cpu, name, of, mode }, how }: { readonly lock: HostLock; readonly how: string }) {
  return (
    <li class={how}>
      <span class={`bar-sample ${of} ${mode}`} aria-hidden="true" />
      <span class="cpu">CPU{cpu}</span>
      <span class="mono name">{visibleText(lockName({ name }))}</span>
      <span class="how">
        {of}, {mode}
        {how === "" ? null : <b> {how}</b>}
      </span>
    </li>
  );
}

interface RegionProps {
  readonly region: HostRegion;
  readonly scene: HostView;
  readonly change: RegionChange | undefined;
  /** The region at the row before, where it changed. */
  readonly old: HostRegion | undefined;
  readonly nameOf: Namer;
}

function Region({ region, scene, change, old, nameOf }: RegionProps) {
  const { address, count, users, pair, type } = region;
  const pairs = pairPagesIn(region, scene);
  const runs = runsOf(region, pairs);
  const name = nameOf(address);
  return (
    <section class={`region ${change === undefined ? "quiet" : "changed"}`} aria-label={`Region ${name}`}>
      <div class="region-head">
        <h4 title={hex(address)}>
          {name}
          {name === hex(address) ? null : <span class="region-address mono"> {hex(address)}</span>}
        </h4>
        <dl class="region-facts">
          {count === null ? null : <Fact name="count" value={`${count}`} old={change?.count && `${old?.count}`} />}
          {users === null ? null : <Fact name="users" value={`${users}`} old={change?.users && `${old?.users}`} />}
          <Fact name="entry" value={type} old={change?.type && old?.type} />
          <Fact
            name="pair"
            value={pairText(pair, nameOf)}
            old={change?.pair && old !== undefined && pairText(old.pair, nameOf)}
          />
          <Fact name="module lock" value={moduleLockText(region, scene)} />
        </dl>
      </div>
      <Strip
        region={region}
        runs={runs}
        changed={change?.pages}
        label={visibleText(regionText(region, scene, nameOf))}
        nameOf={nameOf}
      />
      {runs.length === 0 ? null : (
        <ul class="page-runs" aria-label="Pages">
          {runs.map((run) => (
            <li key={run.first} class={isAnyIn(run, change?.pages) ? "new" : ""}>
              <PageSwatch state={run.state} isPair={run.isPair} /> {runText(run)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function isAnyIn(
  { first, last }: { readonly first: number; readonly last: number },
  pages?: ReadonlySet<number>,
): boolean {
  for (let index = first; index <= last; index++) if (pages?.has(index) === true) return true;
  return false;
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  /** What it was, where that is something else. */
  readonly old?: string | false | undefined;
}

function Fact({ name, value, old = false }: FactProps) {
  const isNew = old !== false;
  return (
    <div class={isNew ? "new" : ""}>
      <dt>{name}</dt>{" "}
      <dd>
        {isNew ? <s>{visibleText(old)}</s> : null}
        {isNew ? " → " : null}
        {visibleText(value)}
      </dd>
    </div>
  );
}
