/** Numbers with what they count. */

/** Digits in groups of three. */
export function formatCount(count: number): string {
  // Built in is the same in forty milliseconds, the first time.
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A number with what it counts, e.g. `2 CPUs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** The same with the verb: `1 page is`, `2 pages are`. */
export function pluralIs(count: number, one: string): string {
  return `${plural(count, one)} ${count === 1 ? "is" : "are"}`;
}
