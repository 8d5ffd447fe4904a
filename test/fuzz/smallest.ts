/** Makes a program that goes wrong smaller, as long as it does. */
import fc from "fast-check";

/** How long to look for a smaller one. */
const MILLISECONDS = 90_000;

/**
 * The smallest program found that goes wrong, with what is wrong; undefined if the first does not go wrong alone.
 *
 * @param index which program of a sample with this seed is the first
 * @param wrong what is wrong with a program, or undefined
 */
export async function smallest<T>(
  arbitrary: fc.Arbitrary<T>,
  seed: number,
  index: number,
  wrong: (program: T) => Promise<string | undefined>,
): Promise<readonly [T, string] | undefined> {
  let found: readonly [T, string] | undefined;
  const property = fc.asyncProperty(arbitrary, async (program) => {
    const text = await wrong(program);
    if (text !== undefined) found = [program, text];
    return text === undefined;
  });
  await fc.check(property, { seed, path: String(index), numRuns: 1, interruptAfterTimeLimit: MILLISECONDS });
  return found;
}
