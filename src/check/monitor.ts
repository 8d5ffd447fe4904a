/** The monitor: it passes events and states to the requirement checks, which count, warn and report. */
import { TDX_SUCCESS } from "../abi/index.js";
import { Asides, type Evidence, type Observer, type TransitionSystem, type Violation } from "../explore/index.js";
import { HelperKind, KernelEvent } from "../kernel/index.js";
import { ModuleEvent } from "../module/index.js";
import type { Ghost } from "./ghost.js";
import { QuiescentMemo } from "./quiescent-memo.js";
import { type RequirementId, requirements } from "./requirements/index.js";
import type { Check, CheckContext, OnEvent, OnSpinLock } from "./requirements/requirement.js";
import type { Sentence } from "./requirements/sentence.js";
import { watchSetAside } from "./set-aside.js";

/** What a run showed beside requirements: that it was not vacuous. */
export enum Witness {
  PairAdded = 0,
  PairRemoved = 1,
  AllocationFailed = 2,
  GetSucceeded = 3,
  PageUsed = 4,
  BusyRetried = 5,
  Split = 6,
  Merged = 7,
  ShutDown = 8,
  SeamcallFailed = 9,
}

export const witnessText: Record<Witness, string> = {
  [Witness.PairAdded]: "a page pair was added",
  [Witness.PairRemoved]: "a page pair was removed",
  [Witness.AllocationFailed]: "an allocation failed",
  [Witness.GetSucceeded]: "a get succeeded",
  [Witness.PageUsed]: "a page in use was used",
  [Witness.BusyRetried]: "a SEAMCALL was BUSY and made again",
  [Witness.Split]: "a 2 MiB page was split",
  [Witness.Merged]: "512 pages were merged",
  [Witness.ShutDown]: "the TDX module shut down",
  [Witness.SeamcallFailed]: "a SEAMCALL failed by nobody's fault",
};

/** Witnesses that only flows can give. */
export const flowWitnesses: ReadonlySet<Witness> = new Set([
  Witness.BusyRetried,
  Witness.Split,
  Witness.Merged,
  Witness.ShutDown,
]);

/** Events that are judged by nothing but what the CPU itself is doing, if at all. */
const JUDGED_ALONE = [
  KernelEvent.Enter,
  KernelEvent.Allocate,
  KernelEvent.AllocationFailed,
  KernelEvent.CounterFound,
  KernelEvent.PageFreed,
];

const WITNESSES = 10;
const CODES = 64;

/** The settings of a monitor that do not come from the system. */
export type MonitorSettings = Omit<
  CheckContext,
  "checked" | "violate" | "violateAside" | "warn" | "system" | "ghost"
> & {
  readonly softirq: boolean;
  /** Requirements that are not judged. */
  readonly ignored: ReadonlySet<string>;
  /** What the scenario asks, see `Scenario.asks`. */
  readonly asks: string | undefined;
  /** Leaf numbers of PAMT.ADD and PAMT.REMOVE, and the status of success. */
  readonly isAdd: (leaf: number, status: number) => boolean;
  readonly isRemove: (leaf: number, status: number) => boolean;
};

// Looking these up in the enumerations of other files takes as long as what they decide.
const {
  Enter: ENTER,
  Leave: LEAVE,
  SeamcallReturned: SEAMCALL_RETURNED,
  SeamcallFailed: SEAMCALL_FAILED,
  AllocationFailed: ALLOCATION_FAILED,
  Used: USED,
  FlowReturned: FLOW_RETURNED,
  Yield: YIELD,
} = KernelEvent;
const FATAL = ModuleEvent.Fatal;

