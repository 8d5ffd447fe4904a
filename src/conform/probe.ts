/**
 * What a call did on its way, for telling checks apart that answer the same status. It watches the
 * operations of the leaf's program from outside: the program itself is not changed by it.
 */
import type { Registers } from "../abi/index.js";
import { LockEffect, type Operation, OperationKind, type Program } from "../machine/index.js";
import { type FatalCause, ModuleEvent, type ModuleState } from "../module/index.js";

export class Probe {
  /** Operations performed. */
  operations = 0;
  /** Locks that the call got. */
  acquired = 0;
  /** Whether the last operation before the locks were given back read many words at once. */
  gathered = false;
  /** Why the module shut itself down, or 0. */
  fatal: FatalCause | 0 = 0;
  private lastAddress = -1;
  private refusedAddress = -1;

  /**
   * @param module as the call finds it
   * @param inputs a copy of the registers before the call
   */
  constructor(
    readonly module: ModuleState,
    readonly inputs: Registers,
  ) {}

  /** What the last operation before the locks were given back was done on, e.g. `bitmap bit of 0x100000000`. */
  get last(): string {
    return this.lastAddress < 0 ? "" : this.module.space.describe(this.lastAddress);
  }

  /** Name of the lock that the call did not get, or nothing. */
  get refused(): string {
    return this.refusedAddress < 0 ? "" : this.module.space.describe(this.refusedAddress);
  }

  /** The same program, watched. */
  *watch(program: Program): Program {
    let result = 0;
    for (;;) {
      const step = program.next(result);
      if (step.done === true) return step.value;
      const { kind, address, word, argument, detail } = step.value;
      result = yield step.value;
      this.note(kind, address, word.lock, result, argument, detail);
    }
  }

  private note(
    kind: OperationKind,
    address: number,
    lock: LockEffect,
    result: number,
    argument: number,
    detail: Operation["detail"],
  ): void {
    this.operations++;
    if (kind === OperationKind.Event) {
      if (argument === ModuleEvent.Fatal) this.fatal = detail;
      return;
    }
    if (lock === LockEffect.ReleaseExclusive || lock === LockEffect.ReleaseShared) return;
    this.lastAddress = address;
    this.gathered = kind === OperationKind.Gather;
    if (lock === LockEffect.None) return;
    if (result !== 0) this.refusedAddress = address;
    else if (lock !== LockEffect.Promote) this.acquired++;
  }
}
