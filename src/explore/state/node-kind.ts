/** Kinds of nodes, see `automaton.ts`. */
import { OperationKind } from "../../machine/index.js";

/** What a CPU in some local state is about to do. */
export enum NodeKind {
  /** A word operation. */
  Word = 0,
  Choose = 1,
  Event = 2,
  /** Its program has ended. */
  Done = 3,
  /** A call; never a resting place. */
  Call = 4,
  /** Writes one value to many words. */
  Fill = 5,
  /** Reads many words. */
  Gather = 6,
  /** A call that has done more than any call needs: it goes round without end. */
  Runaway = 7,
}

/** The kind of a node that stands before an operation. */
export function kindOf(kind: OperationKind): NodeKind {
  switch (kind) {
    case OperationKind.Word:
      return NodeKind.Word;
    case OperationKind.Choose:
      return NodeKind.Choose;
    case OperationKind.Event:
      return NodeKind.Event;
    case OperationKind.Call:
      return NodeKind.Call;
    case OperationKind.Fill:
      return NodeKind.Fill;
    case OperationKind.Gather:
      return NodeKind.Gather;
    case OperationKind.Become:
    case OperationKind.LoopHead:
    case OperationKind.Join:
      throw new Error("this is not a node");
  }
}
