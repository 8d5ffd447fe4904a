/** Paths in results: none leads from the root, and none says whose home folder it is. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MAIN } from "./support/dpamt.js";

const top = realpathSync(mkdtempSync(join(tmpdir(), "dpamt-paths-")));
afterAll(() => rmSync(top, { recursive: true, force: true }));
const home = join(top, "home/jdoe7");
const places = { lab: join(home, "lab"), linux: join(home, "linux"), elsewhere: join(top, "elsewhere") };
for (const folder of Object.values(places)) mkdirSync(folder, { recursive: true });
const file = join(places.linux, "early.c");
copyFileSync("test/fixtures/c/early-drop-v1.c", file);
const formats = ["html", "json", "junit", "markdown", "sarif", "text"];

/** All that a check writes when it runs in a folder: by the name of the form, and what it prints. */
function writtenIn(cwd: string): Map<string, string> {
  const out = mkdtempSync(join(top, "out-"));
  const reports = formats.slice().filter((format) => format !== "json");
  const args = [
    "--cpus=2 --rounds=1 --regions=1 --scenario=main".split(" "),
    ["--save", join(out, "json")],
    reports.flatMap((format) => ["--report", `${format}=${join(out, format)}`]),
  ];
  const { stdout } = spawnSync(process.execPath, [resolve(MAIN), "check", file, ...args.flat()], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, HOME: home, NO_COLOR: "1" },
  });
  return new Map([
    ["stdout", stdout],
    ...formats.map((name): [string, string] => [name, readFileSync(join(out, name), "utf8")]),
  ]);
}

describe("a file named by its whole path", () => {
  it.each([
    ["lab", "../linux/early.c"],
    ["linux", "early.c"],
    ["elsewhere", "early.c"],
  ] as const)("is called what it is from %s", (place, name) => {
    const written = writtenIn(places[place]);
    expect(written.get("stdout")).toContain(`dpamt1:${name}:`);
    expect((JSON.parse(written.get("json") ?? "") as { c: { file: string } }).c.file).toBe(name);
    for (const [form, text] of written)
      expect([form, text.includes("jdoe7"), text.includes(top)]).toEqual([form, false, false]);
  });
});
