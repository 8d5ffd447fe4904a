/** What C calls some bytes of an object: `.lock`, `[5].pages[1]`. */
import type { DebugMember, DebugType } from "./debug-types.js";

/** Some bytes of a type, as far as members have names. */
export interface Member {
  /** As it is written behind a name. Where several members lie there, the last part is `+offset`. */
  readonly path: string;
  /** Type of what begins there; undefined where nothing does that is known. */
  readonly type: DebugType | undefined;
}

/** The bytes that are named. */
interface Part {
  readonly offset: number;
  /** Absent: it is not known how many. */
  readonly size: number | undefined;
}

/**
 * The only members of locks and of atomic variables, which nobody names but the kernel itself: here those of the headers
 * that come with the checker.
 */
const OWN_TO_KERNEL: ReadonlySet<string> = new Set(
  "word counter refs refcount sequence sections done enabled sem".split(" "),
);
/** How deep structures lie in each other. */
const DEPTH_MAX = 50;

/** The innermost member that holds `size` bytes at an offset. */
export function memberAt(type: DebugType | undefined, offset: number, size?: number): Member {
  return walk(type, { offset, size }, () => false);
}

/** What begins at an offset: something of the type `wanted` if such a thing does, else the outermost. */
export function wholeAt(type: DebugType | undefined, offset: number, wanted: DebugType | undefined): Member {
  const part = { offset, size: undefined };
  const found = walk(type, part, (inner, rest) => rest === 0 && inner === wanted);
  return found.type === wanted ? found : walk(type, part, (_inner, rest) => rest === 0);
}

/** Whether a structure ends in an array without a size, of which memory has any number of elements. */
export function isOpenEnded(type: DebugType): boolean {
  const last = type.kind === "struct" ? type.members().at(-1) : undefined;
  return last?.type.kind === "array" && last.type.size === 0;
}

function walk(
  type: DebugType | undefined,
  { offset, size }: Part,
  isEnd: (inner: DebugType, rest: number) => boolean,
): Member {
  let path = "";
  let rest = offset;
  let at = type;
  for (let depth = 0; depth < DEPTH_MAX && at !== undefined && !isEnd(at, rest); depth++) {
    if (at.kind === "array" && at.element.size > 0) {
      path += `[${Math.floor(rest / at.element.size)}]`;
      rest %= at.element.size;
      at = at.element;
      continue;
    }
    if (at.kind !== "struct" && at.kind !== "union") break;
    const member = soleMember(at, { offset: rest, size });
    if (member === undefined) break;
    if (member.name !== "") path += `.${member.name}`;
    if (member.isBitField) return { path, type: undefined };
    rest -= member.bit / 8;
    at = member.type;
  }
  return rest === 0 ? { path, type: at } : { path: `${path}+${rest}`, type: undefined };
}

/** The one member that some bytes are of. */
function soleMember(type: Extract<DebugType, { members(): unknown }>, part: Part): DebugMember | undefined {
  const all = type.members();
  const [first] = all;
  if (all.length === 1 && first !== undefined && OWN_TO_KERNEL.has(first.name)) return undefined;
  const found = all.filter((each) => holds(each, part));
  if (found.length === 1) return found[0];
  const exact = found.filter(
    ({ type: { kind, size } }) => (kind === "scalar" || kind === "pointer") && size === part.size,
  );
  return exact.length === 1 ? exact[0] : undefined;
}

function holds({ bit, bits, type, isBitField }: DebugMember, { offset, size = 1 }: Part): boolean {
  const first = offset * 8;
  const end = first + size * 8;
  if (isBitField) return bit < end && first < bit + bits;
  const isOpen = type.kind === "array" && bits === 0;
  return first >= bit && (isOpen || end <= bit + bits);
}
