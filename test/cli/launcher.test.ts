/** The command before it is built, under an old Node, and by the ways that lead to it. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const top = mkdtempSync(join(tmpdir(), "dpamt-launcher-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));
const { bin, version, engines } = JSON.parse(readFileSync("package.json", "utf8")) as {
  bin: { dpamt: string };
  version: string;
  engines: { node: string };
};

/** A clone in which nothing is installed or built. */
function bareClone(name: string): string {
  const clone = join(top, name);
  cpSync("bin", join(clone, "bin"), { recursive: true });
  cpSync("package.json", join(clone, "package.json"));
  return clone;
}

function run(file: string, cwd: string, ...node: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, file, "--version"], {
    cwd,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("the command", () => {
  test("says what to type where nothing is installed, or built", () => {
    const clone = bareClone("bare");
    const file = join(clone, bin.dpamt);
    const line = "dpamt: the command is not built yet: type npm ci";
    expect(run(file, clone)).toEqual({ status: 2, stdout: "", stderr: `${line}, then the same again\n` });
    expect(run(file, top).stderr).toBe(`${line} in ${clone}, then the same again\n`);
    mkdirSync(join(clone, "node_modules/typescript"), { recursive: true });
    expect(run(file, clone).stderr).toContain("type npm run build,");
  });

  test("says what to type where packages are gone", () => {
    const clone = bareClone("gone");
    mkdirSync(join(clone, "dist/cli"), { recursive: true });
    writeFileSync(join(clone, "dist/cli/main.js"), 'import "no-such-package-of-dpamt";\n');
    const { status, stderr } = run(join(clone, bin.dpamt), clone);
    expect(stderr).toBe("dpamt: a package that it needs is not installed: type npm ci, then the same again\n");
    expect(status).toBe(2);
  });

  test.each(["18.20.4", "20.18.3", "12.22.12"])("refuses Node %s in a line", (old) => {
    const pretend = join(top, "pretend.mjs");
    writeFileSync(pretend, `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(old)} });\n`);
    const { status, stderr } = run(bin.dpamt, process.cwd(), "--import", pathToFileURL(pretend).href);
    expect(stderr).toMatch(/^dpamt: this is Node [\d.]+, and 20\.19 or later is needed: [^\n]*\n$/);
    expect(stderr).toContain(`Node ${old},`);
    expect(engines.node).toBe(">=20.19");
    expect(status).toBe(2);
  });

  test("runs what is built, also by a symbolic link from elsewhere, and keeps its exit code", () => {
    const link = join(top, "dpamt");
    symlinkSync(resolve(bin.dpamt), link);
    for (const file of [bin.dpamt, link]) {
      expect(run(file, process.cwd())).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
    }
    const { status, stderr } = spawnSync(process.execPath, [link, "chekc"], { cwd: top, encoding: "utf8" });
    expect(stderr).toBe("dpamt: unknown command 'chekc'; did you mean check? (see dpamt --help)\n");
    expect(status).toBe(2);
  });
});

test("preparing the package without its packages does nothing, so npx comes as far as the command", () => {
  const clone = bareClone("npx");
  cpSync("tools/prepare.mjs", join(clone, "tools/prepare.mjs"));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["tools/prepare.mjs"], {
    cwd: clone,
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
});
