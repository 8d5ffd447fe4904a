/** What the module tells whoever watches. */

/** Codes of module events, below 16; the kernel's begin at 16. */
export enum ModuleEvent {
  /** The module shuts itself down. Detail: a `FatalCause`. Extra: page frame number concerned, or 0. */
  Fatal = 1,
  /**
   * A lock release writes 16 bits into a PAMT page that PAMT.REMOVE had handed back, and nobody notices.
   * Detail: page frame number of the page that the entry describes. Extra: index of the entry in its page pair, 0 to 511.
   */
  SilentWrite = 2,
  /** A vCPU runs. Detail: page frame number of its TDVPR. */
  GuestEntered = 3,
  /** A vCPU has left guest mode; its locks are still held. Detail: page frame number of its TDVPR. */
  GuestExited = 4,
}

/** Why the module shuts itself down; the two first are the module's own numbers. */
export enum FatalCause {
  /** A lock is released that nobody holds. */
  LockNotHeld = 201,
  /** The entries of a page pair are all free but its page count is not 0. */
  PageCountMismatch = 343,
  /** A page count leaves 0 to 512. The number is this project's. */
  PageCountRange = 1001,
  /** Metadata that the module relies on do not describe the page. The number is this project's. */
  ImplicitAccess = 1002,
}
