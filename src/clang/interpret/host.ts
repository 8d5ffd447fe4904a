/** What calls of a C program share on one host, and what their parts are. */
import type { Gfp, Kernel, Page } from "../../kernel/index.js";
import type { Operation, Program } from "../../machine/index.js";
import { resolved, type Type } from "../ir/types.js";
import type { CellOperations } from "./access.js";
import type { Globals } from "./globals.js";
import type { CMemory } from "./memory.js";
import type { WordsObject } from "./objects.js";
import type { CProgram } from "./program.js";
import type { MemoryObject, Value } from "./values.js";

/** A part of a call. */
export type Evaluation<R = Value> = Generator<Operation, R, number>;

/** An event that an access stands for, in the eyes of the subject. */
export interface AccessEvent {
  readonly code: number;
  readonly detail: number;
  readonly extra: number;
}

/** The same of an access that nothing goes on after, and why. */
export interface Misuse extends AccessEvent {
  readonly text: string;
}

/** A page for a call, which may be the first that it gets. */
export type AllocatePage = (gfp: Gfp, isFirst: boolean) => Program<Page>;

/**
 * What all calls of a program on one host share. All that is known of what the C is about comes in here: the interpreter
 * itself knows of pages, words and locks.
 */
export interface Host {
  readonly kernel: Kernel;
  readonly program: CProgram;
  readonly memory: CMemory;
  readonly globals: Globals;
  readonly atomics: CellOperations;
  /** Nothing is explored yet. */
  readonly isBooting: boolean;
  /** What intrinsics have noted for the subject, in words of theirs. */
  readonly facts: Set<string>;
  /** How calls get pages, but for those that have a way of their own. */
  readonly allocatePage: AllocatePage;
  /** What a lock or atomic variable at an offset of shared memory means. */
  meaningOf(object: MemoryObject, offset: number): AccessEvent | undefined;
  /** What an access outside of an object means, where that is more than an access out of bounds. */
  meaningOutside(object: MemoryObject, offset: number): Misuse | undefined;
  /** Memory other than pages. @throws CError once boot is over */
  allocate(size: number, zeroed: boolean, where: string, site: number, way: string): WordsObject;
  /** Memory other than pages that was allocated, with the site of each. */
  readonly allocated: ReadonlyMap<WordsObject, number>;
  /** Whether what could fail now does: where boot fails is explored, once for each place that can. */
  fails(): boolean;
}

/** Bits of an integer or address of the type, 0 of any other. */
export function bitsOf(type: Type): number {
  const is = resolved(type);
  if (is.kind === "int") return is.bits;
  return is.kind === "ptr" ? 64 : 0;
}
