/** What words are for: asked of those who reserved them, by address. */
import { levelName } from "../../abi/index.js";
import { PAGE_SIZE, PTRS_PER_PMD } from "../../kernel/index.js";
import { LockEffect, type WordOperation } from "../../machine/index.js";
import type { Setup } from "../setup.js";
import type { ChangeFact, LockAction, LockFact, WordFact } from "./facts.js";

export class WordFacts {
  /** Addresses of watched regions, by the words that count their users. */
  private readonly counts: ReadonlyMap<number, number>;

  constructor(private readonly setup: Setup) {
    const { helpers, kernel } = setup;
    const { refcount } = helpers;
    const regions = refcount === undefined ? [] : kernel.watched;
    this.counts = new Map(regions.map((region) => [refcount?.(region) ?? 0, region * PTRS_PER_PMD * PAGE_SIZE]));
  }

  /** The word at `address`. */
  word(address: number): WordFact {
    const word = this.setup.space.describe(address);
    const region = this.counts.get(address);
    if (region !== undefined) return { word, role: "count", region };
    return address === this.setup.helpers.pool ? { word, role: "pool" } : { word };
  }

  /** What the word at `address` holds before and after an operation. */
  change(address: number, before: number, after: number): ChangeFact {
    const { helpers } = this.setup;
    return {
      before: helpers.wordText?.(address, before) ?? before,
      after: helpers.wordText?.(address, after) ?? after,
      changed: before !== after,
    };
  }

  /** The lock at `address`. */
  lock(address: number, owner: LockFact["owner"]): LockFact {
    const { space, kernel } = this.setup;
    const { pamt } = kernel.tdx;
    const lock = space.describe(address);
    const name = space.nameOf(address);
    const guards = typeof name === "object" && name.part === "lock" ? { guards: name.whole } : {};
    const found = owner === "module" ? pamt.entryOfLock(address) : undefined;
    if (found === undefined) return { lock, ...guards, owner };
    return {
      lock,
      ...guards,
      owner,
      entry: { level: levelName(found.level), address: pamt.hpaOf(found.frame) },
    };
  }

  /** A lock operation on the word at `address`. @param result what the program is handed: 0 for an attempt that succeeds */
  lockAction(
    { name, lock }: WordOperation,
    address: number,
    owner: LockFact["owner"],
    { result, before, after }: { readonly result: number; readonly before: number; readonly after: number },
  ): LockAction {
    const isRelease = lock === LockEffect.ReleaseExclusive || lock === LockEffect.ReleaseShared;
    const isShared = lock === LockEffect.AcquireShared || lock === LockEffect.ReleaseShared;
    return {
      kind: "lock",
      operation: name,
      ...this.lock(address, owner),
      effect: isRelease ? "release" : lock === LockEffect.Promote ? "promote" : "acquire",
      mode: isShared ? "shared" : "exclusive",
      busy: !isRelease && result !== 0,
      ...this.change(address, before, after),
    };
  }
}
