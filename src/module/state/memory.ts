/**
 * What the host wrote to memory that the module reads: TDMR_INFO, TD_PARAMS.
 *
 * Not part of the shared words: the module reads it only while one processor configures the
 * machine or a TD. Bytes never written are 0.
 */
export class HostMemory {
  private readonly qwords = new Map<bigint, bigint>();

  /** The 64-bit value at `hpa`, which is a multiple of 8. */
  read(hpa: bigint): bigint {
    return this.qwords.get(hpa) ?? 0n;
  }

  /** Writes 64 bits at `hpa`, which is a multiple of 8. */
  write(hpa: bigint, value: bigint): void {
    this.qwords.set(hpa, BigInt.asUintN(64, value));
  }

  /** A structure begins at `hpa`: what was written to these bytes before is gone. */
  clear(hpa: bigint, bytes: number): void {
    for (let offset = 0n; offset < BigInt(bytes); offset += 8n) this.qwords.delete(hpa + offset);
  }
}
