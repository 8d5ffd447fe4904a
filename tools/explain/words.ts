/** What was written down of get and put, in words: for captions, for tables, for those who cannot see the picture. */
import type { Call, Item } from "./walk.js";

/** A leaf by its last words, as people say it: `PAMT.ADD`. */
export function shortLeaf(leaf: string): string {
  return leaf.replace(/^TDH\.(PHYMEM\.)?/, "");
}

export function pagesText({ kind, pages, isReset }: Extract<Item, { kind: "allocate" | "free" }>): string {
  if (kind === "allocate") return `allocates ${pages} pages`;
  return `${isReset ? "overwrites and frees" : "frees"} ${pages} pages`;
}

/** What the region is like after a call. */
export function stateText({ count, hasPair }: Call): string {
  const pair = hasPair ? "pair installed" : "no pair";
  return count === null ? pair : `count ${count}, ${pair}`;
}

/** An item in a few words. */
function itemText(item: Item): string {
  switch (item.kind) {
    case "count":
      return `${item.operation} finds ${item.before}${item.before === item.after ? "" : ` and leaves ${item.after}`}`;
    case "word":
      return `${item.operation}(${item.word})`;
    case "take":
    case "give":
      return `${item.operation}(${item.lock})`;
    case "allocate":
    case "free":
      return pagesText(item);
    case "seamcall":
      return `${shortLeaf(item.leaf.name)} returns ${item.status.name}`;
  }
}

/** A call in one sentence. */
export function summaryOf({ items }: Call): string {
  return items.length === 0 ? "returns at once" : items.map(itemText).join("; ");
}

/** Kernel locks that a call takes, in their order. */
export function locksTaken({ items }: Call): string[] {
  return items.flatMap((item) => (item.kind === "take" ? [`${item.operation}(${item.lock})`] : []));
}

/** Locks that the module takes in a call, in their order. */
export function moduleLocks({ items }: Call): string[] {
  return items.flatMap((item) =>
    item.kind === "seamcall" ? item.locks.map(({ entry, modes }) => `${entry} (${modes.join(", then ")})`) : [],
  );
}

/** SEAMCALLs that a call makes. */
export function seamcalls({ items }: Call): string[] {
  return items.flatMap((item) => (item.kind === "seamcall" ? [shortLeaf(item.leaf.name)] : []));
}

/** What a call allocates and frees. */
export function pagesOf({ items }: Call): string[] {
  return items.flatMap((item) => (item.kind === "allocate" || item.kind === "free" ? [pagesText(item)] : []));
}
