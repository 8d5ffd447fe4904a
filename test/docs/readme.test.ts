/** README.md: the failure is what the command above it prints, and the commands can be typed. */
import { existsSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { dpamt } from "../cli/support/dpamt.js";
import { read } from "../support/repository.js";

test("the failure that README.md shows is printed", () => {
  const [, command = "", example = ""] =
    /^`npx dpamt (check [^`]*)` prints[^\n]*\n\n```\n([\s\S]*?)^```$/m.exec(read("README.md")) ?? [];
  const { status, stdout } = dpamt(...command.split(" "));
  expect(status).toBe(1);
  const [failure, replay] = example.split(/^walk it again:\n/m);
  expect(stdout).toContain(failure);
  expect(stdout).toContain(replay);
});

describe("commands of README.md", () => {
  const commands = [...read("README.md").matchAll(/npx dpamt ((?:[a-z]+ |[a-z]+$)?[^`\n#]*)/g)].map(([, words = ""]) =>
    words.trim(),
  );
  /** What stands for a place on the reader's machine. */
  const ELSEWHERE = new Set(["linux", ".", "-", "harness.c"]);

  it("are found", () => {
    expect(commands.length).toBeGreaterThan(20);
  });

  it("name verbs and flags that there are", () => {
    const help = new Map<string, string>();
    for (const command of commands) {
      const [verb = "", ...words] = command.split(" ");
      if (!help.has(verb)) help.set(verb, dpamt(verb, "--help").stdout);
      const unknown = words.filter(
        (word) => word.startsWith("--") && word !== "--help" && !help.get(verb)?.includes(`  ${word}`),
      );
      expect(unknown, command).toEqual([]);
      expect(help.get(verb), command).toContain(`Usage: dpamt ${verb}`);
    }
  });

  it("name files that there are", () => {
    const paths = commands.flatMap((command) =>
      command.split(" ").filter((word) => /^[^-'].*[./]/.test(word) && !word.includes("..")),
    );
    const missing = paths.filter((path) => !ELSEWHERE.has(path) && !existsSync(path.replace(/\/\*\.jsonl$/, "")));
    expect(paths.length).toBeGreaterThan(8);
    expect(missing).toEqual([]);
  });

  it("check C that can be checked", () => {
    const ofC = commands.filter((command) => /^check test\/fixtures\/\S+(?= |$)/.test(command));
    expect(ofC.length).toBeGreaterThan(3);
    for (const command of ofC) {
      const { status, stderr } = dpamt(...command.split(" "), "--scenario", "main", "--max-states", "100");
      expect([1, 3], `${command}: ${stderr}`).toContain(status);
    }
  });
});