export class Monitor implements Observer {
  readonly counts = new Float64Array(requirements.length + WITNESSES);
  remarks = 0;
  /** How often each check was made. */
  readonly checked = this.counts.subarray(0, requirements.length);
  /** What broke without ending the path. */
  readonly asides = new Asides();
  /** First message of each requirement that is only warned of. */
  readonly warnings = new Map<RequirementId, string>();
  /** First message of each requirement that would have been broken, had it been judged. */
  readonly ignored = new Map<string, string>();
  /** A path ended at what is not judged, as the program cannot go on after it: what follows was not seen. */
  isCutShort = false;
  /** What there is to say beside requirements. */
  readonly notes = new Set<string>();
  /** How often each witness was seen. */
  readonly witnesses = this.counts.subarray(requirements.length);

  private readonly judgedAlone = new Uint8Array(CODES);
  // Functions and not their objects: looking up a method of objects of many kinds takes as long as what most of them do.
  private readonly handlers: OnEvent[][] = Array.from({ length: CODES }, () => []);
  private readonly stateChecks: (() => void)[] = [];
  private readonly quiescentChecks: (() => void)[] = [];
  private readonly lockChecks: OnSpinLock[] = [];
  private readonly quiescentMemo: QuiescentMemo;
  /** Some check has had something to say. */
  private hasSaid = false;

  constructor(
    private readonly system: TransitionSystem,
    private readonly ghost: Ghost,
    private readonly settings: MonitorSettings,
  ) {
    for (const code of JUDGED_ALONE) this.judgedAlone[code] = 1;
    this.quiescentMemo = new QuiescentMemo(system, this.checked);
    for (const [index, requirement] of requirements.entries()) {
      if (!this.isAsked(index)) continue;
      const context: CheckContext = {
        ...settings,
        system,
        ghost,
        checked: () => {
          this.checked[index] = (this.checked[index] as number) + 1;
        },
        violate: (what, evidence) => {
          this.hasSaid = true;
          if (this.goesOn(requirement.id, evidence)) this.ignore(requirement.id, what);
          else if (requirement.warning === true) this.warn(requirement.id, what);
          else {
            const { message, facts } = said(what);
            system.violate(requirement.id, message, facts === undefined ? evidence : { ...evidence, facts });
          }
        },
        // Where the path ends, what ended it is told alone.
        violateAside: (what, evidence) => {
          this.hasSaid = true;
          const { id } = requirement;
          if (!settings.ignored.has(id)) {
            if (system.violation === null) this.asides.add(id, () => said(what()), evidence);
          } else if (!this.ignored.has(id)) this.ignore(id, what());
        },
        warn: (what) => {
          this.hasSaid = true;
          this.warn(requirement.id, what);
        },
      };
      const check = requirement.create(context);
      this.handle(check, requirement.first === true);
      if (check.onState !== undefined) this.stateChecks.push(check.onState);
      if (check.onQuiescent !== undefined) this.quiescentChecks.push(check.onQuiescent);
      if (check.onSpinLock !== undefined && settings.softirq) this.lockChecks.push(check.onSpinLock);
    }
    if (settings.helpers.topupCache !== undefined) {
      this.handle(watchSetAside(system, settings.kernel, ghost, (text) => this.note(text)));
    }
  }

  /** @param first it is told before those that are there already */
  private handle(check: Check, first = false): void {
    const { codes = [], onEvent } = check;
    if (onEvent === undefined) return;
    for (const code of codes) {
      const handlers = this.handlers[code] as OnEvent[];
      if (first) handlers.unshift(onEvent);
      else handlers.push(onEvent);
    }
  }

  onEvent(cpu: number, code: number, detail: number, extra: number): void {
    const ending = code === LEAVE;
    if (!ending) this.ghost.follow(cpu, code, detail, extra);
    this.witness(cpu, code, detail, extra);
    const handlers = this.handlers[code] as OnEvent[];
    for (let i = 0; i < handlers.length; i++) handlers[i]!(cpu, code, detail, extra);
    if (!ending) return;
    this.ghost.follow(cpu, code, detail, extra);
    // The CPU may go on in the same transition, so that no search ever sees it between two helpers.
    this.onState();
  }

  private warn(id: RequirementId, what: Told): void {
    if (this.warnings.has(id)) return;
    this.warnings.set(id, said(what).message);
    this.remarks++;
  }

