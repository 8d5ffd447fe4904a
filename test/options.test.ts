/**
 * Options are told about in one place: a record that is added to a copy of the table appears as flag, field, link, command
 * and schema, and nothing else is touched.
 */
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { boundOptions, limitOptions, type OptionTable, optionTable } from "../src/check/index.js";
import { valuesFor } from "../src/check/options/record.js";
import { exploreOptions, settingsOfFlags } from "../src/cli/flags.js";
import { boundsSchema, limitsSchema } from "../src/report/option-schema.js";
import { boundsText } from "../src/report/words.js";
import { emptyForm, fieldsIn, initialFields, settingsOfForm } from "../web/page/form.js";
import { commandOf, fragmentOf, readFragment } from "../web/page/link.js";
import { read } from "./support/repository.js";

const maxDepth = {
  kind: "whole",
  range: [1, 500],
  value: "n",
  help: "go no deeper than so many transitions",
  label: "Most transitions",
  hint: "Counted along a path.",
  part: "limits",
  unsaid: "any",
  description: "Along a path.",
} as const;
const guests = {
  kind: "whole",
  range: [0, 4],
  isModelLimit: true,
  default: 0,
  defaultToCompare: 1,
  isAddedLater: true,
  value: "n",
  help: "TDs that do nothing",
  label: "Guests",
  part: "bounds",
  counts: "guest",
  isFixedByFlows: true,
} as const;
const order = {
  kind: "one",
  alternatives: { up: "lowest first", down: "highest first" },
  default: "up",
  value: "kind",
  help: "which CPU moves first",
  label: "Order",
  part: "search",
  onlyWith: ["strategy", ["pct"]],
} as const;
const toys: OptionTable = { ...optionTable, guests, maxDepth, order };
const form = { ...emptyForm, ...initialFields("check", toys) };

function command(verb: "check" | "compare", ...args: string[]): Command {
  const made = new Command(verb).exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of exploreOptions(verb, toys)) made.addOption(option);
  return made.parse(args, { from: "user" });
}

