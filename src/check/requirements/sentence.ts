/** What broke, as a sentence and as the facts that it names: both come from one template, so that they cannot differ. */
import type { Status } from "../../abi/index.js";
import type { PamtHelpers } from "../../helpers/index.js";
import { KernelEvent, MemoryMisuse, PAGE_SIZE, PageMisuse } from "../../kernel/index.js";
import { leafFact, statusFact } from "../trace/codes.js";
import type { Helper, MemoryMisuseName, PageMisuseName, ViolationFacts } from "../trace/facts.js";
import { misusePhrase } from "../trace/phrases.js";

/** A part of a sentence, or a whole one. */
export class Sentence {
  constructor(
    readonly text: string,
    readonly facts: ViolationFacts,
  ) {}
}

/** A sentence of parts; those that are facts are collected. */
export function sentence(texts: TemplateStringsArray, ...parts: readonly (Sentence | string | number)[]): Sentence {
  const facts = parts.map((part) => (part instanceof Sentence ? part.facts : {}));
  const said = parts.map((part) => (part instanceof Sentence ? part.text : part));
  return new Sentence(String.raw({ raw: texts }, ...said), Object.assign({}, ...facts));
}

export function leaf(number: number): Sentence {
  const fact = leafFact(number);
  return new Sentence(fact.name, { leaf: fact });
}

/** A leaf by its last words: `PAMT.ADD`. */
export function shortLeaf(number: number): Sentence {
  const fact = leafFact(number);
  return new Sentence(fact.name.replace("TDH.PHYMEM.", ""), { leaf: fact });
}

export function status(number: Status): Sentence {
  const fact = statusFact(number);
  return new Sentence(fact.name, { status: fact });
}

/** @param address physical */
export function regionAt(address: number): Sentence {
  return new Sentence(`region 0x${address.toString(16)}`, { region: address });
}

/** A helper by a name that sentences have for it. */
export function helper(text: string, name: Helper): Sentence {
  return new Sentence(text, { helper: name });
}

/** What a helper returned. */
export function returned(value: number, text = `${value}`): Sentence {
  return new Sentence(text, { value });
}

/** A lock by the name of its word. */
export function lock(name: string): Sentence {
  return new Sentence(name, { lock: name });
}

/** A misuse of a page, or of other memory, with what is misused where the helpers know its name. */
export function misuse(
  helpers: PamtHelpers,
  code: KernelEvent.PageMisused | KernelEvent.MemoryMisused,
  detail: number,
  extra: number,
): Sentence {
  const isOfPage = code === KernelEvent.PageMisused;
  const isNamed = !isOfPage || detail === PageMisuse.Uninitialised;
  const misused = (isNamed ? helpers.misused?.(extra) : undefined) ?? {};
  const name = isOfPage ? (PageMisuse[detail] as PageMisuseName) : (MemoryMisuse[detail] as MemoryMisuseName);
  const { of } = misused;
  return new Sentence(misusePhrase(name, misused), { misuse: name, ...(of === undefined ? {} : { misused: of }) });
}

/** A page by its frame number. */
export function page(pfn: number): Sentence {
  const address = pfn * PAGE_SIZE;
  return new Sentence(`page 0x${address.toString(16)}`, { page: address });
}
