/** Copies of arrays of integers that have more room. */

/** Room for twice as many integers. */
export function doubled(from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  return withRoom(from, 0);
}

/** Room for twice as many integers, and for at least `size`. */
export function withRoom(from: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(2 * from.length, size));
  to.set(from);
  return to;
}
