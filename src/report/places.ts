/**
 * Where the source of dpamt makes which call: lines for what broke in a design or a flow, which have no source that was
 * given. `tools/places.mjs` reads the table from the syntax of the designs and flows.
 */
import type { Counterexample, Step } from "../check/index.js";

/** A stretch of one line. Line and columns count from 1; `endColumn` is behind the last character. */
export interface SourcePlace {
  /** Path in the repository of dpamt. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly text: string;
}

/** A function, and what is done in it, in the order of the source. */
export interface Part {
  readonly at: SourcePlace;
  /** `does`: an operation such as `spin_lock`, a SEAMCALL leaf, or `Warn`, as facts of steps name them. */
  readonly sites: readonly { readonly does: string; readonly at: SourcePlace }[];
}

export interface DesignPlaces {
  /** Where the design is declared. */
  readonly at: SourcePlace;
  /** By name in the helpers of the design, e.g. `tdxPamtGet`. */
  readonly parts: Readonly<Record<string, Part>>;
}

/** By name of the design or flow. */
export interface SourcePlaces {
  readonly designs: Readonly<Record<string, DesignPlaces>>;
  readonly flows: Readonly<Record<string, Part>>;
}

/** Which part of a design a helper is, or is built from. */
const PART_OF: Readonly<Record<string, string>> = {
  tdx_pamt_get: "tdxPamtGet",
  tdx_alloc_page: "tdxPamtGet",
  tdx_pamt_put: "tdxPamtPut",
  tdx_free_page: "tdxPamtPut",
  tdx_topup_pamt_cache: "topupCache",
  tdx_free_pamt_cache: "freeCache",
};

/** Where one CPU is in the source. */
interface Position {
  readonly parts: readonly Part[];
  /** Where in the part a call is looked for first: it goes on from the last one that was found. */
  next: number;
  /** The SEAMCALL that it is inside of, and where it is made. */
  call?: SourcePlace | undefined;
  inCall: boolean;
}

/** The place of each step of a failure of a design, undefined for steps that have none. */
export function placesOfSteps(
  { steps, scenario }: Pick<Counterexample, "steps" | "scenario">,
  design: DesignPlaces,
  flows: SourcePlaces["flows"],
): (SourcePlace | undefined)[] {
  const ofFlows = scenario.split(/[+@]/).flatMap((name) => (Object.hasOwn(flows, name) ? [flows[name] as Part] : []));
  const outside = new Map<number, Position>();
  const inside = new Map<number, Position>();
  return steps.map(({ cpu, action }) => {
    const around = positionIn(outside, cpu, ofFlows);
    if (action.kind === "call" && action.of === "helper") {
      const part = design.parts[PART_OF[action.helper] ?? ""];
      if (part !== undefined) inside.set(cpu, { parts: [part], next: 0, inCall: false });
      return placeIn(around, action.helper) ?? part?.at;
    }
    const position = inside.get(cpu) ?? around;
    if (action.kind === "return" && action.of === "helper") inside.delete(cpu);
    return placeOfAction(position, action);
  });
}

function positionIn(positions: Map<number, Position>, cpu: number, parts: readonly Part[]): Position {
  const known = positions.get(cpu) ?? { parts, next: 0, inCall: false };
  positions.set(cpu, known);
  return known;
}

function placeOfAction(position: Position, action: Step["action"]): SourcePlace | undefined {
  if (action.kind === "call" && action.of === "seamcall") {
    position.call = placeIn(position, action.leaf.name);
    position.inCall = true;
    return position.call;
  }
  if (action.kind === "return" && action.of === "seamcall") position.inCall = false;
  else if (!position.inCall) {
    const does = deedOf(action);
    return does === undefined ? undefined : placeIn(position, does);
  }
  return position.call;
}

function deedOf(action: Step["action"]): string | undefined {
  switch (action.kind) {
    case "lock":
    case "word":
    case "fence":
      return action.operation;
    case "wait":
      return action.for === "word" ? action.operation : undefined;
    case "event":
      return action.event;
    default:
      return undefined;
  }
}

function placeIn(position: Position, does: string): SourcePlace | undefined {
  for (const { sites } of position.parts) {
    const after = sites.findIndex((site, index) => index >= position.next && site.does === does);
    const index = after >= 0 ? after : sites.findIndex((site) => site.does === does);
    const site = sites[index];
    if (site === undefined) continue;
    if (position.parts.length === 1) position.next = index + 1;
    return site.at;
  }
  return undefined;
}
