/** Locks that a call holds. Of a lock for readers it may hold several shares. */
export class HeldLocks {
  /** How many holds, by the address of the lock. */
  private readonly holds = new Map<number, number>();
  /** Those of them whose waiters spin. */
  private readonly spinning = new Set<number>();

  get size(): number {
    return this.holds.size;
  }

  has(address: number): boolean {
    return this.holds.has(address);
  }

  /** One of them is a lock whose waiters spin, so its holder is not preempted. */
  get spins(): boolean {
    return this.spinning.size > 0;
  }

  add(address: number, spins: boolean): void {
    if (spins) this.spinning.add(address);
    this.holds.set(address, (this.holds.get(address) ?? 0) + 1);
  }

  /** One hold of the lock ends, if there is one. */
  release(address: number): void {
    const holds = this.holds.get(address) ?? 0;
    if (holds > 1) this.holds.set(address, holds - 1);
    else {
      this.holds.delete(address);
      this.spinning.delete(address);
    }
  }

  /** Equal for equal holds, in whatever order they came. */
  state(): string {
    if (this.holds.size === 0) return "";
    return [...this.holds]
      .sort(([one], [other]) => one - other)
      .map(([address, holds]) => (holds === 1 ? `${address}` : `${address}x${holds}`))
      .join();
  }
}
