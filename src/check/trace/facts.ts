/**
 * What CPUs did, as facts: `phrases.ts` makes the text of a step from them, and readers ask them, not the text.
 *
 * Facts are plain JSON. Addresses are physical. Codes have the names of their enums.
 */
import type { HelperName } from "../../flows/index.js";
import type { MemoryMisuse, PageMisuse, Warning } from "../../kernel/index.js";
import type { FatalCause } from "../../module/index.js";

export type WarningName = keyof typeof Warning;
export type PageMisuseName = keyof typeof PageMisuse;
export type MemoryMisuseName = keyof typeof MemoryMisuse;
export type FatalCauseName = keyof typeof FatalCause;

/** Helpers that are called; the compiler sees that none is missing. */
export const calledHelpers: Readonly<Record<HelperName, true>> = {
  tdx_pamt_get: true,
  tdx_pamt_put: true,
  tdx_alloc_page: true,
  tdx_free_page: true,
  tdx_topup_pamt_cache: true,
  tdx_free_pamt_cache: true,
};

/** What returns to its caller: a helper, or a part of a flow that stands for several. */
export const returningHelpers = { ...calledHelpers, split: true, merge: true, fault: true } as const;
export type Helper = keyof typeof returningHelpers;

/** A leaf of the TDX module. */
export interface LeafFact {
  readonly number: number;
  /** As the specification writes it. */
  readonly name: string;
}

/** What a SEAMCALL returned. */
export interface StatusFact {
  /** RAX as 64-bit hexadecimal; `none` where the call never returned. */
  readonly value: string;
  /** The code as kernel developers write it, e.g. `TDX_OPERAND_BUSY`. */
  readonly code: string;
  /** The same with its detail, e.g. `TDX_OPERAND_BUSY | RCX`. */
  readonly name: string;
  /** busy: another processor was in the way. */
  readonly outcome: "success" | "busy" | "failure";
}

/** What a word holds: the number, or in words what the number stands for. */
export type Contents = number | string;

/** A word, and what it is for where that is known. */
export interface WordFact {
  /** Its name. */
  readonly word: string;
  /** count: users of a region; pool: pairs set aside. */
  readonly role?: "count" | "pool";
  /** Of a count: address of the region. */
  readonly region?: number;
}

/** A change of a word. */
export interface ChangeFact {
  readonly before: Contents;
  readonly after: Contents;
  /** The numbers differ, whatever they stand for. */
  readonly changed: boolean;
}

/** A lock, and how it is used. */
export interface LockFact {
  /** Name of its word, as in the host view. */
  readonly lock: string;
  /** What it guards, where it is the lock of something. */
  readonly guards?: string;
  readonly owner: "kernel" | "module";
  /** The PAMT entry that it is the lock of. */
  readonly entry?: { readonly level: string; readonly address: number };
}

export type CallAction =
  | {
      readonly kind: "call";
      readonly of: "seamcall";
      readonly leaf: LeafFact;
      /** Registers as hexadecimal numbers. */
      readonly operands: readonly string[];
    }
  | {
      readonly kind: "call";
      readonly of: "helper";
      readonly helper: HelperName;
      /** Address of the page that it is called on. */
      readonly page?: number;
      /** Pairs that a cache is to hold. */
      readonly pairs?: number;
    }
  | { readonly kind: "call"; readonly of: "other"; readonly name: string };

export type ReturnAction =
  | {
      readonly kind: "return";
      readonly of: "seamcall";
      readonly leaf: LeafFact;
      readonly status: StatusFact;
    }
  | {
      readonly kind: "return";
      readonly of: "helper";
      readonly helper: Helper;
      /** 0 or an error; absent where nothing is returned, or a page. */
      readonly value?: number;
      /** Address of the page that is returned. */
      readonly page?: number;
    };

export interface LockAction extends LockFact, ChangeFact {
  readonly kind: "lock";
  /** As a kernel developer or the specification would write it. */
  readonly operation: string;
  readonly effect: "acquire" | "promote" | "release";
  readonly mode: "exclusive" | "shared";
  /** It was tried in vain. */
  readonly busy: boolean;
  /** The store that gives it back has yet to reach memory. */
  readonly buffered?: true;
}

export interface WordAction extends WordFact, ChangeFact {
  readonly kind: "word";
  readonly operation: string;
  /** The store has yet to reach memory. */
  readonly buffered?: true;
}

export interface FenceAction {
  readonly kind: "fence";
  readonly operation: string;
}

/** A store that leaves the buffer of its CPU. */
export interface DrainAction extends WordFact, ChangeFact {
  readonly kind: "drain";
  /** How many words are stored, from `word` on. */
  readonly words: number;
}

