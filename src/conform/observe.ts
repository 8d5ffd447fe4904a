/** What can be seen of a host from outside, in the terms of the vectors. */
import { PAGE_SIZE } from "../abi/index.js";
import * as m from "../module/index.js";
import type { VectorHost } from "./host.js";
import type { ItemState } from "./vector.js";

const STATES = 7;

/** One thing that a vector watches. */
interface Item {
  readonly key: string;
  readonly kind: "1g" | "2m" | "4k" | "td";
  readonly hpa: number;
  /** Words it depends on, as they were when last looked at. */
  readonly last: Int32Array;
  seen: boolean;
  /** Of a TDR: first control page of its TD that somebody else has overwritten, -1 while nobody has. */
  overwritten: number;
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

export class HostObserver {
  private readonly items: Item[] = [];
  private readonly now = new Int32Array(STATES);

  /**
   * @param watch addresses of pages; the regions and GiBs that hold them are watched too
   * @param watchTd addresses of TDR pages
   */
  constructor(
    private readonly host: VectorHost,
    watch: readonly number[],
    watchTd: readonly number[],
  ) {
    const keys = new Set<string>();
    const add = (kind: Item["kind"], hpa: number): void => {
      const key = `${kind}:${hex(hpa)}`;
      if (keys.has(key)) return;
      keys.add(key);
      this.items.push({ key, kind, hpa, last: new Int32Array(STATES), seen: false, overwritten: -1 });
    };
    for (const hpa of watch) {
      add("1g", Math.floor(hpa / 2 ** 30) * 2 ** 30);
      add("2m", Math.floor(hpa / 2 ** 21) * 2 ** 21);
      add("4k", hpa);
    }
    for (const hpa of watchTd) add("td", hpa);
  }

  /** The present state becomes the one that changes are counted from. */
  settle(): void {
    this.changes();
  }

  /** What changed since the last look. */
  changes(): Record<string, ItemState> {
    const changed: Record<string, ItemState> = {};
    const { pamt } = this.host.module;
    for (const item of this.items) {
      const frame = pamt.frameOf(item.hpa);
      if (frame < 0) continue;
      this.sample(item, frame);
      if (item.seen && this.now.every((value, i) => value === item.last[i])) continue;
      // A TD that was never one does not appear.
      if (item.seen || item.kind !== "td" || this.now[0] !== 0) changed[item.key] = this.describe(item.kind);
      item.seen = true;
      item.last.set(this.now);
    }
    return changed;
  }

  /** The present state of an item that changed at some time, or undefined. */
  state(key: string): ItemState | undefined {
    const item = this.items.find((candidate) => candidate.key === key);
    const frame = item === undefined ? -1 : this.host.module.pamt.frameOf(item.hpa);
    if (item === undefined || frame < 0) return undefined;
    this.sample(item, frame);
    return this.describe(item.kind);
  }

  private read(address: number): number {
    return this.host.words.read(address);
  }

  private isNode(frame: number): boolean {
    return (this.read(this.host.module.pamt.entry2m(frame) + m.HEAD) & m.TYPE_MASK) === m.HEAD_NODE;
  }

  private hasEntry4k(frame: number): boolean {
    return !this.host.module.dynamic || this.isNode(frame);
  }

  /** Whether TDMR initialisation has come as far as this page. */
  private isInitialised(frame: number): boolean {
    const { module } = this.host;
    const page = module.pamt.gibInTdmr(frame) * 2 ** 18 + (frame & 0x3ffff);
    const done = this.read(module.tdmrProgress(module.pamt.tdmrOf(frame)));
    return page < done * (2 ** 18 / module.stepsPerGib);
  }

  private head4k(frame: number): number {
    const { pamt } = this.host.module;
    const initial = this.isInitialised(frame) ? pamt.initialHead(frame) : 0;
    return this.read(pamt.head4k(frame)) | initial;
  }

  private bit(frame: number): number {
    const { pamt } = this.host.module;
    if (!pamt.dynamic) return -1;
    const initial = this.isInitialised(frame) ? pamt.initialBit(frame) : 0;
    return this.read(pamt.bit(frame)) | initial;
  }

