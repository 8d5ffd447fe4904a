/** Where the loops of a function begin, and which of its local values still matter there. */
import type { Block, IrFunction } from "../ir/module.js";
import { type BodyOf, relaxesIn, successors } from "./delays.js";
import { contentsOf, livenessOf, simpleVariables } from "./liveness.js";

/** The head of a loop: a block that a later one jumps back to. */
export interface Head {
  /** Numbers of the local values that matter, lowest first. */
  readonly live: readonly number[];
  /** Numbers of the local values that are addresses of variables of which the contents do not matter. */
  readonly idle: readonly number[];
  /** Those of them that delays read: how much they hold does not matter, but whether they were set. */
  readonly limits: ReadonlySet<number>;
  /** No way round relaxes (cpu_relax). */
  readonly isBusy: boolean;
  /** Its phis depend on the block that control came from. */
  readonly asksWhence: boolean;
}

const known = new WeakMap<IrFunction, ReadonlyMap<string, Head>>();

/** Heads of the loops of a function, by name of the block. */
export function loopHeads(called: IrFunction, bodyOf: BodyOf): ReadonlyMap<string, Head> {
  let heads = known.get(called);
  if (heads === undefined) {
    heads = headsOf(called, bodyOf);
    known.set(called, heads);
  }
  return heads;
}

function headsOf(called: IrFunction, bodyOf: BodyOf): ReadonlyMap<string, Head> {
  const names = targetsOfBackEdges(called);
  const heads = new Map<string, Head>();
  if (names.size === 0) return heads;
  const live = livenessOf(called, bodyOf).atStart;
  const read = livenessOf(called, null).atStart;
  const simple = [...simpleVariables(called)];
  for (const name of names) {
    const here = live.get(name) as ReadonlySet<number>;
    const locals = [...here].filter((each) => each >= 0).sort((one, other) => one - other);
    const idle = simple.filter((local) => !here.has(contentsOf(local)));
    const limits = new Set(idle.filter((local) => read.get(name)?.has(contentsOf(local)) === true));
    const isBusy = !relaxesIn(called, name, bodyOf);
    heads.set(name, {
      live: locals,
      idle,
      limits,
      isBusy,
      asksWhence: called.blocks.get(name)?.instructions[0]?.op === "phi",
    });
  }
  return heads;
}

/** Blocks that are jumped back to on some way from the entry. */
function targetsOfBackEdges({ blocks, entry }: IrFunction): Set<string> {
  const targets = new Set<string>();
  const seen = new Set([entry]);
  const onWay = new Set([entry]);
  const next = (name: string): string[] => [...successors(blocks.get(name) as Block)].filter((to) => blocks.has(to));
  const way = [{ name: entry, left: next(entry) }];
  for (let top = way[way.length - 1]; top !== undefined; top = way[way.length - 1]) {
    const to = top.left.pop();
    if (to === undefined) {
      onWay.delete(top.name);
      way.pop();
    } else if (onWay.has(to)) {
      targets.add(to);
    } else if (!seen.has(to)) {
      seen.add(to);
      onWay.add(to);
      way.push({ name: to, left: next(to) });
    }
  }
  return targets;
}
