/** The command as a user types it, from what is built. */
import { spawnSync } from "node:child_process";
import { expect } from "vitest";

/** What node runs for `dpamt`. */
export const MAIN = "dist/cli/main.js";

/** How a command ended, and what it printed, without colours. */
export function dpamt(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, stdout, stderr };
}

/** Bad input: exit code 2, nothing on stdout, one line on stderr that has all of `parts`. */
export function expectRefusal(result: ReturnType<typeof dpamt>, ...parts: string[]): void {
  expect(result.stderr).toMatch(/^dpamt: [^\n]+\n$/);
  expect(result.status).toBe(2);
  expect(result.stdout).toBe("");
  for (const part of parts) expect(result.stderr).toContain(part);
}

/** C that does not compile: exit code 2, nothing on stdout, and on stderr one line, then the lines of C, with all of `parts`. */
export function expectCompileErrors(result: ReturnType<typeof dpamt>, ...parts: string[]): void {
  expect(result.stderr).toMatch(/^dpamt: [^\n]+\n[\s\S]*^ +\d+ \| [^\n]*\n +\| +\^~*$/m);
  expect(result.status).toBe(2);
  expect(result.stdout).toBe("");
  for (const part of parts) expect(result.stderr).toContain(part);
}
