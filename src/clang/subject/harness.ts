/** Writes the C of a harness: the functions that the checker calls, each a call of what the file has in its place. */
import { printable } from "../../text/index.js";
import type { Outline } from "../slice/outline.js";
import { type Entry, entries as usualNames } from "./bindings.js";
import type { Guess, Guessed, Unset } from "./guess.js";
import { isPointer, PLAIN } from "./meaning.js";

/** What a file needs to be checked. */
export interface Harness {
  /** C to compile behind the file; undefined where flags do, or nothing is needed. */
  readonly text: string | undefined;
  /** For `--entry`: `get=pair_ref`. */
  readonly entries: readonly string[];
  /** Lines of the text that need a look, from 1. */
  readonly fillIn: readonly { readonly line: number; readonly text: string }[];
}

const FILL_IN = "fill in: ";
const IS_ON = "dpamt_is_on";

/** What makes a harness for a file of this name from what was guessed of it. */
export function harnessFor(file: string, guess: Guess, outline: Outline): Harness {
  return new Writer(file, guess, outline).harness();
}

class Writer {
  private readonly entries: string[] = [];
  private readonly parts: string[] = [];
  private readonly includes = new Set(["linux/mm.h", "asm/tdx.h"]);
  /** The name of the file as it may stand in a comment. */
  private readonly name: string;

  constructor(
    file: string,
    private readonly guess: Guess,
    private readonly outline: Outline,
  ) {
    this.name = printable(file).replaceAll(/\*\/|\/\*|\\/g, "?");
  }

  harness(): Harness {
    const { get, put, pages, counter, unset, asksModule } = this.guess;
    if (this.fits(get)) this.nameWithFlag(get);
    else this.write("get", this.getText(get));
    if (this.fits(put)) this.nameWithFlag(put);
    else this.write("put", this.putText(put));
    if (pages !== undefined) {
      const { alloc, free } = pages;
      if (this.fits(alloc) && this.fits(free)) [alloc, free].map((each) => this.nameWithFlag(each));
      else {
        this.write("alloc", this.allocText(alloc));
        this.write("free", this.freeText(free));
      }
    }
    if (counter !== undefined) this.counter(counter);
    for (const [index, each] of unset.entries()) this.parts.push(this.setupText(each, index));
    if (this.parts.length === 0) return { text: undefined, entries: this.entries, fillIn: [] };
    const isAsked = !asksModule && this.parts.some((part) => part.includes(IS_ON));
    const text = [this.headText(), ...(isAsked ? [this.isOnText()] : []), ...this.parts].join("\n");
    const fillIn = text.split("\n").flatMap((line, index) => {
      const at = line.indexOf(FILL_IN);
      return at < 0 ? [] : [{ line: index + 1, text: line.slice(at + FILL_IN.length).replace(/ \*\/$/, "") }];
    });
    return { text, entries: this.entries, fillIn };
  }

  /** Whether the checker can call the function as it is. */
  private fits({ entry, function: called, arguments: args }: Guessed): boolean {
    if (!this.guess.asksModule && entry !== "counter") return false;
    const isAnswer = entry !== "get" || /^(?:int|long|s32|s64)$/.test(called.returns);
    return isAnswer && args.every(({ isUsual, doubt }) => isUsual && doubt === undefined);
  }

  /** Names a function with `--entry`, where it has no usual name. */
  private nameWithFlag({ entry, function: { name } }: Guessed): void {
    const usual: readonly string[] = usualNames[entry];
    if (!usual.includes(name)) this.entries.push(`${entry}=${name}`);
  }

  /** Adds a function of the harness, made by `text` from its name. */
  private write(entry: Entry, text: (name: string) => string): void {
    const [usual] = usualNames[entry];
    const words = [
      ...this.outline.functions.map(({ name, body }) => ` ${name} ${body}`),
      ...this.outline.macros.keys(),
    ];
    const isTaken = words.some((each) => each === usual || each.includes(` ${usual} `));
    const name = isTaken ? `dpamt_${entry}` : usual;
    if (isTaken) this.entries.push(`${entry}=${name}`);
    this.parts.push(text(name));
  }

  /** Lines that leave a function where there is no Dynamic PAMT. */
  private unlessOn(...lines: readonly string[]): string[] {
    if (this.guess.asksModule) return [];
    const [only] = lines;
    if (lines.length === 1) return [`\tif (!${IS_ON}())`, `\t\t${only}`, ""];
    return [`\tif (!${IS_ON}()) {`, ...lines.map((line) => `\t\t${line}`), "\t}", ""];
  }

  private callOf({ function: { name }, arguments: args }: Guessed): string {
    return `${name}(${args.map(({ text }) => text).join(", ")})`;
  }

  private doubtsOf({ arguments: args }: Guessed): string[] {
    return args.flatMap(({ doubt }) => (doubt === undefined ? [] : [`\t/* ${FILL_IN}${doubt} */`]));
  }

  /** Parameters of a function that is given a page, and of what it hands on. */
  private parametersOf({ arguments: args }: Guessed): string {
    const more = args.flatMap(({ handedOn }) => (handedOn === undefined ? [] : [handedOn.words]));
    return ["struct page *page", ...more].join(", ");
  }

  private getText(get: Guessed): (name: string) => string {
    const call = this.callOf(get);
    return (name) =>
      [
        "/* Before the module gets the page: 0, or -ENOMEM and the like. */",
        `int ${name}(${this.parametersOf(get)})`,
        "{",
        ...this.unlessOn("return 0;"),
        ...this.doubtsOf(get),
        ...this.answer(get.function.returns, call),
        "}",
        "",
      ].join("\n");
  }

