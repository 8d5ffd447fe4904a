/**
 * The choices of the environment in one transition, as an odometer. A search turns the last digit that can be turned,
 * and so goes through all alternatives.
 *
 * With each choice it keeps a savepoint from before it. The next alternative continues from there, so the steps before
 * that choice are not repeated.
 */

/** Most choices in one transition. */
const CHOICE_LIMIT = 64;

/** Choices after which a transition ends, unless it is replayed. */
export const CHOICES_AT_ONCE = 12;

// Integers kept for each choice: what was chosen, the limit of it, and where the system stood.
const CHOICE = 0;
const LIMIT = 1;
/** Where what the system keeps begins. */
export const STOOD = 2;
const FIRST_CAPACITY = 4;
const NOTHING = new Int32Array(0);

/** Draws a number from `first` to below `limit`. */
export type Draw = (first: number, limit: number) => number;

export class Choices {
  /** Choices made in the last transition. */
  count = 0;
  /** How many of the next choices are given. */
  private given = 0;
  /** Null: choices are given, or the first alternatives. */
  private draw: Draw | null = null;
  /** The integers of the choices, one after the other. */
  kept = NOTHING;
  /** How many there are for each choice. */
  private readonly size: number;

  /** @param stood integers that tell where the system stands */
  constructor(stood: number) {
    this.size = STOOD + stood;
  }

  /** What was chosen, first to last. */
  get list(): number[] {
    return Array.from({ length: this.count }, (_, index) => this.kept[index * this.size + CHOICE] as number);
  }

  /** Takes the first alternative at every choice of the next transition. */
  takeFirst(): void {
    this.given = 0;
  }

  /** From here on choices are drawn one by one; with null they are not. The odometer is turned where it stands. */
  drawWith(draw: Draw | null): void {
    this.draw = draw;
    this.given = 0;
  }

  /** Takes these alternatives at the first choices of the next transition. */
  take(choices: ArrayLike<number>): void {
    this.reserve(choices.length);
    for (let i = 0; i < choices.length; i++) this.kept[i * this.size + CHOICE] = choices[i] as number;
    this.given = choices.length;
  }

  /** Turns the odometer. @returns number of the choice that it turned, or -1 when there is no other alternative */
  turn(): number {
    const { kept, size } = this;
    let last = this.count - 1;
    while (last >= 0 && (kept[last * size + CHOICE] as number) + 1 >= (kept[last * size + LIMIT] as number)) last--;
    if (last >= 0) kept[last * size + CHOICE] = (kept[last * size + CHOICE] as number) + 1;
    this.given = last + 1;
    return last;
  }

  /** Position in `kept` of a choice. */
  positionOf(index: number): number {
    return index * this.size;
  }

  /**
   * Makes the next choice.
   *
   * @param first what is chosen where nothing is given
   * @param limit one past the last alternative
   * @returns position in `kept` of what was chosen
   */
  make(first: number, limit: number): number {
    const index = this.count++;
    if (index >= CHOICE_LIMIT) throw new RangeError(`more than ${CHOICE_LIMIT} choices in one transition`);
    this.reserve(index + 1);
    const at = index * this.size;
    this.kept[at + LIMIT] = limit;
    if (this.draw !== null) this.kept[at + CHOICE] = this.draw(first, limit);
    else if (index >= this.given) this.kept[at + CHOICE] = first;
    return at;
  }

  private reserve(count: number): void {
    if (count * this.size <= this.kept.length) return;
    let capacity = Math.max(FIRST_CAPACITY, this.kept.length / this.size);
    while (capacity < count) capacity *= 2;
    const grown = new Int32Array(capacity * this.size);
    grown.set(this.kept);
    this.kept = grown;
  }
}
