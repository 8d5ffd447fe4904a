/** What the kernel side tells whoever watches (the requirement checks, a trace). */

/** Codes of kernel events; the module's own codes are below 16. */
export enum KernelEvent {
  /** A helper begins. Detail: `HelperKind`. Extra: page frame number it was called on, or 0. */
  Enter = 16,
  /** A helper returns. Detail: `HelperKind`. Extra: what it returned (0, -ENOMEM …). */
  Leave = 17,
  /** A SEAMCALL returned. Detail: leaf number. Extra: `Status`. */
  SeamcallReturned = 18,
  /** The kernel warned (WARN_ON_ONCE or a pr_err). Detail: `Warning`. */
  Warn = 19,
  /**
   * A page was misused. Detail: `PageMisuse`. Extra: page frame number, negated where the program cannot go on; 0 where
   * it cannot either, and there is no such number. Of an address that was never set the extra is as for `MemoryMisused`.
   */
  PageMisused = 20,
  /** An allocation begins. Detail: 1 if it may sleep. Extra: 1 if it is of a page that nobody is charged for, or `OTHER_MEMORY`. */
  Allocate = 21,
  /** An allocation failed. Detail: 0 of pages, or `OTHER_MEMORY`. */
  AllocationFailed = 22,
  /** A counter outside the array was asked for. Detail: its index. Extra: counters in the array; negative where the program cannot go on. */
  CounterOutOfRange = 24,
  /** A counter inside the array was asked for. Detail: its index. */
  CounterFound = 25,
  /** A page was used by a SEAMCALL. Detail: `Status`. Extra: page level that the module reached. */
  Used = 26,
  /** A page was handed to free. Extra: page frame number, or 0 when it never got a place. */
  PageFreed = 27,
  /** From here on the program runs in softirq context (detail 1), or no longer (detail 0). */
  Softirq = 28,
  /** The same of hard interrupt context. */
  HardInterrupt = 55,
  /** A retry loop begins another turn. Detail: how many came before. */
  Retry = 29,
  /** A SEAMCALL was BUSY: the CPU tries again, and sleeps if it is BUSY once more before another CPU has moved. Detail: leaf number. */
  Yield = 30,
  /** A SEAMCALL of a flow returned. Detail: `FlowPath`. Extra: `Status`. */
  FlowReturned = 31,
  /**
   * The caller of the helpers has taken pages into its account. Detail: how many, negative when it gives them up.
   * Extra: 1 if they are not charged to a memory cgroup.
   */
  PagesHeld = 32,
  /** A flow has ended. Detail: references that it means to leave more than it found. Extra: pages, the same. */
  FlowEnded = 34,
  /** A SEAMCALL was BUSY again after the last time that the kernel tries it. Detail: leaf number. */
  GaveUp = 35,
  /**
   * The program does something, other than allocating, that may sleep. Detail: 1 if softirqs, interrupts or preemption
   * are off, 2 in an RCU read section. Extra: minus the address of the mutex where it takes one, 0 of an allocation,
   * `MUTEX_TOUCHED` where it tries or gives a mutex back.
   */
  MaySleep = 33,
  /** Memory other than pages was misused. Detail: `MemoryMisuse`. Extra: what was misused, as `PamtHelpers.misused` names it. */
  MemoryMisused = 36,
  /** A SEAMCALL failed by nobody's fault: the environment chose so, and the module is as before. Detail: leaf number. Extra: `Status`. */
  SeamcallFailed = 38,
  /** A PAMT.REMOVE failed so: its pair stays where it is. Extra: page frame number in its region. */
  PairKept = 39,
  /** A pair came back from the module, told where SEAMCALLs may fail. Extra: page frame number in its region. */
  PairReturned = 40,
  /** Memory was neither given back nor can be. Detail: `MemoryLoss`. Extra: pages, 0 for other memory. */
  MemoryLost = 48,
  /** A call has done so much, without anything that others could notice, that it is taken never to end. Detail: instructions. */
  Endless = 37,
  /** A cache of the design's own was filled. Detail: pages that what it was filled for can need. */
  ToppedUp = 42,
  /**
   * A page is used that the CPU was neither handed nor took: its number has come through memory that CPUs share, so another CPU
   * may use it too. A CPU rests before it, because who owns a page is taken to be one CPU's affair otherwise.
   */
  PageReached = 49,
  /** Memory that another CPU may free is used or freed. A CPU rests before it, see `PageReached`. */
  MemoryReached = 50,
  /** Such a page or memory has been freed. Others notice, so the CPU waits for nothing in the same transition. */
  GivenUp = 54,
  /** What keeps others off the CPU is not as the caller had it. Detail: `LeftOff`. Extra: 1 if it is switched on that was not off. */
  LeftOff = 51,
  /** A function is to run later (detail 1), or has run: detail -1, or 0 where it is to run again. Pages and memory are accounted for when all have. */
  Deferred = 52,
  /** A lock that spins was had without waiting. Detail: its word. Extra: `Softirqs`, and whether it is shared. */
  LockTried = 53,
}

