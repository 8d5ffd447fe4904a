/** Landmarks: how operations on shared words are named in a schedule, and counted while a system moves. */
import { type Drained, type Made, type Race, raceOf, runFreely, type Trace } from "../../explore/index.js";
import type { Setup } from "../setup.js";
import { DRAINS, type Stretch } from "./schedule.js";

const FNV_PRIME = 0x01000193;

/** Five characters that stand for what an operation does to which word. */
export function landmarkOf(setup: Setup, node: number): string {
  const { automaton } = setup.system;
  const text = `${automaton.word[node]!.name} ${setup.space.describe(automaton.addressOf(node))}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return (hash >>> 0).toString(36).padStart(7, "0").slice(-5);
}

/** Watches the operations on shared words. */
export class Landmarks implements Trace {
  readonly seen = new Map<string, number>();
  private readonly states = new Set<string>();
  /** The present state was there before. */
  comesBack = false;
  /**
   * The CPU has gone on behind the end of a run to the landmark: a run ends before something begins, and behind a yield.
   * See `runFreely`.
   */
  wentOn = false;
  private hasYielded = false;
  /** The last operation of the stretch under way, and which time its CPU has done it. */
  landmark = "";
  occurrence = 0;
  /** The first race that was seen. */
  race: Race | null = null;
  /** The access made last. */
  private last: Made | null = null;
  /** Called after each operation on a shared word. */
  after: () => void = () => {};

  constructor(
    private readonly setup: Setup,
    private readonly next: Trace | null,
  ) {}

  onWord(cpu: number, node: number, result: number, before: number, after: number, buffered: boolean): void {
    this.next?.onWord(cpu, node, result, before, after, buffered);
    if (this.hasYielded) this.wentOn = true;
    if (!this.setup.system.automaton.isShared(node)) return;
    const made = { cpu, node, before };
    this.race ??= this.raceNow(made);
    this.last = made;
    this.count(`${cpu}`, node);
    this.after();
  }

  onDrain(cpu: number, drained: Drained): void {
    this.next?.onDrain?.(cpu, drained);
    this.last = null;
    this.count(DRAINS[cpu] as string, drained.node);
    this.after();
  }

  /** Counts an operation, or that it drains. */
  count(who: string, node: number): void {
    this.landmark = landmarkOf(this.setup, node);
    this.forgetEnd();
    const key = `${who} ${this.landmark}`;
    this.occurrence = (this.seen.get(key) ?? 0) + 1;
    this.seen.set(key, this.occurrence);
  }

  /** The race of an access with the one just before it: nothing that others could notice came between. */
  private raceNow(made: Made): Race | null {
    const { last } = this;
    if (last === null || last.cpu === made.cpu) return null;
    return raceOf(this.setup.system.automaton, last, made);
  }

  beginStretch(): void {
    this.landmark = "";
    this.occurrence = 0;
    this.forgetEnd();
  }

  /** An operation or a choice: a run does not end before it. */
  private forgetEnd(): void {
    this.wentOn = false;
    this.hasYielded = false;
  }

  onChoice(cpu: number, node: number, choice: number): void {
    this.forgetEnd();
    this.next?.onChoice(cpu, node, choice);
  }

  onEvent(cpu: number, node: number): void {
    const { system } = this.setup;
    const code = system.automaton.argumentOf(node);
    if (this.hasYielded || system.isBeginning(code)) this.wentOn = true;
    if (code === system.yielding?.code) this.hasYielded = true;
    this.next?.onEvent(cpu, node);
  }

  onPosition(): void {
    const { system } = this.setup;
    system.takeFingerprint();
    const key = `${system.fingerprintLow},${system.fingerprintHigh}`;
    this.comesBack = this.states.has(key);
    this.states.add(key);
  }

  onWait(cpu: number, node: number): void {
    this.next?.onWait(cpu, node);
  }
}

/** Lets `cpu` make the access that it rests at, and go on to where others would notice. */
export function accessNow({ system }: Setup, landmarks: Landmarks, cpu: number): Stretch {
  let isMade = false;
  landmarks.after = () => {
    isMade = true;
  };
  runFreely(system, cpu, {
    isOver: () => isMade,
    choicesLeft: () => 0,
    endsAtBeginnings: true,
    draw: (first) => first,
  });
  landmarks.after = () => {};
  return { cpu, landmark: landmarks.landmark, occurrence: landmarks.occurrence, choices: [] };
}