  /** Makes 0 or an error of what get returns. */
  private answer(returns: string, call: string): string[] {
    if (returns === "void") return [`\t${call};`, "\treturn 0;"];
    if (/^(?:int|long|s32|s64)$/.test(returns)) return [`\treturn ${call};`];
    if (returns === "bool")
      return [`\t/* ${FILL_IN}does true say that it worked? */`, `\treturn ${call} ? 0 : -ENOMEM;`];
    if (!isPointer(returns))
      return [
        `\t/* ${FILL_IN}does 0 say that it worked, and all else that there is no memory? */`,
        `\treturn ${call} ? -ENOMEM : 0;`,
      ];
    this.includes.add("linux/err.h");
    return [`\treturn IS_ERR_OR_NULL(${call}) ? -ENOMEM : 0;`];
  }

  private putText(put: Guessed): (name: string) => string {
    return (name) =>
      [
        "/* After the module gave the page back. */",
        `void ${name}(${this.parametersOf(put)})`,
        "{",
        ...this.unlessOn("return;"),
        ...this.doubtsOf(put),
        `\t${this.callOf(put)};`,
        "}",
        "",
      ].join("\n");
  }

  private allocText(alloc: Guessed): (name: string) => string {
    const call = this.callOf(alloc);
    return (name) =>
      [
        "/* A page that the module may have, or NULL. */",
        `struct page *${name}(void)`,
        "{",
        ...(call.includes("&page") ? ["\tstruct page *page = NULL;", ""] : []),
        ...this.unlessOn("return alloc_page(GFP_KERNEL_ACCOUNT);"),
        ...this.doubtsOf(alloc),
        ...this.pageOf(alloc.function.returns, call),
        "}",
        "",
      ].join("\n");
  }

  /** Makes a page of what alloc returns. */
  private pageOf(returns: string, call: string): string[] {
    if (call.includes("&page")) return [`\treturn ${call} ? NULL : page;`];
    if (/\bstruct page\b/.test(returns)) return [`\treturn ${call};`];
    const [type, made] = /\bstruct folio\b/.test(returns)
      ? ["struct folio *", "folio_page(found, 0)"]
      : ["void *", "virt_to_page(found)"];
    return [`\t${type}found = ${call};`, "", `\treturn found ? ${made} : NULL;`];
  }

  private freeText(free: Guessed): (name: string) => string {
    return (name) =>
      [
        "/* Gives back what was allocated above. */",
        `void ${name}(struct page *page)`,
        "{",
        ...this.unlessOn("__free_page(page);", "return;"),
        ...this.doubtsOf(free),
        `\t${this.callOf(free)};`,
        "}",
        "",
      ].join("\n");
  }

  private counter(counter: NonNullable<Guess["counter"]>): void {
    if ("entry" in counter) {
      if (this.fits(counter)) this.nameWithFlag(counter);
      return;
    }
    const { text, type } = counter;
    if (!PLAIN.test(type)) return;
    const isSure = /^(?:atomic|refcount)/.test(type);
    this.write("counter", (name) =>
      [
        "/* Where the count of a region is: dpamt compares it with its users (R5). */",
        ...(isSure ? [] : [`/* ${FILL_IN}is this the number of users of a region? Else remove the function. */`]),
        `${type} *${name}(unsigned long pfn)`,
        "{",
        `\treturn ${text};`,
        "}",
        "",
      ].join("\n"),
    );
  }

  private setupText({ variable: { name }, locks }: Unset, index: number): string {
    for (const include of ["linux/init.h", "linux/vmalloc.h"]) this.includes.add(include);
    const initialised = locks.map(({ member, by }) => `\t\t${by}(&${name}[i].${member});`);
    return [
      `/* At boot: nothing in ${this.name} sets ${name}. */`,
      `/* ${FILL_IN}is it an array with one element for each 2 MiB of memory? */`,
      `static int __init dpamt_setup${index === 0 ? "" : `_${index + 1}`}(void)`,
      "{",
      "\tunsigned long count = DIV_ROUND_UP(max_pfn, PTRS_PER_PMD);",
      "",
      `\t${name} = vzalloc(count * sizeof(*${name}));`,
      `\tif (!${name})`,
      "\t\treturn -ENOMEM;",
      ...(initialised.length === 0
        ? []
        : [`\tfor (unsigned long i = 0; i < count; i++)${initialised.length > 1 ? " {" : ""}`, ...initialised]),
      ...(initialised.length > 1 ? ["\t}"] : []),
      "\treturn 0;",
      "}",
      "",
    ].join("\n");
  }

  private isOnText(): string {
    return [
      `/* ${this.name} never asks the module for Dynamic PAMT, so its callers must. */`,
      `static bool ${IS_ON}(void)`,
      "{",
      "\treturn tdx_supports_dynamic_pamt(tdx_get_sysinfo());",
      "}",
      "",
    ].join("\n");
  }

  private headText(): string {
    return [
      "/*",
      ` * What dpamt calls to check ${this.name}. Written by dpamt init: a guess from names and signatures.`,
      ` * It is compiled behind ${this.name} and sees all of it, static functions too.`,
      ` * Look at each line with "${FILL_IN.trim()}".`,
      " */",
      ...[...this.includes].sort().map((include) => `#include <${include}>`),
      "",
    ].join("\n");
  }
}
