/** Examples in docs/c.md are what the commands above them print. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dpamt } from "../cli/support/dpamt.js";
import { read } from "../support/repository.js";

/** A command of the document, and what it is said to print. */
interface Example {
  readonly command: string;
  readonly printed: string;
}

const document = read("docs/c.md");
/** A command, some lines about it without another command, and a block that is no C. */
const EXAMPLE = /^ {4}npx dpamt (check [^\n]*)\n(?:(?! {4}npx|```)[^\n]*\n){1,3}```\n([\s\S]*?)^```$/gm;
const examples = [...document.matchAll(EXAMPLE)].map(
  ([, command = "", printed = ""]): Example => ({ command, printed }),
);

/** Files of the worked example: a name in front of a block of C, and the block. */
const FILE = /`((?:[\w-]+\/)?[\w-]+\.[ch])`[^`]*?\n+```c\n([\s\S]*?)^```$/gm;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dpamt-docs-"));
  for (const [, name = "", text = ""] of document.matchAll(FILE)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  makeDemo();
});

/** The repository that the document makes: its commands are those in front of `check --git`. */
function makeDemo(): void {
  const commands = /^ {4}git init [^\n]*\n(?: {4}(?!npx)[^\n]*\n)+/m.exec(document)?.[0] ?? "";
  symlinkSync(resolve("test"), join(folder, "test"));
  const who = {
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "a@b.c",
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@b.c",
  };
  const { status, stderr } = spawnSync("bash", ["-ec", commands], {
    cwd: folder,
    env: { ...process.env, ...who },
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Lines without what differs from run to run: seconds, and ids of commits. */
function linesOf(text: string): string[] {
  return text.split("\n").map((line) =>
    line
      .trimEnd()
      .replace(/\d+(?:\.\d)? s$/, "N s")
      .replace(/ \d+\.\d {2}(?=[0-9a-f]{12} )/, " N.N  ")
      .replace(/\b[0-9a-f]{12}\b/g, "ID"),
  );
}

/** The part of an example, between two marks of what is left out, that does not stand in `output` from line `from` on. */
function missingFrom(printed: string, output: string): string | undefined {
  const lines = linesOf(output);
  let from = 0;
  for (const part of printed.split(/^ *\.\.\.\n/m)) {
    const wanted = linesOf(part.replace(/\n$/, ""));
    const at = lines.findIndex((_, index) => index >= from && wanted.every((line, by) => lines[index + by] === line));
    if (at < 0) return part;
    from = at + wanted.length;
  }
  return undefined;
}

test("are found", () => {
  expect(examples.length).toBeGreaterThan(5);
});

test.each(examples)("$command", ({ command, printed }) => {
  const isWorked = command.includes(" pairs.c");
  const ofExample = (word: string): boolean => isWorked && /^(?:pairs\.c|harness\.c|shim)$/.test(word);
  const words = command.split(" ").map((word) => (ofExample(word) || word === "demo" ? join(folder, word) : word));
  const { stdout, stderr } = dpamt(...words);
  const output = (stdout + stderr).replaceAll(`${resolve(folder)}/`, "");
  expect(missingFrom(printed, output), output).toBeUndefined();
});