/** What the environment chose. */
export interface ChoiceAction {
  readonly kind: "choice";
  readonly choice: string;
  readonly alternative: number;
}

export type WaitAction =
  | { readonly kind: "wait"; readonly for: "word"; readonly operation: string; readonly word: string }
  | {
      readonly kind: "wait";
      readonly for: "cpu";
      /** busy: its SEAMCALL stays BUSY; loop: it goes round in vain. */
      readonly why: "busy" | "loop";
    };

/** What is misused, in the words of the source, where that is known. */
export interface MisusedFact {
  /** A variable, a member, or memory as a whole. */
  readonly of?: string;
  /** The function that returned the value. */
  readonly from?: string;
}

/** What a program told beside words. */
export type EventAction =
  | { readonly kind: "event"; readonly event: "Warn"; readonly warning: WarningName }
  | ({
      readonly kind: "event";
      readonly event: "PageMisused";
      readonly misuse: PageMisuseName;
      readonly page?: number;
    } & MisusedFact)
  | ({ readonly kind: "event"; readonly event: "MemoryMisused"; readonly misuse: MemoryMisuseName } & MisusedFact)
  /** It may sleep where nothing may: it takes a mutex, allocates memory, or does something else. */
  | { readonly kind: "event"; readonly event: "MaySleep"; readonly by: "mutex"; readonly lock: string }
  | { readonly kind: "event"; readonly event: "MaySleep"; readonly by: "allocation" | "other" }
  | { readonly kind: "event"; readonly event: "AllocationFailed" }
  /** An allocation that is lost in the end. */
  | { readonly kind: "event"; readonly event: "Allocate"; readonly lost: true }
  | { readonly kind: "event"; readonly event: "Yield"; readonly leaf: LeafFact }
  | {
      readonly kind: "event";
      readonly event: "CounterOutOfRange";
      readonly counter: number;
      /** Counters in the array. */
      readonly counters: number;
    }
  /** The environment let a SEAMCALL fail: nobody is to blame. */
  | { readonly kind: "event"; readonly event: "SeamcallFailed"; readonly leaf: LeafFact; readonly status: StatusFact }
  | { readonly kind: "event"; readonly event: "Softirq" | "HardInterrupt"; readonly begins: boolean }
  | { readonly kind: "event"; readonly event: "Fatal"; readonly cause: FatalCauseName; readonly page?: number }
  | { readonly kind: "event"; readonly event: "SilentWrite"; readonly page?: number };

/** A step of a result of an earlier version that this one cannot read: all that is known is its text. */
export interface UnknownAction {
  readonly kind: "unknown";
  readonly category: Category;
}

/** What a CPU did, with all that its text says. */
export type KnownAction =
  | CallAction
  | ReturnAction
  | LockAction
  | WordAction
  | FenceAction
  | DrainAction
  | ChoiceAction
  | WaitAction
  | EventAction;

/** What a CPU did. */
export type Action = KnownAction | UnknownAction;

/** What a violation names. */
export interface ViolationFacts {
  readonly leaf?: LeafFact;
  readonly status?: StatusFact;
  /** Address. */
  readonly region?: number;
  /** Address. */
  readonly page?: number;
  readonly helper?: Helper;
  /** What the helper returned. */
  readonly value?: number;
  readonly misuse?: PageMisuseName | MemoryMisuseName;
  /** The variable or memory that was misused, in the words of the source. */
  readonly misused?: string;
  /** Name of its word. */
  readonly lock?: string;
}

/** Kinds of steps as tracks and style sheets tell them apart. */
export type Category = "call" | "return" | "word" | "choice" | "event";

export function categoryOf(action: Action): Category {
  switch (action.kind) {
    case "lock":
    case "fence":
    case "drain":
    case "wait":
      return "word";
    case "unknown":
      return action.category;
    default:
      return action.kind;
  }
}

/** A step at which something goes wrong, or nothing goes on: what readers look for first. */
export function isTrouble(action: Action): boolean {
  switch (action.kind) {
    case "wait":
      return true;
    case "return":
      return action.of === "seamcall" && action.status.outcome === "busy";
    case "lock":
      // A lock of the kernel that is tried in vain is nothing unusual.
      return action.owner === "module" && action.busy;
    case "event":
      return isTroubleEvent(action);
    default:
      return false;
  }
}

function isTroubleEvent(action: EventAction): boolean {
  switch (action.event) {
    case "Warn":
      return action.warning !== "Complaint";
    case "SeamcallFailed":
      return action.status.outcome === "busy";
    case "AllocationFailed":
    case "MaySleep":
    case "PageMisused":
    case "MemoryMisused":
    case "Yield":
    case "Fatal":
      return true;
    default:
      return false;
  }
}
