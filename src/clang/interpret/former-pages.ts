/**
 * Names of former pages. A page was freed or given to the module, and the allocator gives its handle to another page. What C
 * has kept of the former page must not become the other's: its number stays, and its structure and contents are nobody's.
 */
import type { Page } from "../../kernel/index.js";
import type { Operation } from "../../machine/index.js";
import { FIRST_FORMER } from "./known-pages.js";
import { PageContents } from "./objects.js";
import { type Publisher, pageIn, replacing, rewriteOwn } from "./publication.js";
import { Aggregate, FrameNumber, Pointer, type Value } from "./values.js";

/** Adds the pages that a value leads to. */
function collect(value: Value, pages: Set<Page>): void {
  if (value instanceof Aggregate) {
    for (const member of value.members) collect(member, pages);
    collect(value.rest, pages);
    return;
  }
  const page = pageIn(value);
  if (page !== undefined) pages.add(page);
}

/**
 * The allocator has handed out a handle. Where something depended on the place of the page that had it before, the call
 * renames that page: the new one may lie elsewhere. Otherwise the new page may well be the same one.
 */
export function* partFromFormer(publisher: Publisher, handle: Page, site: number): Generator<Operation, void, number> {
  const { memory, pages } = publisher;
  const pfn = handle < 0 ? pages.settledPlace(handle) : undefined;
  if (pfn === undefined) return;
  const named = new Set<Page>();
  const look = (value: Value): Value => {
    collect(value, named);
    return value;
  };
  publisher.rewrite(look);
  yield* rewriteOwn(publisher, look, site);
  if (!named.has(handle)) return;
  // The name is the first that nothing else has, so a loop comes back to the same names.
  let name = FIRST_FORMER;
  while (named.has(name)) name--;
  pages.rename(handle, name);
  const renamed = (value: Value): Value => {
    if (value instanceof FrameNumber) return new FrameNumber(name, value.shift, value.add);
    const { object, offset } = value as Pointer;
    return new Pointer(object instanceof PageContents ? memory.pageContents(name) : memory.structs.of(name), offset);
  };
  publisher.rewrite(replacing(handle, renamed));
  // Memory outlives the call, which alone knows where the page lay.
  const lasting = (value: Value): Value =>
    value instanceof FrameNumber
      ? BigInt.asUintN(64, (BigInt(pfn) << BigInt(value.shift)) + value.add)
      : renamed(value);
  yield* rewriteOwn(publisher, replacing(handle, lasting), site);
}
