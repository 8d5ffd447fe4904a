/** What the page and its worker say to each other. */
import type { Branch, Settings } from "../../src/check/index.js";
import type { CompiledFrom, SavedResult } from "../../src/report/result.js";
import type { WrongLine } from "./wrong-lines.js";

/** C to compile, and where the compiler lies. */
export interface CText {
  readonly name: string;
  readonly text: string;
  /** Functions for entries, as `--entry` takes them. */
  readonly entries: readonly string[];
  /** C that is compiled with it. */
  readonly harness: string | undefined;
  /** Headers of the user's own, by their paths. */
  readonly headers: Readonly<Record<string, string>>;
  /** Address of the folder with the compiler, with a slash at the end. */
  readonly compiler: string;
}

/** What to explore: a design by its name, or C. */
export type SubjectName = { readonly design: string } | { readonly c: CText };

export type ToWorker =
  | { readonly kind: "start"; readonly subject: SubjectName; readonly settings: Settings }
  | ({ readonly kind: "branch" } & BranchAsked)
  | { readonly kind: "stop" };

/** A failure of a design, and where another CPU is to go first. */
export interface BranchAsked {
  readonly design: string;
  readonly schedule: string;
  readonly ignored: readonly string[];
  readonly after: number;
  readonly cpu: number;
}

/** Where a search stands. */
export interface RunStanding {
  readonly scenario: string;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** Seconds that the search of this scenario has taken. */
  readonly seconds: number;
  /** Requirements found broken. */
  readonly violations: number;
}

/** What has been checked, as `dpamt check --json` prints it. */
export type Result = Omit<SavedResult, "coverage" | "c"> & {
  readonly coverage?: readonly { file: string; line: number; function: string; reached: boolean }[];
  readonly c?: Pick<CompiledFrom, "file" | "entry" | "harness" | "shim">;
};

export type FromWorker =
  /** C is read and compiled from now on, until anything else is said. */
  | { readonly kind: "compiling" }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "standing"; readonly standing: RunStanding }
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "branched"; readonly branch: Branch }
  /** What was asked for cannot be done: one line for the user, and for C the lines that are wrong. */
  | { readonly kind: "refused"; readonly message: string; readonly diagnostics: readonly WrongLine[] };
