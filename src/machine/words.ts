/**
 * Journaled words: all state that processors share, as 32-bit integers behind `read` and `write`.
 *
 * Every write logs the old value, so `rewind` costs what was written since the mark. It also keeps a running
 * fingerprint: the XOR over all words of a hash of address and value. So a fingerprint costs nothing however large the
 * host is. A word that holds 0 contributes nothing: an untouched host and a host returned to zero have the fingerprint
 * 0:0.
 *
 * Words come into being when first written. Addresses are unsigned 32-bit integers below
 * `ADDRESS_LIMIT`.
 */
import { changeHigh, changeLow } from "./hash.js";

const PAGE_BITS = 10;
const PAGE_WORDS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_WORDS - 1;

/**
 * Of each line of words it is remembered whether one of them may be other than 0, in integers behind the words of the
 * page. Most of a large range is 0 most of the time, and need not be looked at or zeroed then. With a journal a line
 * keeps its mark for good: rewinding may bring back what was zeroed.
 */
const LINE_BITS = 6;
const LINE_WORDS = 1 << LINE_BITS;
const PAGE_LENGTH = PAGE_WORDS + (PAGE_WORDS >>> LINE_BITS);

/** Integers in the journal for one write. */
const ENTRY = 5;
/** Integers of one change, see `replaceAll`. */
const CHANGE = 6;

/** First address that does not exist. */
export const ADDRESS_LIMIT = 2 ** 32;
/** Words from here on lie far apart: their pages are looked up in a map. */
export const FAR = 2 ** 28;

const NO_PAGES: readonly undefined[] = [];

/** A position in the journal, to go back to. */
export type Mark = number;

export class Words {
  /** Low half of the running fingerprint, a signed 32-bit integer. */
  fingerprintLow = 0;
  /** High half of the running fingerprint, a signed 32-bit integer. */
  fingerprintHigh = 0;

  private listener: ((address: number) => void) | null = null;
  private readonly pages: (Int32Array | undefined)[] = [];
  /** The pages that `read` and `write` find at once: all, or none while there is a spy. */
  private open: readonly (Int32Array | undefined)[] = this.pages;
  /** A word before this one is 0 where `open` has no page. */
  private openEnd = FAR;
  /** Pages from `FAR` on, by number: few of them are ever written. */
  private readonly farPages = new Map<number, Int32Array>();
  private readonly journaled: boolean;
  /** Of each write: address, old value, mask of the bits that count, and the fingerprint before it. */
  private journal = new Int32Array(ENTRY * 1024);
  private length = 0;

  /**
   * @param journaled whether writes are logged and fingerprinted; without, `mark` and `rewind`
   *   are refused and writes are cheaper (the run driver and the direct form never go back)
   */
  constructor(journaled = true) {
    this.journaled = journaled;
  }

  /** Receives every word that is about to be read or written. It costs nothing where there is none. */
  get spy(): ((address: number) => void) | null {
    return this.listener;
  }

  set spy(spy: ((address: number) => void) | null) {
    this.listener = spy;
    this.open = spy === null ? this.pages : NO_PAGES;
    this.openEnd = spy === null ? FAR : 0;
  }

  /** Short, and without a call where all is as usual: callers compile it into themselves. */
  read(address: number): number {
    const page = this.open[address >>> PAGE_BITS];
    if (page !== undefined) return page[address & PAGE_MASK] as number;
    return address >>> 0 < this.openEnd ? 0 : this.readOther(address);
  }

  /** Reads a word that is far, or that a spy hears of. */
  private readOther(address: number): number {
    this.listener?.(address);
    const number = address >>> PAGE_BITS;
    return (this.pages[number] ?? this.farPages.get(number))?.[address & PAGE_MASK] ?? 0;
  }

  /**
   * @param address word to change
   * @param value its new contents, stored as a signed 32-bit integer
   * @param mask bits that tell states apart; every write to one address must use the same mask
   */
  write(address: number, value: number, mask = -1): void {
    let page = this.open[address >>> PAGE_BITS];
    if (page === undefined) page = this.pageToWrite(address);
    const index = address & PAGE_MASK;
    const old = page[index] as number;
    if (old === value) return;
    page[index] = value;
    page[PAGE_WORDS + (index >>> LINE_BITS)] = 1;
    if (!this.journaled) return;
    const from = old & mask;
    const to = value & mask;
    this.log(address, old, mask, changeLow(address, from, to), changeHigh(address, from, to));
  }

