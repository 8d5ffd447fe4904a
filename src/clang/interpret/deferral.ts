/** Kinds of functions that run later: where each runs, and what it is called. */
import { ExecutionContext } from "../../kernel/index.js";

/** What kind of function is deferred; `intrinsics.h` has the same numbers. */
export enum Deferral {
  Callback = 1,
  Work = 2,
  Timer = 3,
  HighResolutionTimer = 4,
  Tasklet = 5,
  IrqWork = 6,
  /** It waits for a grace period of its domain. */
  SrcuCallback = 7,
}

interface Kind {
  readonly context: ExecutionContext;
  /** What asks for it, as traces call it. */
  readonly asked: string;
  /** What runs, as traces call it. */
  readonly name: string;
}

export const KINDS: Readonly<Record<Deferral, Kind>> = {
  [Deferral.Callback]: { context: ExecutionContext.Softirq, asked: "call_rcu", name: "RCU callback" },
  [Deferral.Work]: { context: ExecutionContext.Task, asked: "queue_work", name: "work item" },
  [Deferral.Timer]: { context: ExecutionContext.Softirq, asked: "mod_timer", name: "timer" },
  [Deferral.HighResolutionTimer]: { context: ExecutionContext.HardInterrupt, asked: "hrtimer_start", name: "hrtimer" },
  [Deferral.Tasklet]: { context: ExecutionContext.Softirq, asked: "tasklet_schedule", name: "tasklet" },
  [Deferral.IrqWork]: { context: ExecutionContext.HardInterrupt, asked: "irq_work_queue", name: "irq_work" },
  // Linux runs them in work items that have softirqs off: they may not sleep either.
  [Deferral.SrcuCallback]: { context: ExecutionContext.Softirq, asked: "call_srcu", name: "SRCU callback" },
};

/** It waits for a grace period, and its head is free as soon as it runs. */
export function isCallback(kind: Deferral): boolean {
  return kind === Deferral.Callback || kind === Deferral.SrcuCallback;
}

/** It may say, by what it returns, that it is to run again. */
export function isTimer(kind: Deferral): boolean {
  return kind === Deferral.Timer || kind === Deferral.HighResolutionTimer;
}

/** How `cancel` goes about it; `intrinsics.h` has the same numbers. */
export enum Cancel {
  /** What waits does not run. */
  Now = 0,
  /** And what runs has ended. */
  Sync = 1,
  /** Unless it runs: then nothing changes. */
  Try = 2,
  /** Nothing changes, but what runs has ended. */
  Wait = 3,
}
