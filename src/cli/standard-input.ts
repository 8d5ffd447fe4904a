/** All of standard input, for verbs that take it in place of a file. */

/** The name of standard input on the command line. */
export const STDIN = "-";

/**
 * Reads standard input to its end. One that is not a terminal may be empty for a while, so nobody waits for it in one call.
 *
 * @param tooLong makes the error for more than `most` bytes
 */
export async function standardInput(most: number, tooLong: () => Error): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of process.stdin) {
    length += (part as Buffer).length;
    if (length > most) throw tooLong();
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