  /**
   * `write` for a caller that knows what the word holds (something else than `value`) and by how much
   * the change alters the two halves of the fingerprint. For journaled words.
   */
  replace(address: number, old: number, value: number, mask: number, low: number, high: number): void {
    let page = this.pages[address >>> PAGE_BITS];
    if (page === undefined) page = this.addPage(address);
    const index = address & PAGE_MASK;
    page[index] = value;
    page[PAGE_WORDS + (index >>> LINE_BITS)] = 1;
    this.log(address, old, mask, low, high);
  }

  /**
   * `replace`, several times.
   *
   * @param list of each change the address, old contents, mask, new contents, and the halves of the fingerprint
   * @param from where in `list` the first change begins
   * @returns the position behind the last
   */
  replaceAll(list: Int32Array, from: number, count: number): number {
    const end = from + CHANGE * count;
    while (this.length + ENTRY * count > this.journal.length) this.growJournal();
    const { journal } = this;
    let { fingerprintLow, fingerprintHigh } = this;
    let entry = this.length;
    for (let at = from; at < end; at += CHANGE) {
      const address = (list[at] as number) >>> 0;
      const page = this.pages[address >>> PAGE_BITS] ?? this.addPage(address);
      const index = address & PAGE_MASK;
      page[index] = list[at + 3] as number;
      page[PAGE_WORDS + (index >>> LINE_BITS)] = 1;
      journal[entry] = address;
      journal[entry + 1] = list[at + 1] as number;
      journal[entry + 2] = list[at + 2] as number;
      journal[entry + 3] = fingerprintLow;
      journal[entry + 4] = fingerprintHigh;
      fingerprintLow ^= list[at + 4] as number;
      fingerprintHigh ^= list[at + 5] as number;
      entry += ENTRY;
    }
    this.length = entry;
    this.fingerprintLow = fingerprintLow;
    this.fingerprintHigh = fingerprintHigh;
    return end;
  }

  /**
   * Writes `value` to `count` words from `address` on, each `step` more than the one before. Words that were
   * never written cost nothing when all are to hold 0.
   */
  fill(address: number, count: number, value: number, mask = -1, step = 0): void {
    const end = address + count;
    this.showAll(address, end);
    for (let at = address; at < end; ) {
      const index = at & PAGE_MASK;
      const here = Math.min(PAGE_WORDS - index, end - at);
      const page = this.pages[at >>> PAGE_BITS] ?? this.farPages.get(at >>> PAGE_BITS);
      const first = (value + (at - address) * step) | 0;
      if (page === undefined) {
        if (value !== 0 || step !== 0) for (let i = 0; i < here; i++) this.write(at + i, (first + i * step) | 0, mask);
      } else if (!this.journaled && step === 0) {
        fillLines(page, index, index + here, value);
      } else if (value === 0 && step === 0) {
        this.zero(page, at, here, mask);
      } else {
        for (let i = 0, next = first; i < here; i++, next = (next + step) | 0) {
          if (page[index + i] !== next) this.write(at + i, next, mask);
        }
      }
      at += here;
    }
  }

  private showAll(address: number, end: number): void {
    if (this.listener !== null) for (let at = address; at < end; at++) this.listener(at);
  }

  /** Zeroes `count` words of a page, from `address` on, one by one. */
  private zero(page: Int32Array, address: number, count: number, mask: number): void {
    const first = address & PAGE_MASK;
    for (let index = first; index < first + count; ) {
      const next = Math.min(((index >>> LINE_BITS) + 1) << LINE_BITS, first + count);
      if (page[PAGE_WORDS + (index >>> LINE_BITS)] !== 0) {
        for (let i = index; i < next; i++) if (page[i] !== 0) this.write(address + (i - first), 0, mask);
      }
      index = next;
    }
  }

  /** The OR of `count` words from `address` on, or of where they differ from a progression. */
  gather(address: number, count: number, value = 0, step = 0): number {
    const end = address + count;
    this.showAll(address, end);
    if (value === 0 && step === 0 && end < FAR && address >>> PAGE_BITS === (end - 1) >>> PAGE_BITS) {
      const page = this.pages[address >>> PAGE_BITS];
      return page === undefined ? 0 : gatherLines(page, address & PAGE_MASK, (address & PAGE_MASK) + count);
    }
    let all = 0;
    for (let at = address; at < end; ) {
      const index = at & PAGE_MASK;
      const here = Math.min(PAGE_WORDS - index, end - at);
      const page = this.pages[at >>> PAGE_BITS] ?? this.farPages.get(at >>> PAGE_BITS);
      let next = (value + (at - address) * step) | 0;
      if (value === 0 && step === 0) {
        if (page !== undefined) all |= gatherLines(page, index, index + here);
      } else {
        for (let i = index; i < index + here; i++, next = (next + step) | 0) {
          all |= (page === undefined ? 0 : (page[i] as number)) ^ next;
        }
      }
      at += here;
    }
    return all;
  }