  private isTdr(frame: number): boolean {
    return this.hasEntry4k(frame) && m.typeOf(this.head4k(frame)) === 4;
  }

  /**
   * Whether the first control page of a TD in teardown has, or had, another owner: the operation state lies in that
   * page, and what the new owner made of it is what an onlooker sees from then on.
   */
  private lostControlPage(item: Item, td: number, tdr: number): boolean {
    const { pamt } = this.host.module;
    const page = this.read(td + m.TD.FIRST_TDCX) - 1;
    if (page < 0) return false;
    if (item.overwritten === page) return true;
    if (!this.hasEntry4k(page)) return false;
    const head = this.head4k(page);
    const isLost = m.typeOf(head) !== 0 && m.ownerOf(head, this.read(pamt.highAt(page, 0))) !== pamt.pfnOf(tdr);
    if (isLost) item.overwritten = page;
    return isLost;
  }

  private sample(item: Item, frame: number): void {
    const { kind } = item;
    const { pamt, tds } = this.host.module;
    const now = this.now;
    now.fill(0);
    if (kind === "td") {
      if (!this.isTdr(frame)) {
        item.overwritten = -1;
        return;
      }
      const td = tds.record(frame);
      now[0] = 1;
      for (const [i, field] of tdFields.entries()) now[i + 1] = this.read(td + field);
      if (this.lostControlPage(item, td, frame)) now[6] = 0;
    } else if (kind === "4k") {
      now[0] = this.bit(frame);
      if (!this.hasEntry4k(frame)) return;
      now[1] = 1;
      now[2] = this.head4k(frame);
      now[3] = this.read(pamt.lock4k(frame));
      now[4] = this.read(pamt.highAt(frame, 0));
      now[5] = this.read(pamt.tailAt(frame, 0));
    } else {
      const entry = kind === "2m" ? pamt.entry2m(frame) : pamt.entry1g(frame);
      for (let i = 0; i < 5; i++) now[i] = this.read(entry + i);
    }
  }

  private describe(kind: Item["kind"]): ItemState {
    const now = this.now;
    if (kind === "td") {
      if (now[0] === 0) return null;
      return {
        lifecycle: now[1],
        fatal: now[2],
        num_tdcx: now[3],
        chldcnt: now[4],
        hkid: now[5],
        op_state: now[6],
      };
    }
    if (kind === "4k") {
      const bit = now[0];
      if (now[1] === 0) return { bit, pt: null };
      return { bit, ...this.entry(now[3], now[2], now[4], now[5], 0) };
    }
    const state = this.entry(now[m.LOCK], now[m.HEAD], now[m.HIGH], now[m.TAIL], now[m.TAIL_HIGH]);
    // Of a 1G entry only `raw` shows the epoch.
    if (kind === "1g") delete state.bepoch;
    return state;
  }

  private entry(lock: number, head: number, high: number, tail: number, tailHigh: number): Record<string, StateValue> {
    const type = m.typeOf(head);
    const second = qword(tailHigh, tail);
    const state: Record<string, StateValue> = { pt: type, raw: [hex(qword(high, head)), hex(second)] };
    if (type === 15) {
      state.page0 = hex(m.pairPage(head, high) * PAGE_SIZE);
      state.page1 = hex(m.pairPage(tail, tailHigh) * PAGE_SIZE);
      state.count = tail & m.COUNT_MASK;
    } else if (type !== 0) {
      state.owner = hex(m.ownerOf(head, high) * PAGE_SIZE);
      state.bepoch = hex(second);
    }
    if ((lock & m.LOCK_EXCLUSIVE) !== 0) state.ex = 1;
    if (m.shares(lock) !== 0) state.sh = m.shares(lock);
    if ((lock & m.LOCK_HP) !== 0) state.hp = 1;
    return state;
  }
}

type StateValue = NonNullable<ItemState>[string];

const tdFields = [m.TD.LIFECYCLE, m.TD.FATAL, m.TD.NUM_TDCX, m.TD.CHLDCNT, m.TD.HKID, m.TD.OP_STATE] as const;

function qword(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
