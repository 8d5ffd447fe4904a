/** Locks that a call holds. Of a lock for readers it may hold several shares. */

/** How a lock is held. */
export interface Holding {
  /** Who waits for it spins, so its holder is not preempted. */
  readonly spins: boolean;
  /** Others may hold it as well. */
  readonly isShare: boolean;
}

export const SPINS: Holding = { spins: true, isShare: false };
export const SPINS_SHARED: Holding = { spins: true, isShare: true };
export const SLEEPS: Holding = { spins: false, isShare: false };
export const SLEEPS_SHARED: Holding = { spins: false, isShare: true };

export class HeldLocks {
  /** How each lock is held, once for each hold, by its address. */
  private readonly holds = new Map<number, Holding[]>();

  get size(): number {
    return this.holds.size;
  }

  has(address: number): boolean {
    return this.holds.has(address);
  }

  /** Whether the call has shares of the lock, and not all of it. */
  hasShare(address: number): boolean {
    return this.holds.get(address)?.every(({ isShare }) => isShare) === true;
  }

  /** One of them is a lock whose waiters spin. */
  get spins(): boolean {
    return this.spinning().length > 0;
  }

  /** Those whose waiters spin, with how they are held, in an order that does not depend on which came first. */
  spinning(): (readonly [address: number, how: Holding])[] {
    const all: (readonly [number, Holding])[] = [];
    for (const [address, [how]] of this.holds) if (how?.spins === true) all.push([address, how]);
    return all.sort(([one], [other]) => one - other);
  }

  add(address: number, how: Holding): void {
    const holds = this.holds.get(address);
    if (holds === undefined) this.holds.set(address, [how]);
    else holds.push(how);
  }

  /** One hold of the lock ends, if there is one. */
  release(address: number): void {
    const holds = this.holds.get(address);
    holds?.pop();
    if (holds?.length === 0) this.holds.delete(address);
  }

  /** Others may hold it as well from here on. */
  downgrade(address: number): void {
    if (!this.holds.has(address)) return;
    this.release(address);
    this.add(address, SLEEPS_SHARED);
  }

  /** Equal for equal holds, in whatever order they came. */
  state(): string {
    if (this.holds.size === 0) return "";
    return [...this.holds]
      .sort(([one], [other]) => one - other)
      .map(([address, holds]) => `${address}${holds.map(({ isShare }) => (isShare ? "r" : "")).join()}`)
      .join(" ");
  }
}
