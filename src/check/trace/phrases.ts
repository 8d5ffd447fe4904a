/** The texts of steps: each is made here, from facts alone. */
import type {
  CallAction,
  ChangeFact,
  EventAction,
  FatalCauseName,
  KnownAction,
  LockAction,
  MemoryMisuseName,
  MisusedFact,
  PageMisuseName,
  ReturnAction,
  WaitAction,
  WarningName,
  WordAction,
} from "./facts.js";

/** What each warning says. */
export const warningText: Readonly<Record<WarningName, string>> = {
  PamtAddFailed: "WARN: PAMT.ADD failed",
  PamtRemoveFailed: "WARN: PAMT.REMOVE failed, the pair is leaked",
  CountUnderflow: "WARN: put without a user",
  InSource: "WARN",
  Complaint: "an error is logged",
};

/** What each misuse of a page means, in a few words. */
export const misuseText: Readonly<Record<PageMisuseName, string>> = {
  None: "nothing",
  NotLive: "a page that is not allocated is freed or used",
  OwnedByModule: "a page that the TDX module owns is freed or written",
  NotReset: "a page is freed with what the TDX module left in it",
  GivenTwice: "a page is given to the TDX module twice",
  NotGiven: "a page is taken back that the TDX module did not own",
  Uninitialised: "an address that was never set is used",
  WrongOrder: "pages are freed with another order than they were allocated with",
  StructNotLive: "the struct page of a page that is not allocated is used",
  StructOfModule: "the struct page of a page that the TDX module owns is used",
};

/** What each misuse of other memory means, in a few words. */
export const memoryMisuseText: Readonly<Record<MemoryMisuseName, string>> = {
  UnsetDecides: "a value that was never set decides a branch",
  UnsetAddress: "a value that was never set is used as an address",
  UnsetOperand: "a value that was never set is handed on",
  NullAddress: "NULL is followed",
  OutOfBounds: "an access is outside of its object",
  Ended: "a variable is used after its scope has ended",
  Constant: "a constant is written",
  NoAddress: "something that is not an address is used as one",
  Bug: "the kernel stops at a BUG",
  Freed: "memory is used after it was freed",
  FreedTwice: "memory is freed twice",
  NotAllocated: "something is freed that was never allocated",
  NotBacked: "an address is used that no memory was mapped behind",
  QueuedTwice: "a callback is queued again before it has run",
};

/** What happens to what a misuse names. */
const misusedText: Readonly<Partial<Record<PageMisuseName | MemoryMisuseName, (of: string) => string>>> = {
  Uninitialised: (of) => `${of}, which was never set, is used as the address of a page`,
  UnsetDecides: (of) => `${of}, which was never set, decides a branch`,
  UnsetAddress: (of) => `${of}, which was never set, is used as an address`,
  UnsetOperand: (of) => `${of}, which was never set, is handed on`,
  NullAddress: (of) => `NULL ${of} is followed`,
  OutOfBounds: (of) => `an access is outside of ${of}`,
  Ended: (of) => `${of} is used after its scope has ended`,
  Freed: (of) => `${of} is used after it was freed`,
  FreedTwice: (of) => `${of} is freed twice`,
  NotBacked: (of) => `an address in ${of} is used that no memory was mapped behind`,
};

/** A misuse of memory or of a page in a few words, with the name of what is misused where that is known. */
export function misusePhrase(misuse: PageMisuseName | MemoryMisuseName, { of, from }: MisusedFact): string {
  const named = misusedText[misuse];
  const text =
    misuse in misuseText ? misuseText[misuse as PageMisuseName] : memoryMisuseText[misuse as MemoryMisuseName];
  if (named === undefined || (of === undefined && from === undefined)) return text;
  if (from === undefined) return named(of ?? "");
  return named(of === undefined ? `what ${from}() returned` : `${of}, which ${from}() returned,`).replace(",,", ",");
}

/** Why the TDX module shuts itself down. */
export const fatalText: Readonly<Record<FatalCauseName, string>> = {
  LockNotHeld: "a PAMT lock is released that nobody holds: the page pair was replaced meanwhile",
  PageCountMismatch:
    "PAMT.REMOVE found all entries free but a page count above 0: a call that frees a page was still running",
  PageCountRange: "the page count of a region left the range 0 to 512",
  ImplicitAccess: "a page that other metadata name has no PAMT entry of the expected type",
};