  /** The present position in the journal. */
  mark(): Mark {
    if (!this.journaled) throw new Error("words without a journal cannot be marked");
    return this.length;
  }

  /** Restores contents and fingerprint as they were at `mark`. */
  rewind(mark: Mark): void {
    if (this.length === mark) return;
    const { journal, pages } = this;
    let at = this.length;
    while (at > mark) {
      at -= ENTRY;
      const address = (journal[at] as number) >>> 0;
      const page = pages[address >>> PAGE_BITS] ?? (this.farPages.get(address >>> PAGE_BITS) as Int32Array);
      page[address & PAGE_MASK] = journal[at + 1] as number;
    }
    this.fingerprintLow = journal[at + 3] as number;
    this.fingerprintHigh = journal[at + 4] as number;
    this.length = at;
  }

  /** Forgets how to go back before this moment. Contents and fingerprint stay. */
  forget(): void {
    this.length = 0;
  }

  /** Calls `visit` with the address, old value and mask of every write since `mark`, oldest first. */
  forEachWrite(mark: Mark, visit: (address: number, old: number, mask: number) => void): void {
    const journal = this.journal;
    for (let i = mark; i < this.length; i += ENTRY) {
      visit((journal[i] as number) >>> 0, journal[i + 1] as number, journal[i + 2] as number);
    }
  }

  /** Appends the writes since `mark` to `out`: their number, then address, contents now and mask of each. */
  writesSince(mark: Mark, out: number[]): void {
    out.push((this.length - mark) / ENTRY);
    this.forEachWrite(mark, (address, _old, mask) => out.push(address, this.read(address), mask));
  }

  /** Does writes again that `writesSince` has put into `list` at `from`. @returns the position behind them */
  redo(list: Int32Array, from: number): number {
    const end = from + 1 + 3 * (list[from] as number);
    for (let at = from + 1; at < end; at += 3) {
      this.write((list[at] as number) >>> 0, list[at + 1] as number, list[at + 2] as number);
    }
    return end;
  }

  /** Notes a write in the journal and in the fingerprint. */
  private log(address: number, old: number, mask: number, low: number, high: number): void {
    const at = this.length;
    if (at + ENTRY > this.journal.length) this.growJournal();
    const journal = this.journal;
    journal[at] = address;
    journal[at + 1] = old;
    journal[at + 2] = mask;
    journal[at + 3] = this.fingerprintLow;
    journal[at + 4] = this.fingerprintHigh;
    this.length = at + ENTRY;
    this.fingerprintLow ^= low;
    this.fingerprintHigh ^= high;
  }

  /** The page of a word that is about to be written, where `open` has none. */
  private pageToWrite(address: number): Int32Array {
    this.listener?.(address);
    return this.pages[address >>> PAGE_BITS] ?? this.addPage(address);
  }

  /** The same, where `pages` has none. */
  private addPage(address: number): Int32Array {
    if (!(address >= 0 && address < ADDRESS_LIMIT)) throw new RangeError(`no word at address ${address}`);
    const known = this.farPages.get(address >>> PAGE_BITS);
    if (known !== undefined) return known;
    const page = new Int32Array(PAGE_LENGTH);
    if (address >= FAR) {
      this.farPages.set(address >>> PAGE_BITS, page);
      return page;
    }
    // Without gaps the array of pages stays an array: with them the engine makes it a slower dictionary.
    while (this.pages.length < address >>> PAGE_BITS) this.pages.push(undefined);
    this.pages[address >>> PAGE_BITS] = page;
    return page;
  }

  private growJournal(): void {
    const grown = new Int32Array(this.journal.length * 2);
    grown.set(this.journal);
    this.journal = grown;
  }
}

/** The OR of the words of a page from `index` to before `end`. */
function gatherLines(page: Int32Array, index: number, end: number): number {
  let all = 0;
  for (let at = index; at < end; ) {
    const line = at >>> LINE_BITS;
    const next = Math.min((line + 1) << LINE_BITS, end);
    if (page[PAGE_WORDS + line] !== 0) for (let i = at; i < next; i++) all |= page[i] as number;
    at = next;
  }
  return all;
}

/** Writes `value` to the words of a page from `index` to before `end`. */
function fillLines(page: Int32Array, index: number, end: number, value: number): void {
  for (let at = index; at < end; ) {
    const line = at >>> LINE_BITS;
    const next = Math.min((line + 1) << LINE_BITS, end);
    if (value !== 0 || page[PAGE_WORDS + line] !== 0) {
      page.fill(value, at, next);
      if (value !== 0) page[PAGE_WORDS + line] = 1;
      else if (next - at === LINE_WORDS) page[PAGE_WORDS + line] = 0;
    }
    at = next;
  }
}
