/** The kernel headers that come with the checker: each compiles by itself, and all of them do together, in any order. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runLLVM } from "@yowasp/clang";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../src/clang/include");
const paths = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.[ch]$/.test(path))
  .sort();
/** For the end of a file: everything else comes before it. */
const DEFAULTS = "dpamt/tdx-defaults.h";

type Tree = { [name: string]: string | Tree };

function headerTree(): Tree {
  const tree: Tree = {};
  for (const path of paths) {
    const parts = path.split("/");
    const name = parts.pop() as string;
    let folder = tree;
    for (const part of parts) {
      folder[part] ??= {};
      folder = folder[part] as Tree;
    }
    folder[name] = readFileSync(join(root, path), "utf8");
  }
  return tree;
}

function including(headers: readonly string[]): string {
  return headers.map((path) => `#include <${path}>\n`).join("");
}

/** What clang says about sources, by name. One compiler reads all of them. */
async function complaints(sources: Readonly<Record<string, string>>, defines: readonly string[] = []): Promise<string> {
  const files: Tree = { include: headerTree(), ...sources };
  const flags = ["-cc1", "-triple", "x86_64-linux-gnu", "-std=gnu11", "-fsyntax-only", "-ffreestanding", "-fwrapv"];
  const warnings = ["-Wall", "-Wno-unused-function", "-Werror=implicit-function-declaration"];
  const decoder = new TextDecoder();
  let messages = "";
  const stderr = (bytes: Uint8Array | null) => {
    if (bytes !== null) messages += decoder.decode(bytes, { stream: true });
  };
  const args = [
    "clang",
    ...flags,
    ...warnings,
    ...defines.map((name) => `-D${name}`),
    "-I",
    "include",
    ...Object.keys(sources),
  ];
  try {
    await runLLVM(args, files, { stdout: null, stderr, fetchProgress: () => {} });
  } catch (error) {
    messages += String(error);
  }
  return messages;
}

test("each header compiles by itself, twice in a row", async () => {
  // A header of a line or two that leads to another one needs no test of its own.
  const whole = paths.filter((path) => readFileSync(join(root, path), "utf8").split("\n").length > 4);
  const alone = whole.map((path) => [`${path.replace(/\W/g, "_")}.c`, including([path, path])]);
  expect(alone.length).toBeGreaterThan(50);
  expect(await complaints(Object.fromEntries(alone))).toBe("");
});

test("all headers compile together in either order, and clang would say so if they did not", async () => {
  const others = paths.filter((path) => path !== DEFAULTS);
  const forth = including([...others, DEFAULTS]);
  const back = including([...others.reverse(), DEFAULTS]);
  expect(await complaints({ "forth.c": forth, "back.c": back })).toBe("");
  expect(await complaints({ "none.c": including(["linux/no-such-header.h"]) })).toContain("file not found");
});

test("a file that names no header gets all that have nothing to do with TDX", () => {
  const kernel = readFileSync(join(root, "dpamt/kernel.h"), "utf8");
  const included = [...kernel.matchAll(/^#include <(.*)>$/gm)].map((match) => match[1] as string);
  const wanted = paths.filter((path) => /^(?:linux|asm)\//.test(path) && !path.includes("tdx"));
  expect(wanted.filter((path) => !included.includes(path))).toEqual([]);
});

test("what a file may lack compiles when all of it is lacking", async () => {
  const text = readFileSync(join(root, DEFAULTS), "utf8");
  const needs = [...text.matchAll(/^#ifdef (DPAMT_NEEDS_\w+)$/gm)].map((match) => match[1] as string);
  expect(needs.length).toBeGreaterThan(5);
  expect(await complaints({ "lacking.c": including([DEFAULTS]) }, needs)).toBe("");
});

test("what a file defines itself, in whatever way, no header stands in the way of", async () => {
  const text = ["asm/tdx.h", "asm/shared/tdx_errno.h"].map((path) => readFileSync(join(root, path), "utf8")).join("");
  const names = [...text.matchAll(/^#ifndef DPAMT_HAS_(\w+)$/gm)].map((match) => match[1] as string);
  expect(names.length).toBeGreaterThan(10);
  const own = names.map((name) =>
    name.startsWith("struct_")
      ? `struct ${name.slice(7)} { char own; };\n`
      : `static char *${name}(char *own) { return own; }\n`,
  );
  const source = including(["dpamt/kernel.h", "asm/tdx.h"]) + own.join("");
  const has = names.map((name) => `DPAMT_HAS_${name}`);
  expect(await complaints({ "own.c": source }, has)).toBe("");
  expect(await complaints({ "own.c": source })).toMatch(/redefinition|conflicting|static declaration/);
});
