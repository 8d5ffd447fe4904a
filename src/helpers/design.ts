/**
 * What a design of the helpers is: the interface that every file in `designs/` implements.
 */
import type { Kernel, Page } from "../kernel/index.js";
import type { Program, Words } from "../machine/index.js";
import type { PamtCache } from "./cache.js";

/** The helpers that KVM calls. All are programs. */
export interface PamtHelpers {
  /**
   * `tdx_pamt_get`: one more user of the 4 KiB metadata of the page's 2 MiB region.
   *
   * @param cache where a pair comes from when allocation may not sleep
   * @returns 0, or -ENOMEM
   */
  tdxPamtGet(page: Page, cache?: PamtCache): Program;
  /** `tdx_pamt_put`: one user less; the last one gives the pair back. */
  tdxPamtPut(page: Page): Program<void>;
  /** `tdx_alloc_page`: a page ready to be given to the module, or null. */
  tdxAllocPage(): Program<Page>;
  /** `tdx_free_page`: the reverse; null is allowed. */
  tdxFreePage(page: Page): Program<void>;
  /** `tdx_topup_pamt_cache` of the design's own, where it keeps its cache itself. @returns 0, or -ENOMEM */
  topupCache?(pairs: number): Program;
  /** `tdx_free_pamt_cache` of the design's own. */
  freeCache?(): Program<void>;
  /** Word that counts the users of 2 MiB region `region`, where the design has one. */
  refcount?(region: number): number;
  /** What that word says, where it is not the number: a counter of few bits without a sign. */
  countOf?(region: number, word: number): number;
  /** Whether the word of a count holds a number at present. */
  isCount?(word: number): boolean;
  /** Word that says which pairs are set aside, where the design has one. */
  readonly pool?: number;
  /** The lock under which ADD and REMOVE of all regions run, where the design has one. */
  readonly pamtLock?: number;
  /** What `word` at `address` of the helpers' own memory stands for, where that is something else than the number. */
  wordText?(address: number, word: number): string | undefined;
  /** What a misuse of the helpers' own memory is about, by the number that its event has as `extra`. */
  misused?(about: number): Misused | undefined;
  /** What is told in each of the ways in which boot can go, where `KernelOptions.exploresBoot` asked for that. */
  readonly bootPaths?: readonly (readonly BootEvent[])[];
  /** Without Dynamic PAMT: the helpers' own predicate says that it is there, and nobody has asked the module. */
  readonly isUnaware?: boolean;
  /** Pages that the design keeps aside for pairs at present: allocated, but backing nothing. */
  setAside?(): number;
  /** Absent: nothing runs beside the calls of helpers. */
  readonly beside?: Beside | undefined;
  /** Memory that helpers allocated and that nothing leads to any more. @param own words that each CPU has for itself */
  lostMemory?(own: readonly Words[]): LostMemory | undefined;
}

/** What a misuse of memory is about. */
export interface Misused {
  /** A variable, a member, or memory as a whole, as the source calls it. */
  readonly of?: string;
  /** The function that returned the value. */
  readonly from?: string;
}

/** The program of a CPU: equal labels mean equal programs. */
export interface BesideProgram {
  readonly label: string;
  readonly start: () => Program;
}

/** What helpers have asked for that runs beside their calls. */
export interface Beside {
  /** All programs, given those that call helpers. To be asked once. */
  programs(callers: readonly BesideProgram[]): BesideProgram[];
  /** How many functions are to run already. */
  pending(): number;
  /** Some run in hard interrupt context. */
  readonly interrupts: boolean;
}

/** Memory that is lost: what it is called, and where it was allocated. */
export interface LostMemory {
  readonly name: string;
  readonly site: number;
}

/** Something told at boot, with the line of a source text that it comes from. */
export interface BootEvent {
  readonly code: number;
  readonly detail: number;
  readonly extra: number;
  readonly site: number;
}

/** A line of a source text. */
export interface SourceLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The line, without the space around it. */
  readonly text: string;
}

/** What a design has shown, as far as it was explored, to need of its host. It only grows. */
export interface HostNeeds {
  /** CPUs are told apart: a number of one of them, or of a page that each has for itself, is put where others see it. */
  readonly numberedCpus: boolean;
  /** They are because of pages, and nobody asks for the number of a CPU. */
  readonly numberedPages?: boolean;
}

/** A design: who proposed it, and how to make it for a kernel. */
export interface Design {
  /** Name on the command line. */
  readonly name: string;
  /** Its helpers ask what their callers hold, and in which context they are. */
  readonly asksSurroundings?: boolean;
  /** What users are to know of results about it. */
  readonly notes?: readonly string[];
  /** Series version or proposal it comes from. */
  readonly origin: string;
  /** How it works, in one sentence. */
  readonly summary: string;
  /** Works without Dynamic PAMT only: the 4 KiB level is allocated at start. */
  readonly staticPamt?: boolean;
  /** Functions of its own run at boot. */
  readonly hasBoot?: boolean;
  /** The pages of a pair are not charged to the memory cgroup of whoever caused it. */
  readonly unchargedPairs?: boolean;
  /** Pages of pairs may be set aside and used again, so whoever was charged for them first may be charged still. */
  readonly recyclesPages?: boolean;
  /** Its get takes pages for a pair from a cache, or from a function that is handed to it: the scenario `fault` runs that. */
  readonly ownCache?: boolean;
  /** Absent: it needs nothing. */
  readonly needs?: HostNeeds;
  create(kernel: Kernel): PamtHelpers;
  /** Where its programs come from a source text: the line of an operation's `site`. */
  source?(site: number): SourceLine | undefined;
}
