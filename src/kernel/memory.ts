/** Memory of a host as the kernel sees it: which 2 MiB regions there are, and what they are for. */

export interface Memory {
  /** First page frame number that the allocator may hand out. */
  readonly firstPfn: number;
  /** One past the last page frame of the host; the last 2 MiB region may be partial. */
  readonly endPfn: number;
  /** 2 MiB regions that processors fight over: targets of get and put. */
  readonly contended: readonly number[];
  /** A 2 MiB region that is never a target. */
  readonly neutral: number;
  /** Each page of the contended regions has a user, so nothing that is allocated lies there. */
  readonly crowded?: boolean;
  /** 2 MiB regions that blocks of 2 MiB are allocated from. */
  readonly chunks: readonly number[];
  /** 2 MiB regions of the control pages of TDs, one for each TD, where there are TDs. */
  readonly homes?: readonly number[];
  /** 2 MiB regions that are one large guest page each. */
  readonly larges?: readonly number[];
}
