/**
 * The run driver: one program, to its end, alone on its machine.
 */
import { OperationKind, type Program } from "./operation.js";
import { benign, type Environment, performChoice, performWord } from "./perform.js";
import type { Words } from "./words.js";

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
    const { address, argument } = operation;
    switch (operation.kind) {
      case OperationKind.Word:
        result = performWord(words, operation.word, address, argument);
        break;
      case OperationKind.Fill:
        words.fill(address, operation.count, argument, operation.word.mask, operation.extra);
        result = 0;
        break;
      case OperationKind.Gather:
        result = words.gather(address, operation.count, operation.detail, operation.extra) & argument;
        break;
      case OperationKind.Choose:
        result = performChoice(words, environment, operation.label, argument, operation.detail, address);
        break;
      case OperationKind.Event:
        environment.event(argument, operation.detail, operation.extra);
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
      case OperationKind.LoopHead:
      case OperationKind.Join:
        result = 0;
        break;
    }
  }
}
