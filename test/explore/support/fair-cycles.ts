/**
 * Fair cycles of a graph of states, kept as text: cycles on which each process that can move again and again does move.
 * Both brute forces use this, and no search does.
 */

/** A step that leads to another state, and which process takes it. */
interface Move {
  readonly cpu: number;
  readonly to: string;
}

/**
 * Whether some of `states` can be gone through for ever so that each CPU that can move in one of them does move: parts
 * in which every state leads to every other, less the states in which a CPU could move that never does inside the part.
 */
export function hasFairCycle(
  states: readonly string[],
  graph: ReadonlyMap<string, readonly Move[]>,
  cpus: number,
): boolean {
  for (const part of partsOf(states, graph)) {
    const inside = (state: string, cpu: number): boolean =>
      (graph.get(state) ?? []).some((step) => step.cpu === cpu && part.has(step.to));
    const members = [...part];
    if (!members.some((state) => (graph.get(state) ?? []).some(({ to }) => part.has(to)))) continue;
    const starved = Array.from({ length: cpus }, (_, cpu) => cpu).filter(
      (cpu) => !members.some((state) => inside(state, cpu)),
    );
    const left = members.filter((state) => !(graph.get(state) ?? []).some(({ cpu }) => starved.includes(cpu)));
    if (left.length === members.length) return true;
    if (hasFairCycle(left, graph, cpus)) return true;
  }
  return false;
}

/** Parts of `states` in which every state leads to every other: what leads to a state and is led to by it (Kosaraju). */
function partsOf(states: readonly string[], graph: ReadonlyMap<string, readonly Move[]>): Set<string>[] {
  const among = new Set(states);
  const back = new Map<string, string[]>(states.map((state) => [state, []]));
  for (const state of states) for (const { to } of graph.get(state) ?? []) back.get(to)?.push(state);
  const forth = (state: string): string[] => (graph.get(state) ?? []).map(({ to }) => to).filter((to) => among.has(to));
  const order: string[] = [];
  const seen = new Set<string>();
  for (const state of states) reach(state, forth, seen, order);
  const parts: Set<string>[] = [];
  const taken = new Set<string>();
  for (const state of order.reverse()) {
    const part: string[] = [];
    reach(state, (at) => back.get(at) ?? [], taken, part);
    if (part.length > 0) parts.push(new Set(part));
  }
  return parts;
}

/** Adds all that `from` leads to, and that is not `seen`, to `order`, each behind what it leads to. */
function reach(from: string, next: (state: string) => readonly string[], seen: Set<string>, order: string[]): void {
  if (seen.has(from)) return;
  seen.add(from);
  const way = [{ state: from, left: [...next(from)] }];
  for (let top = way[way.length - 1]; top !== undefined; top = way[way.length - 1]) {
    const to = top.left.pop();
    if (to === undefined) {
      order.push(top.state);
      way.pop();
    } else if (!seen.has(to)) {
      seen.add(to);
      way.push({ state: to, left: [...next(to)] });
    }
  }
}