/** What a CPU did, in words. */
export function phraseOf(action: KnownAction): string {
  switch (action.kind) {
    case "call":
      return `${nameOfCall(action)}${argumentsOfCall(action)}`;
    case "return":
      return returnText(action);
    case "lock":
      return `${lockText(action)}${bufferText(action)}`;
    case "word":
      return `${action.operation}(${action.word}): ${changeText(action)}${bufferText(action)}`;
    case "fence":
      return `${action.operation}()`;
    case "drain": {
      const what = action.words === 1 ? action.word : `${action.words} words from ${action.word} on`;
      return `store of ${what} reaches memory: ${changeText(action)}`;
    }
    case "choice":
      return `${action.choice}: ${action.alternative}`;
    case "wait":
      return waitText(action);
    case "event":
      return eventText(action);
  }
}

/** What is called, without its arguments. */
export function nameOfCall(action: CallAction): string {
  switch (action.of) {
    case "seamcall":
      return action.leaf.name;
    case "helper":
      return action.helper;
    case "other":
      return action.name;
  }
}

/** The arguments of a call in parentheses; empty where only its name is known. */
export function argumentsOfCall(action: CallAction): string {
  switch (action.of) {
    case "seamcall":
      return `(${action.operands.join(", ")})`;
    case "helper":
      return `(${action.page === undefined ? (action.pairs ?? "") : hex(action.page)})`;
    case "other":
      return "";
  }
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}

function returnText(action: ReturnAction): string {
  return `${returnHead(action)}${outcomeText(action)}`;
}

/** What the text of a return begins with; what was returned follows, if anything is. */
export function returnHead(action: ReturnAction): string {
  return `${action.of === "seamcall" ? action.leaf.name : action.helper} returns`;
}

function outcomeText(action: ReturnAction): string {
  if (action.of === "seamcall") return ` ${action.status.name}`;
  const { helper, value, page } = action;
  if (helper !== "tdx_alloc_page") return value === undefined ? "" : ` ${value}`;
  if (value === undefined) return page === undefined ? " a page" : ` page ${hex(page)}`;
  return value === 0 ? " NULL" : ` ERR_PTR(${value})`;
}

function lockText({ operation, lock, guards = lock, owner, busy }: LockAction): string {
  return owner === "module" ? `${operation} ${guards}${busy ? ": BUSY" : ""}` : `${operation}(${lock})`;
}

function bufferText({ buffered }: LockAction | WordAction): string {
  return buffered === true ? ", in the store buffer" : "";
}

function changeText({ before, after, changed }: ChangeFact): string {
  return changed ? `${before} -> ${after}` : `${after}`;
}

function waitText(action: WaitAction): string {
  if (action.for === "word") {
    // What the model waits for is said in words.
    const isSaid = action.operation.startsWith("wait until ");
    return isSaid ? action.operation.replace("wait", "waits") : `waits in ${action.operation}(${action.word})`;
  }
  return `waits for another CPU: ${action.why === "busy" ? "its SEAMCALL stays BUSY" : "it goes round in vain"}`;
}

function eventText(action: EventAction): string {
  switch (action.event) {
    case "Warn":
      return warningText[action.warning];
    case "PageMisused":
    case "MemoryMisused":
      return misusePhrase(action.misuse, action);
    case "MaySleep":
      if (action.by === "mutex") return `mutex_lock(${action.lock}) may sleep`;
      return action.by === "allocation" ? "the allocation may sleep" : "what is called here may sleep";
    case "AllocationFailed":
      return "the allocation fails";
    case "Allocate":
      return "allocates a page, which is lost";
    case "Yield":
      return `${action.leaf.name} was BUSY and will be made again`;
    case "CounterOutOfRange":
      return `counter ${action.counter} is outside the array of ${action.counters}`;
    case "SeamcallFailed":
      return `${action.leaf.name} returns ${action.status.name}, by nobody's fault`;
    case "Softirq":
      return action.begins ? "a softirq begins" : "the softirq ends";
    case "HardInterrupt":
      return action.begins ? "an interrupt begins" : "the interrupt ends";
    case "Fatal":
      return `the TDX module shuts down: ${fatalText[action.cause]}`;
    case "SilentWrite":
      return "the module writes into a page that it has handed back";
  }
}
