/**
 * The run driver: one program, to its end, alone on its machine.
 */
import { type Operation, OperationKind, type Program } from "./operation.js";
import type { Words } from "./words.js";

/** What became of a program under the run driver. */
export class BlockedError extends Error {
  readonly code = "BLOCKED";
}

/** Told of every event and asked for every choice. */
export interface Environment {
  /** @returns the alternative, `from` to `alternatives` - 1 */
  choose(label: string, alternatives: number, from: number): number;
  event(code: number, detail: number, extra: number): void;
}

/** An environment that takes the first alternative and ignores events. */
export const benign: Environment = { choose: (_label, _alternatives, from) => from, event: () => {} };

/** Performs one word operation atomically and returns its result; throws when it would have to wait. */
function perform(words: Words, operation: Operation): number {
  const { word, address, argument } = operation;
  const old = words.read(address);
  if (word.ready !== undefined && !word.ready(old, argument)) {
    throw new BlockedError(`${word.name} would wait for ever: no other processor runs`);
  }
  const result = word.result(old, argument);
  if (!word.readOnly) words.write(address, word.next(old, argument), word.mask);
  return result;
}

/** Runs `program` to its end and returns what it returned. */
export function run(words: Words, program: Program, environment: Environment = benign): number {
  const callers: Program[] = [];
  let current = program;
  let result = 0;
  for (;;) {
    const step = current.next(result);
    if (step.done === true) {
      const caller = callers.pop();
      if (caller === undefined) return step.value;
      current = caller;
      result = step.value;
      continue;
    }
    const operation = step.value;
    switch (operation.kind) {
      case OperationKind.Word:
        result = perform(words, operation);
        break;
      case OperationKind.Fill:
        words.fill(operation.address, operation.count, operation.argument, operation.word.mask, operation.extra);
        result = 0;
        break;
      case OperationKind.Gather:
        result =
          words.gather(operation.address, operation.count, operation.detail, operation.extra) & operation.argument;
        break;
      case OperationKind.Choose: {
        const { address } = operation;
        const open = address < 0 || words.read(address) > 0;
        result = open ? environment.choose(operation.label, operation.argument, operation.detail) : 0;
        if (address >= 0 && result > 0) words.write(address, words.read(address) - 1);
        break;
      }
      case OperationKind.Event:
        environment.event(operation.argument, operation.detail, operation.extra);
        result = 0;
        break;
      case OperationKind.Call:
        callers.push(current);
        current = operation.start(operation.record);
        result = 0;
        break;
      case OperationKind.Become:
        current = operation.start(null);
        result = 0;
        break;
    }
  }
}
