/**
 * Memory that searches may take. An engine that runs out of its heap ends the process. So searches ask before they take
 * much, stop in time, and keep what they have explored.
 */

/** Whoever knows how much memory there is. Nobody does in most browsers: there the tables of a search alone are counted. */
export interface MemoryGauge {
  /** Whether all that may be used is used. Asked often. */
  isFull(): boolean;
  /** Whether so many bytes more may be taken at once. */
  hasRoom(bytes: number): boolean;
}

/** There is no memory for what a search wants to take. */
export class MemoryFull extends Error {}

/** What engines say when there is no memory for an array, or when a map or an array takes no more entries. */
const SAID = /allocation failed|out of memory|maximum size exceeded|invalid (?:typed )?array length|size overflow/i;

/** Whether an error says that there is no more memory. */
export function isMemoryFull(error: unknown): boolean {
  return error instanceof MemoryFull || (error instanceof RangeError && SAID.test(error.message));
}

/** What a table that grows may take. */
export interface Room {
  /** Bytes of the table; absent: any number. */
  readonly maxBytes?: number;
  readonly memory?: MemoryGauge;
}

/** A larger array in place of one of `bytes`, or null where there is no room for it. Both are there for a while. */
export function grownInts(
  length: number,
  { maxBytes = Number.POSITIVE_INFINITY, memory }: Room,
): Int32Array<ArrayBuffer> | null {
  const bytes = length * Int32Array.BYTES_PER_ELEMENT;
  if (bytes > maxBytes || memory?.hasRoom(bytes) === false) return null;
  try {
    return new Int32Array(length);
  } catch (error) {
    if (isMemoryFull(error)) return null;
    throw error;
  }
}
