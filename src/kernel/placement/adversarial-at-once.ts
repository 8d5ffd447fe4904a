/** Adversarial placement, chosen at once: the environment decides where a page lies when it is allocated. */
import type { Program } from "../../machine/index.js";
import { type Page, PageUse } from "../page.js";
import { AdversarialLate } from "./adversarial-late.js";

export class AdversarialAtOnce extends AdversarialLate {
  override *take(uncharged: number, use: PageUse): Program<Page> {
    const page = yield* super.take(uncharged, use);
    if (use === PageUse.Control) yield* this.placeUsed(page);
    else yield* this.placeAnywhere(page);
    return page;
  }
}
