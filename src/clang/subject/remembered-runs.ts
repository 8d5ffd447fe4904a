/**
 * Remembers what a program came to, by what it saw. Each state in which no helper runs asks the design's own function how
 * many pages it keeps. Few of the words that this function looks at change from one state to the next.
 */
import { OperationKind, type Program, type Words } from "../../machine/index.js";

/** The word that the program looks at next, and what follows for each of its contents: another look, or what it returns. */
interface Look {
  readonly address: number;
  readonly following: Map<number, Look | number>;
}

/** Looks that are remembered. Where a program sees something else each time, it is of no use to remember more. */
const LOOKS = 1 << 16;
const OTHER_STEPS = "a program takes other steps when it runs again";

export class RememberedRuns {
  private first: Look | number | undefined;
  private looks = 0;

  /** @param words that the program runs on. What it does must depend on them alone; it changes some at most for itself. */
  constructor(private readonly words: Words) {}

  /** What the program returns now, if a run has seen the same before. */
  known(): number | undefined {
    let at = this.first;
    while (typeof at === "object") at = at.following.get(this.words.read(at.address));
    return at;
  }

  /** Hands on the operations of the program. What it returns is remembered by what it has seen till then. */
  *learn(program: Program): Program {
    /** What each word held when the program first came to it. Later it knows that, and what it has done itself. */
    const seen = new Map<number, number>();
    let result = 0;
    for (;;) {
      const step = program.next(result);
      if (step.done === true) {
        this.remember([...seen], step.value);
        return step.value;
      }
      const { kind, address } = step.value;
      if (kind === OperationKind.Word && !seen.has(address)) seen.set(address, this.words.read(address));
      result = yield step.value;
    }
  }

  private remember(seen: readonly (readonly [number, number])[], value: number): void {
    if (this.looks + seen.length > LOOKS) {
      this.first = undefined;
      this.looks = 0;
    }
    let put = (next: Look | number): void => {
      this.first = next;
    };
    let known = this.first;
    for (const [address, held] of seen) {
      if (known === undefined) {
        known = { address, following: new Map() };
        this.looks++;
        put(known);
      }
      if (typeof known !== "object" || known.address !== address) throw new Error(OTHER_STEPS);
      const { following } = known;
      put = (next) => following.set(held, next);
      known = following.get(held);
    }
    if (known !== undefined && known !== value) throw new Error(OTHER_STEPS);
    put(value);
  }
}