/** What a mutex is not for is softirq and interrupt context, whether somebody waits there or not. */
export const MUTEX_TOUCHED = 2;

/** Where a program runs. */
export enum ExecutionContext {
  Task = 0,
  Softirq = 1,
  HardInterrupt = 2,
}

/** What a helper may leave off for its caller. */
export enum LeftOff {
  Preemption = 1,
  Softirqs = 2,
  Interrupts = 3,
  /** It is inside of an RCU read section. */
  ReadSection = 4,
  /** It cannot be moved to another CPU. */
  Migration = 5,
}

/** What is allocated is no page. */
export const OTHER_MEMORY = 2;

/** How memory was lost. */
export enum MemoryLoss {
  /** A function failed at boot, and left what it had. */
  InitFailed = 1,
  /** What undoes boot has forgotten it. */
  Undone = 2,
  /** A helper returned, and nobody has the address. */
  Forgotten = 3,
}

/** Which helper, seen from its caller. */
export enum HelperKind {
  None = 0,
  Get = 1,
  Put = 2,
  Alloc = 3,
  Free = 4,
  /** A put although no user is left: a bug of the caller. */
  ExtraPut = 5,
  /** A 2 MiB page becomes 512 users of its region, which get their pair from DEMOTE. */
  Split = 6,
  /** 512 users of a region become a 2 MiB page, and PROMOTE returns their pair. */
  Merge = 7,
  /** From topping up a cache of the design's own to emptying it. */
  Fault = 8,
  /** Several calls of one CPU: counts and pages are accounted for when the last has ended. */
  Several = 9,
}

/** What a SEAMCALL of a flow is for: decides what its failing means. */
export enum FlowPath {
  /** Takes a page into use; BUSY is tried again. */
  Taking = 0,
  /** Gives a page up: must not fail. */
  Freeing = 1,
}

/** Why the kernel warned. */
export enum Warning {
  PamtAddFailed = 1,
  PamtRemoveFailed = 2,
  /** A put found no user. */
  CountUnderflow = 3,
  /** WARN in a source text. */
  InSource = 4,
  /** pr_err or pr_warn: noticed, but no WARN. */
  Complaint = 5,
}

/** How a page was misused (R7). */
export enum PageMisuse {
  None = 0,
  /** Freed twice, or never allocated. */
  NotLive = 1,
  /** Freed while the module owns it. */
  OwnedByModule = 2,
  /** Freed with what the module left in it. */
  NotReset = 3,
  /** Given to the module while it owns it already. */
  GivenTwice = 4,
  /** Taken back although the module did not own it. */
  NotGiven = 5,
  /** An address that was never set. */
  Uninitialised = 6,
  /** Freed as another number of pages than it was allocated as. */
  WrongOrder = 7,
  /** The `struct page` of a page was used that nobody has. */
  StructNotLive = 8,
  /** The `struct page` of a page was used that the module owns. */
  StructOfModule = 9,
}

/** How memory was misused (R7). */
export enum MemoryMisuse {
  /** A value that was never set decides a branch. */
  UnsetDecides = 1,
  /** A value that was never set is used as an address. */
  UnsetAddress = 2,
  /** A value that was never set is handed to the TDX module or to a service of the kernel. */
  UnsetOperand = 3,
  NullAddress = 4,
  /** An access outside of its object. */
  OutOfBounds = 5,
  /** An access to a variable whose function or scope has ended, or to memory that was freed. */
  Ended = 6,
  /** A write to a constant. */
  Constant = 7,
  /** Something that is not an address is used as one. */
  NoAddress = 8,
  /** BUG: the kernel stops itself. */
  Bug = 9,
  /** Memory other than pages that was freed is used. */
  Freed = 10,
  /** Memory other than pages is freed twice. */
  FreedTwice = 11,
  /** What was never allocated is freed. */
  NotAllocated = 12,
  /** An address that was reserved without memory behind it. */
  NotBacked = 13,
  /** What waits for a grace period is queued again. */
  QueuedTwice = 14,
}