describe("a record that is added", () => {
  it("is a flag with its help, its default and its refusals", () => {
    const help = command("check").helpInformation().replace(/\s+/g, " ");
    expect(help).toContain("--max-depth <n> go no deeper than so many transitions --");
    expect(help).toContain("--guests <n> TDs that do nothing (default: 0)");
    expect(help).toContain('--order <kind> which CPU moves first (choices: "up", "down", default: "up")');
    expect(settingsOfFlags(command("check"), toys)).toMatchObject({ guests: 0, maxDepth: undefined, order: "up" });
    expect(settingsOfFlags(command("compare"), toys)).toMatchObject({ guests: 1 });
    const given = command("check", "--max-depth", "7", "--order", "down");
    expect(settingsOfFlags(given, toys)).toMatchObject({ maxDepth: 7, order: "down", noReduce: undefined });
    expect(() => command("check", "--max-depth", "501")).toThrow(/--max-depth .*whole number from 1 to 500/);
    expect(() => command("check", "--order", "left")).toThrow(/--order .*up, down/);
  });

  it("is a field of the form, where it applies", () => {
    const fieldOf = (part: "limits" | "bounds" | "search", now = form) => fieldsIn(part, now, toys).at(-1);
    expect(fieldOf("limits")).toEqual({ name: "maxDepth", record: maxDepth, value: "", disabled: false });
    expect(fieldOf("bounds")).toEqual({ name: "guests", record: guests, value: "0", disabled: false });
    expect(fieldOf("bounds", { ...form, withFlows: true })?.disabled).toBe(true);
    expect(fieldOf("search")?.record).not.toBe(order);
    expect(fieldOf("search", { ...form, strategy: "pct" })?.record).toBe(order);
  });

  it("gives its value, or one line about what was typed", () => {
    expect(settingsOfForm({ ...form, ...{ maxDepth: " 7 " } }, toys)).toMatchObject({ maxDepth: 7, guests: 0 });
    expect(settingsOfForm(form, toys)).toMatchObject({ maxDepth: undefined });
    expect(() => settingsOfForm({ ...form, ...{ maxDepth: "0" } }, toys)).toThrow(
      "--max-depth: give a whole number from 1 to 500.",
    );
    expect(settingsOfForm({ ...form, withFlows: true, ...{ guests: "many" } }, toys)).toMatchObject({ guests: 0 });
  });

  it("is in the link, both ways, and in the command", () => {
    const changed = { ...form, strategy: "pct" as const, ...{ maxDepth: "7", guests: "2", order: "down" } };
    const fragment = fragmentOf(changed, {}, toys);
    expect(fragment).toContain("&guests=2&max-depth=7&");
    expect(fragment).toContain("&order=down");
    expect(readFragment(fragment, false, toys)).toMatchObject({ form: changed, ignored: [] });
    expect(commandOf(changed, toys)).toBe(
      "npx dpamt check --design global-lock --guests 2 --max-depth 7 --strategy pct --order down",
    );
    expect(commandOf(form, toys)).toBe("npx dpamt check --design global-lock");
    expect(readFragment("mode=compare", false, toys).form).toMatchObject({ guests: "1", maxDepth: "" });
    expect(readFragment("max-depth=501&guests=x&order=left", false, toys).ignored).toEqual([
      "guests=x (give a whole number from 0 to 4)",
      "max-depth=501 (give a whole number from 1 to 500)",
      "order=left",
    ]);
    // Without the record nobody knows its names.
    expect(readFragment(fragment, false).ignored).toEqual(["guests=2", "max-depth=7", "order=down"]);
  });

  it("is in results: in their order, their schema and their words", () => {
    const bounds = { ...initialBounds(), guests: 2 };
    expect(boundsSchema({ ...boundOptions, guests }).parse(bounds)).toEqual(bounds);
    expect(() => boundsSchema({ ...boundOptions, guests }).parse({ ...bounds, guests: 5 })).toThrow();
    expect(() => boundsSchema(boundOptions).parse(bounds)).toThrow();
    expect(boundsSchema({ ...boundOptions, guests }).parse(initialBounds())).toEqual(initialBounds());
    const schema = z.toJSONSchema(limitsSchema({ ...limitOptions, maxDepth }));
    expect(schema.properties).toMatchObject({ maxDepth: { type: "number", description: "Along a path." } });
    expect(valuesFor({ ...limitOptions, maxDepth }, { maxDepth: 7, maxStates: 1, other: 2 })).toEqual({
      maxStates: 1,
      maxDepth: 7,
    });
    const text = "3 CPUs, 2 rounds, 2 regions, 1 failing allocation";
    expect(boundsText(initialBounds(), { ...boundOptions, guests })).toBe(text);
    expect(boundsText(bounds, { ...boundOptions, guests })).toBe(`${text}, 2 guests`);
  });
});

function initialBounds() {
  const { cpus, rounds, regions, placement, allocFailures, use } = settingsOfForm(form);
  return { cpus, rounds, regions, placement, allocFailures, use };
}

describe("the table", () => {
  it("has names that the page's document names as parts of a link", () => {
    const [, listed = ""] = /Settings have the names of their flags: ([^.]*)\./.exec(read("docs/page.md")) ?? [];
    const names = exploreOptions("check").map((option) => option.long?.slice(2));
    const inLinks = [...listed.matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
    expect(inLinks.sort()).toEqual(["design", ...names.filter((name) => name !== "json")].sort());
  });

  it("has defaults that its own reading takes", () => {
    const link = fragmentOf({ ...emptyForm, strategy: "pct" }, {});
    expect(readFragment(link, false)).toMatchObject({ ignored: [], form: { ...emptyForm, strategy: "pct" } });
  });
});
