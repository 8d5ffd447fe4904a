/**
 * Recent accesses: what each CPU did in its last transition, to words that no lock of the engine's protects.
 *
 * C makes locks by hand: of a bit, a ticket, a flag. Nothing says that such a word is a lock. But CPUs that obey it never
 * access what it protects at the same time. So a word may go without scheduling points as long as no two CPUs access it
 * right behind each other, one of them to write. *Right behind* means that the first has made no transition since. At the
 * first such access the search starts again, with scheduling points there.
 *
 * What a CPU did last lies in a word of its own, as a number for the set. So the search restores, compares and
 * fingerprints it like any other word.
 */
import { Interned, type Words } from "../../machine/index.js";
import { PairMap } from "./pair-map.js";

/** Whether a CPU has written each of these words, by the number of the word; it has read the others. */
type Accesses = ReadonlyMap<number, boolean>;

/** The number of the empty set. */
const NOTHING = 0;
const SETS = 2 ** 31;

export class RecentAccesses {
  private readonly sets = new Interned<Accesses>(SETS);
  /** The set with one access more, by the number of the set, and of the word with whether it is written. */
  private readonly larger = new PairMap();

  /**
   * @param word of each CPU's own that nobody else uses
   * @param own words that each CPU has for itself
   * @param addressOf address of the word with a number
   */
  constructor(
    private readonly word: number,
    private readonly own: readonly Words[],
    private readonly addressOf: (slot: number) => number,
  ) {
    this.sets.numberOf("", () => new Map(), NOTHING);
  }

  /** `cpu` begins a transition. */
  begin(cpu: number): void {
    (this.own[cpu] as Words).write(this.word, NOTHING);
  }

  /** `cpu` accesses the word with the number `slot`. @returns whether another CPU did so in its last transition, and one writes */
  note(cpu: number, slot: number, writes: boolean): boolean {
    const own = this.own[cpu] as Words;
    const before = own.read(this.word);
    own.write(this.word, this.with(before, slot, writes));
    for (let other = 0; other < this.own.length; other++) {
      if (other === cpu) continue;
      const theirs = (this.own[other] as Words).read(this.word);
      if (theirs === NOTHING) continue;
      const written = (this.sets.get(theirs) as Accesses).get(slot);
      if (written !== undefined && (written || writes)) return true;
    }
    return false;
  }

  private with(set: number, slot: number, writes: boolean): number {
    const access = 2 * slot + (writes ? 1 : 0);
    const known = this.larger.get(set, access);
    if (known >= 0) return known;
    const accesses = new Map(this.sets.get(set) as Accesses);
    accesses.set(slot, accesses.get(slot) === true || writes);
    const names = [...accesses].map(([each, written]) => `${this.addressOf(each)}${written ? "w" : "r"}`);
    const number = this.sets.numberOf(names.sort().join(" "), () => accesses);
    this.larger.set(set, access, number);
    return number;
  }
}
