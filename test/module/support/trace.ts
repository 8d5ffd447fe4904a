/** Runs a program alone and notes its operations by name. */
import { LockEffect, type Operation, OperationKind, type Program } from "../../../src/machine/index.js";
import type { TestHost } from "./host.js";

export interface Trace {
  readonly status: number;
  /** What a lock operation did, and to which word: `sh 1G entry of 0x100000000`. A failed attempt begins with `?`. */
  readonly locks: readonly string[];
  /** Every operation that is no lock: its name and its word. */
  readonly others: readonly string[];
  readonly events: readonly number[];
}

const effects: Record<LockEffect, string> = {
  [LockEffect.None]: "",
  [LockEffect.AcquireExclusive]: "ex",
  [LockEffect.AcquireShared]: "sh",
  [LockEffect.Promote]: "promote",
  [LockEffect.ReleaseExclusive]: "-ex",
  [LockEffect.ReleaseShared]: "-sh",
};

/** Performs an operation that needs no other processor. @returns its result */
export function performAlone(host: Pick<TestHost, "words">, operation: Operation, events: number[] = []): number {
  const { words } = host;
  const { address, argument } = operation;
  switch (operation.kind) {
    case OperationKind.Word: {
      const old = words.read(address);
      if (!operation.word.readOnly) words.write(address, operation.word.next(old, argument), operation.word.mask);
      return operation.word.result(old, argument);
    }
    case OperationKind.Fill:
      words.fill(address, operation.count, argument, operation.word.mask, operation.extra);
      return 0;
    case OperationKind.Gather:
      return words.gather(address, operation.count, operation.detail, operation.extra) & argument;
    case OperationKind.Event:
      events.push(argument, operation.detail);
      return 0;
    default:
      throw new Error(`the module does not use operations of kind ${operation.kind}`);
  }
}

/** Runs a program to its end. */
export function trace(host: TestHost, program: Program): Trace {
  const locks: string[] = [];
  const others: string[] = [];
  const events: number[] = [];
  let result = 0;
  for (;;) {
    const step = program.next(result);
    if (step.done === true) return { status: step.value, locks, others, events };
    const operation = step.value;
    const where = operation.kind === OperationKind.Event ? "" : host.space.describe(operation.address);
    const effect = operation.kind === OperationKind.Word ? operation.word.lock : LockEffect.None;
    result = performAlone(host, operation, events);
    const name = where.replace(/:? lock$/, "");
    if (effect !== LockEffect.None) locks.push(`${result === 0 ? "" : "?"}${effects[effect]} ${name}`);
    else if (operation.kind !== OperationKind.Event) others.push(`${operation.word.name} ${where}`);
  }
}
