/** The name that somebody meant who mistyped it. */

/** Letters of a name for each mistake that is taken for a slip of the hand. */
const LETTERS_PER_SLIP = 3;
const SLIPS_MAX = 3;
/** Longer names are no slips of each other, and comparing them takes long. */
const LENGTH_MAX = 100;
/** A part of a name says which is meant if it is at least so long. */
const PART_MIN = 3;

/**
 * The optimal string alignment distance: letters to add, to take away, to change, or neighbours to swap, each letter once.
 *
 * @param most distances beyond it are not told apart
 * @returns the distance, or `most + 1` where it is larger
 */
export function slipsBetween(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const here = [row];
    let least = row;
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const [left = 0, up = 0, corner = 0] = [here[column - 1], above[column], above[column - 1]];
      let slips = Math.min(left + 1, up + 1, corner + (same ? 0 : 1));
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped && row > 1 && column > 1) slips = Math.min(slips, (before[column - 2] ?? 0) + 1);
      here.push(slips);
      least = Math.min(least, slips);
    }
    if (least > most) return most + 1;
    before = above;
    above = here;
  }
  return Math.min(above[other.length] ?? 0, most + 1);
}

/**
 * The known name nearest to `name`, if it is near enough to be what was meant. Capitals for small letters are one slip.
 *
 * @param slipsMax slips that may lie between them at most
 */
export function nearestName(name: string, known: Iterable<string>, slipsMax = SLIPS_MAX): string | undefined {
  if (name.length > LENGTH_MAX || name === "") return undefined;
  const small = name.toLowerCase();
  let most = Math.min(slipsMax, Math.floor(name.length / LETTERS_PER_SLIP));
  let best: string | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const each of new Set(known)) {
    if (each === name || each.length > LENGTH_MAX) continue;
    const like = each.toLowerCase();
    const slips = slipsBetween(small, like, most) + (sameCase(name, each) ? 0 : 1);
    if (slips > most) continue;
    // Of names as near, the one that begins alike, then the first of the alphabet.
    const rank = 2 * slips + (like[0] === small[0] ? 0 : 1);
    if (rank > bestRank || (rank === bestRank && best !== undefined && each >= best)) continue;
    [best, bestRank, most] = [each, rank, slips];
  }
  return best;
}

function sameCase(one: string, other: string): boolean {
  return (one === one.toUpperCase()) === (other === other.toUpperCase());
}

/** The one of a few names that was meant: the nearest, or the only one that `name` is a part of. */
export function meantName(name: string, known: readonly string[]): string | undefined {
  const near = nearestName(name, known);
  if (near !== undefined || name.length < PART_MIN) return near;
  const small = name.toLowerCase();
  const holding = known.filter((each) => each.toLowerCase().includes(small));
  return holding.length === 1 ? holding[0] : undefined;
}

/** What to say of a name that is none of a few: `did you mean "x"? There are x, y`, or the list alone. */
export function didYouMean(name: string, known: readonly string[]): string {
  const meant = meantName(name, known);
  const list = `there are ${known.join(", ")}`;
  return meant === undefined ? list : `did you mean "${meant}"? ${list.replace("t", "T")}`;
}
