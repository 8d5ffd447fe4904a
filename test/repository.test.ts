/** Tests of the repository itself: what every file of it must keep to, and what the package offers once built. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { matchingLines, projectFiles, read, root } from "./support/repository.js";

const LINES_MAX = 500;

const files = projectFiles();
const sources = files.filter((path) => /^(src|web)\/.*\.(ts|tsx|mts|js|mjs)$/.test(path));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(read("package.json"));

describe("production sources", () => {
  it("are found", () => {
    expect(sources).toContain("src/index.ts");
  });

  it("begin with a comment that says what the file is", () => {
    const headless = sources.filter((path) => !/^(#!.*\n)?\s*(\/\*\*?|\/\/)\s*\S/.test(read(path)));
    expect(headless).toEqual([]);
  });

  it(`have at most ${LINES_MAX} lines each`, () => {
    const long = sources.filter((path) => read(path).trimEnd().split("\n").length > LINES_MAX);
    expect(long).toEqual([]);
  });

  it("never use the type any", () => {
    expect(sources.flatMap(usesOfAny)).toEqual([]);
  });

  it("leave no marks for work to be done", () => {
    expect(matchingLines(sources, /\b(TODO|FIXME|XXX)\b/)).toEqual([]);
  });
});

describe("the repository", () => {
  it("names no folder of the machine it was written on", () => {
    const elsewhere = files.filter((path) => !path.startsWith(".ci/"));
    expect(matchingLines(elsewhere, /(?<![\w.~)}-])\/(work|root|home)\/|\.\.\/shared\b/)).toEqual([]);
  });

  it("pins every dependency to one version", () => {
    const specs = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(specs.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(version))).toEqual([]);
  });

  it("records no registry in the lockfile or in .npmrc", () => {
    expect(urlsOutsideFunding(JSON.parse(read("package-lock.json")))).toEqual([]);
    expect(matchingLines([".npmrc"], /https?:|registry\s*=/)).toEqual([]);
  });

  it("locks the version that package.json states", () => {
    const lock: { name: string; version: string } = JSON.parse(read("package-lock.json"));
    expect(lock).toMatchObject({ name: manifest.name, version: manifest.version });
  });
});

describe("the package, as built", () => {
  it("is there", () => {
    expect(existsSync(join(root, "dist/index.js")), "dist/ is missing: run npm run build").toBe(true);
  });

  it("passes publint", async () => {
    const { messages, pkg } = await publint({ pkgDir: root, level: "warning", strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it("has every file that exports and bin name", () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === "string" ? [target] : Object.values(target),
    );
    const named = [...targets, ...Object.values(manifest.bin)];
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  const entries = Object.entries(manifest.exports).filter(([, target]) => typeof target !== "string");

  it.each(entries.map(([entry]) => entry.replace(/^\./, manifest.name)))("offers %s to Node", (entry) => {
    const script = `console.log(Object.keys(await import(${JSON.stringify(entry)})).length)`;
    const names = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: root,
      encoding: "utf8",
    });
    expect(Number(names)).toBeGreaterThan(0);
  });
});

/** Where a file says `any` as a type, as `path:line`. Comments and strings do not count, which is why it is parsed. */
function usesOfAny(path: string): string[] {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Every string below `value` that holds a URL, except under a key `funding`, where packages name their sponsors' pages. */
function urlsOutsideFunding(value: unknown): string[] {
  if (typeof value === "string") return /https?:\/\//.test(value) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => (key === "funding" ? [] : urlsOutsideFunding(below)));
}
