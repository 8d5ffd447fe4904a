/**
 * Records in the address space that come into use one by one, such as the 4 KiB PAMT entries of a 2 MiB region.
 *
 * The address of a record follows from its index, whoever uses it first. Fingerprints of states hash addresses, and
 * equal states must have equal fingerprints in every order of search. Only records of arrays that are too large
 * (`AddressSpace`), and those behind the last, get their address when they are first used.
 */
export class RecordArray {
  /** Records that were reserved one by one: addresses by index, and indices by address. */
  private readonly addresses = new Map<number, number>();
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
    return index >= 0 && index < this.count ? this.first + index * this.words : this.late(index);
  }

  /** Index of the record that holds the word at `address`, or -1. */
  indexOf(address: number): number {
    const index = Math.floor((address - this.first) / this.words);
    if (index >= 0 && index < this.count) return index;
    return this.indices.get(this.baseOf(address) ?? -1) ?? -1;
  }

  private late(index: number): number {
    let address = this.addresses.get(index);
    if (address === undefined) {
      address = this.reserve(index);
      this.addresses.set(index, address);
      this.indices.set(address, index);
    }
    return address;
  }
}
