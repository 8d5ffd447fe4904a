/**
 * Why something broke, in one sentence: which CPU did what to whom. Messages of requirements say what broke; this says
 * how it came about, as far as the facts of the path tell it.
 */
import { Level, levelName } from "../../abi/index.js";
import { PAGE_SIZE } from "../../abi/sizes.js";
import type { Action, LockAction, ViolationFacts } from "./facts.js";
import type { HostView } from "./host-view.js";
import { linksOf } from "./links.js";
import { isAdd, isRemove, type MadeSeamcall, startOfRegion, type ToldStep, Trail } from "./trail.js";

/** Why it broke. */
export interface Cause {
  readonly text: string;
  /** Indexes of the steps that it names, in their order. */
  readonly steps: readonly number[];
}

/** What broke, and the path to it. */
export interface Broken {
  readonly requirement: string;
  readonly evidence?: ViolationFacts;
  readonly scene: Pick<HostView, "regions">;
  readonly steps: readonly ToldStep[];
}

/** Why it broke; undefined where the message says all that is known. */
export function causeOf(broken: Broken): Cause | undefined {
  const teller = new Teller(broken);
  const found = teller.waits() ?? teller.seamcall() ?? teller.missingPair() ?? teller.count();
  return found === undefined ? undefined : { text: found.text, steps: [...new Set(found.steps)].sort((a, b) => a - b) };
}

class Teller {
  private readonly trail: Trail;
  private readonly links: ReturnType<typeof linksOf>;
  private readonly last: number;

  constructor(private readonly broken: Broken) {
    this.trail = new Trail(broken.steps, broken.scene);
    this.links = linksOf(broken.steps);
    this.last = broken.steps.length - 1;
  }

  /** CPUs that wait for each other. */
  waits(): Cause | undefined {
    const { requirement, steps } = this.broken;
    if (requirement !== "R9") return undefined;
    const lastMoves = new Map<number, number>();
    for (const [at, { cpu, action }] of steps.entries()) if (action.kind !== "wait") lastMoves.set(cpu, at);
    const waits = steps.flatMap((step, at) => (at > (lastMoves.get(step.cpu) ?? -1) ? [{ ...step, at }] : []));
    const told = waits.flatMap(({ cpu, action, at }) => {
      const link = this.links[at];
      if (action.kind !== "wait" || action.for !== "word" || link?.by !== "lock") return [];
      const holder = steps[link.to] as ToldStep;
      const text = `CPU${cpu} waits for ${action.word}, which CPU${holder.cpu} holds`;
      return [{ text, steps: [link.to, at] }];
    });
    const busy = waits.map(({ cpu }) => this.refusal(this.trail.lastOf(cpu))).filter((each) => each !== undefined);
    const causes = told.length > 0 ? told : busy;
    if (causes.length === 0) return undefined;
    return { text: causes.map(({ text }) => text).join("; "), steps: causes.flatMap((each) => each.steps) };
  }

  /** A SEAMCALL that failed on the CPU on which it broke. */
  seamcall(): Cause | undefined {
    if (!ABOUT_SEAMCALLS.has(this.broken.requirement)) return undefined;
    const { cpu } = this.broken.steps[this.last] as ToldStep;
    const made = this.trail.lastOf(cpu);
    const { status } = made ?? {};
    if (made === undefined || status === undefined || status.outcome === "success") return undefined;
    return status.outcome === "busy" ? this.refusal(made) : this.failure(made);
  }

  /** Why a SEAMCALL was BUSY: who held the lock that it found taken, and why. */
  private refusal(made: MadeSeamcall | undefined): Cause | undefined {
    const { refused } = made ?? {};
    if (made === undefined || refused === undefined) return undefined;
    const link = this.links[refused.at];
    const holder = link === undefined ? undefined : this.trail.around(link.to);
    if (link === undefined || holder === undefined) return undefined;
    const what = entryText(refused.lock);
    const mine = this.reason(made, refused.lock, refused.at);
    const theirs = this.reason(holder, refused.lock, link.to);
    const needs = mine === undefined ? "" : `, which needs ${what}, ${mine},`;
    const isSame = mine === undefined && theirs === undefined && isPamt(holder) && isPamt(made);
    const who = isSame ? `${shortName(holder)} of the same region` : nameOf(holder);
    const holds = isSame ? `its ${refused.lock.entry?.level ?? ""} entry` : mine === undefined ? what : "it";
    const why = theirs === undefined ? "" : `, ${theirs}`;
    return {
      text: `${nameOf(made)}${needs} is BUSY: CPU${holder.cpu}'s ${who} holds ${holds}${why}`,
      steps: [link.to, refused.at],
    };
  }

  /** Why a SEAMCALL needs a lock that is not of its own region; undefined where that is plain. */
  private reason(made: MadeSeamcall, { entry }: LockAction, at: number): string | undefined {
    const [about = 0] = made.operands;
    if (entry === undefined || entry.level !== REGION_LEVEL || startOfRegion(about) === entry.address) return undefined;
    const isThere = (address: number): boolean => startOfRegion(address) === entry.address;
    const page = made.operands.slice(1).find(isThere);
    if (page !== undefined) return `where its ${isAdd(made) ? "pair page" : "page"} ${hex(page)} lies`;
    const ofPair = this.trail.pairOf(startOfRegion(about), at).find(isThere);
    return ofPair === undefined ? undefined : `where its pair page ${hex(ofPair)} lies`;
  }

