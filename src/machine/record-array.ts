/**
 * Records in the address space that come into use one by one, such as the 4 KiB PAMT entries of a 2 MiB region.
 *
 * The address of a record follows from its index, whoever uses it first: fingerprints of states hash addresses, and
 * equal states must have equal fingerprints whatever the order in which a search comes to them. Only where the host is
 * too large to reserve all records at once, and behind the last record, does one get its address when it is first used.
 */
export class RecordArray {
  /** Addresses of the records in use. */
  private readonly addresses = new Map<number, number>();
  /** Indices of the records that were reserved one by one, by their addresses. */
  private readonly indices = new Map<number, number>();

  /**
   * @param first address of record 0
   * @param count number of records that are reserved from there on
   * @param words words of a record
   * @param reserve reserves the record of any other index
   * @param baseOf where the record begins that holds an address
   */
  constructor(
    private readonly first: number,
    private readonly count: number,
    private readonly words: number,
    private readonly reserve: (index: number) => number,
    private readonly baseOf: (address: number) => number | undefined,
  ) {}

  /** Address of the first word of record `index`. */
  at(index: number): number {
    return this.addresses.get(index) ?? this.take(index);
  }

  /** Whether anybody has asked for the address of record `index`. */
  isInUse(index: number): boolean {
    return this.addresses.has(index);
  }

  /** Index of the record that holds the word at `address`, or -1. */
  indexOf(address: number): number {
    const index = Math.floor((address - this.first) / this.words);
    if (index >= 0 && index < this.count) return index;
    return this.indices.get(this.baseOf(address) ?? -1) ?? -1;
  }

  private take(index: number): number {
    const isReserved = index >= 0 && index < this.count;
    const address = isReserved ? this.first + index * this.words : this.reserve(index);
    this.addresses.set(index, address);
    if (!isReserved) this.indices.set(address, index);
    return address;
  }
}