  /** Whether a violation is not judged, and what follows is. */
  private goesOn(id: string, evidence: Evidence | undefined): boolean {
    const { ignored, asks } = this.settings;
    return ignored.has(id) && evidence?.ends !== true && id !== asks;
  }

  private ignore(id: string, what: Told): void {
    if (this.ignored.has(id)) return;
    this.ignored.set(id, said(what).message);
    this.remarks++;
  }

  private note(text: string): void {
    if (this.notes.has(text)) return;
    this.notes.add(text);
    this.remarks++;
  }

  /** Whether a violation that ends a path is one that is not judged; it is kept in mind as such. */
  overlooks(violation: Violation): boolean {
    const { property: requirement, message } = violation;
    if (!this.settings.ignored.has(requirement)) return false;
    this.ignore(requirement, message);
    // What a wrong caller brings about after what the scenario asks for says nothing of other requirements.
    if (requirement !== this.settings.asks) this.isCutShort = true;
    return true;
  }

  /** At the beginning and end of a helper the whole state is judged, and other CPUs are looked at. */
  isPlain(code: number): boolean {
    return code !== ENTER && code !== LEAVE;
  }

  looksAround(code: number): boolean {
    return this.judgedAlone[code] === 0;
  }

  onState(): void {
    const { stateChecks, quiescentChecks } = this;
    for (let i = 0; i < stateChecks.length; i++) stateChecks[i]!();
    if (this.ghost.inHelpers !== 0 || !this.system.memoryModel.allDrained || this.quiescentMemo.knows()) return;
    this.hasSaid = false;
    for (let i = 0; i < quiescentChecks.length; i++) quiescentChecks[i]!();
    if (!this.hasSaid) this.quiescentMemo.keep();
  }

  onSpinLock(cpu: number, address: number, softirqs: number): void {
    for (const check of this.lockChecks) check(cpu, address, softirqs);
  }

  /** Whether what is explored can break requirement number `index` at all. */
  isAsked(index: number): boolean {
    return requirements[index]?.isAsked?.(this.settings) !== false;
  }

  /** Forgets counts, warnings and what broke. */
  reset(): void {
    this.asides.reset();
    this.counts.fill(0);
    this.warnings.clear();
    this.ignored.clear();
    this.notes.clear();
    this.isCutShort = false;
  }

  private witness(_cpu: number, code: number, detail: number, extra: number): void {
    switch (code) {
      case SEAMCALL_RETURNED:
        if (this.settings.isAdd(detail, extra)) this.see(Witness.PairAdded);
        else if (this.settings.isRemove(detail, extra)) this.see(Witness.PairRemoved);
        break;
      case SEAMCALL_FAILED:
        this.see(Witness.SeamcallFailed);
        break;
      case ALLOCATION_FAILED:
        this.see(Witness.AllocationFailed);
        break;
      case USED:
        this.see(Witness.PageUsed);
        break;
      case FLOW_RETURNED:
        if (extra === TDX_SUCCESS) this.see(Witness.PageUsed);
        break;
      case FATAL:
        this.see(Witness.ShutDown);
        break;
      case YIELD:
        this.see(Witness.BusyRetried);
        break;
      case LEAVE:
        if (extra !== 0) break;
        if (detail === HelperKind.Get) this.see(Witness.GetSucceeded);
        if (detail === HelperKind.Split) this.see(Witness.Split);
        if (detail === HelperKind.Merge) this.see(Witness.Merged);
        break;
    }
  }

  private see(witness: Witness): void {
    this.witnesses[witness] = (this.witnesses[witness] as number) + 1;
  }
}

/** What a check says, or a function that says it. */
type Told = string | Sentence | (() => Sentence);

/** What a check says, as violations carry it. */
function said(told: Told): Pick<Violation, "message" | "facts"> {
  const what = typeof told === "function" ? told() : told;
  return typeof what === "string" ? { message: what } : { message: what.text, facts: what.facts };
}
