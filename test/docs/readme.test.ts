/** The failure in README.md is what the command above it prints. */
import { expect, test } from "vitest";
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