  /** Why a SEAMCALL failed otherwise. */
  private failure(made: MadeSeamcall): Cause | undefined {
    const { status, to = this.last } = made;
    const region = startOfRegion(made.operands[0] ?? 0);
    const change = this.trail.lastChange(region, to);
    const by = change === undefined || change.cpu === made.cpu ? "its own" : `CPU${change.cpu}'s`;
    if (status?.code === "TDX_NO_PAMT_PAGE_PAIR" && isRemove(made)) {
      if (change === undefined) return { text: `${nameOf(made)} finds no page pair: nobody added one`, steps: [to] };
      if (isAdd(change)) return undefined;
      return {
        text: `${nameOf(made)} finds no page pair: ${by} PAMT.REMOVE took it away before`,
        steps: [change.to ?? change.from, to],
      };
    }
    if (status?.code === "TDX_HPA_RANGE_NOT_FREE" && isAdd(made) && change !== undefined && isAdd(change)) {
      return {
        text: `${nameOf(made)} finds a page pair there: ${by} PAMT.ADD added one before`,
        steps: [change.to ?? change.from, to],
      };
    }
    return undefined;
  }

  /** Why a region in use has no page pair. */
  missingPair(): Cause | undefined {
    const { requirement, evidence } = this.broken;
    if (requirement !== "R3" || evidence?.region === undefined) return undefined;
    const { region } = evidence;
    const isRunning = (made: MadeSeamcall): boolean =>
      made.to === undefined && startOfRegion(made.operands[0] ?? 0) === region;
    const removing = this.trail.made.findLast((made) => isRemove(made) && isRunning(made));
    const change = removing ?? this.trail.lastChange(region, this.last + 1);
    if (change !== undefined && isAdd(change)) return undefined;
    if (change !== undefined) {
      return {
        text: `CPU${change.cpu}'s ${nameOf(change)} takes the page pair away`,
        steps: [change.to ?? change.from],
      };
    }
    const adding = this.trail.made.findLast((made) => isAdd(made) && isRunning(made));
    const who =
      adding === undefined ? "nobody has added the page pair" : `CPU${adding.cpu}'s ${nameOf(adding)} is not done`;
    const seen = this.countSeen(region);
    return {
      text: `${who}${seen === undefined ? "" : `, while ${seen.text}`}`,
      steps: [...(seen?.steps ?? []), ...(adding === undefined ? [] : [adding.from])],
    };
  }

  /** What the CPU on which it broke last saw or made of the count of `region`. */
  private countSeen(region: number): Cause | undefined {
    const { steps } = this.broken;
    const { cpu } = steps[this.last] as ToldStep;
    const at = steps.findLastIndex((step) => step.cpu === cpu && isCount(step.action, region));
    const action = steps[at]?.action;
    if (action?.kind !== "word") return undefined;
    const how = action.changed
      ? `takes the count from ${action.before} to ${action.after}`
      : `finds the count at ${action.after}`;
    return { text: `CPU${cpu} ${how}`, steps: [at] };
  }

  /** A count that falls below 0. */
  count(): Cause | undefined {
    const { requirement, steps } = this.broken;
    if (requirement !== "R13") return undefined;
    const { cpu } = steps[this.last] as ToldStep;
    const at = steps.findLastIndex(
      (step) => step.cpu === cpu && isCount(step.action, undefined) && isChange(step.action),
    );
    const action = steps[at]?.action;
    if (action?.kind !== "word" || action.region === undefined) return undefined;
    if (typeof action.after !== "number" || action.after >= 0) return undefined;
    const count = `the count of region ${hex(action.region)}`;
    return { text: `${action.operation} takes ${count} from ${action.before} to ${action.after}`, steps: [at] };
  }
}

/** Requirements that a SEAMCALL's failure breaks. */
const ABOUT_SEAMCALLS: ReadonlySet<string> = new Set(["R1", "R2", "R3", "R9"]);

/** Level of the entries that stand for whole regions. */
const REGION_LEVEL = levelName(Level.Page2M);

function isCount(action: Action, region: number | undefined): boolean {
  return action.kind === "word" && action.role === "count" && (region === undefined || action.region === region);
}

function isChange(action: Action): boolean {
  return action.kind === "word" && action.changed;
}

/** A SEAMCALL and what it is about: `PAMT.ADD of region 0x102000000`. */
function nameOf(made: MadeSeamcall): string {
  const [about] = made.operands;
  const name = shortName(made);
  if (about === undefined) return name;
  if (isPamt(made)) return `${name} of region ${hex(startOfRegion(about))}`;
  return made.leaf.name.startsWith("TDH.PHYMEM.PAGE.") ? `${name} of page ${hex(about)}` : name;
}

function shortName({ leaf }: MadeSeamcall): string {
  return leaf.name.replace("TDH.PHYMEM.", "");
}

function isPamt({ leaf }: MadeSeamcall): boolean {
  return leaf.name.startsWith("TDH.PHYMEM.PAMT.");
}

function entryText({ entry, guards, lock }: LockAction): string {
  if (entry === undefined) return guards ?? lock;
  const of = entry.level === REGION_LEVEL ? `region ${hex(entry.address)}` : hex(entry.address);
  return `the ${entry.level} entry of ${of}`;
}

function hex(address: number): string {
  return `0x${(address - (address % PAGE_SIZE)).toString(16)}`;
}
