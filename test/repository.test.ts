/** Tests of the repository itself: what every file of it must keep to, and what the package offers once built. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { VERSION } from "../src/text/index.js";
import { matchingLines, projectFiles, read, root } from "./support/repository.js";

const LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;
/** Functions that are longer, with the lines that they have: a list that shrinks. */
const LONG_FUNCTIONS: Readonly<Record<string, number>> = {
  "web/page/use-checker.ts useChecker": 128,
  "web/page/app.tsx App": 123,
  "src/check/requirements/r14-failure-is-not-success.ts checkOf": 93,
  "src/clang/interpret/performer.ts perform": 86,
  "src/module/leaves/tdh-phymem-pamt-add.ts tdhPhymemPamtAdd": 85,
  "src/check/setup.ts constructor": 72,
  "src/module/leaves/tdh-phymem-page-rdmd.ts tdhPhymemPageRdmd": 77,
};
/** Numbers that stand for something else than pages in a region, or bytes in a page. */
const OTHER_SIZES: readonly string[] = [
  "src/abi/sizes.ts 4096",
  "src/abi/sizes.ts 512",
  "src/abi/sizes.ts 512",
  "src/clang/slice/grammar.ts 512",
  "src/cli/compiling.ts 4096",
  "src/explore/search/depth-first.ts 512",
  "src/explore/step/macro-steps.ts 4096",
  "src/module/boot.ts 4096",
];
/**
 * Names that two files export, both for good reason: the direct form has each operation under its own name, and the
 * kernel's wrapper of a leaf is called like the leaf.
 */
const SHARED_NAMES: readonly string[] = [
  "choose",
  "chooseWithinBudget",
  "dispatch",
  "event",
  "fill",
  "gather",
  "on",
  "read",
  "seamcall",
  "tdhPhymemPamtAdd",
  "tdhPhymemPamtRemove",
  "write",
];
/** The last commit whose subject could be of any form. */
const FREE_SUBJECTS_END = "e676609";
const SUBJECT = /^[a-z][\w./-]*(, [a-z][\w./-]*)*: \S.{0,70}$/;

/** A test of a text by its beginning, its end or an expression: of steps, only facts may be asked. */
const READS_STEP_TEXT =
  /\b(?:text|call|word|label)\??\.(?:startsWith|endsWith|includes|match|search)\(|\.(?:test|exec)\((?:\w+\.)*(?:text|label)\)/;

/** Files that look at texts of users and of files, to quote or complete them. */
const READS_OTHER_TEXT: ReadonlySet<string> = new Set([
  "src/report/command.ts",
  "src/report/markdown.ts",
  "tools/explain/markdown.ts",
  "web/page/settings.tsx",
  "web/page/worker.ts",
]);

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

  it(`have functions of at most ${FUNCTION_LINES_MAX} lines, but for those named here`, () => {
    expect(Object.fromEntries(sources.flatMap(longFunctions))).toEqual(LONG_FUNCTIONS);
  });

  it("do not name what C is about in the interpreter of C: its host tells it", () => {
    const interpreter = sources.filter((path) => path.startsWith("src/clang/interpret/"));
    expect(interpreter.length).toBeGreaterThan(0);
    expect(matchingLines(interpreter, /(?<!__d)pamt|tdx|seamcall|helper|refcount|PageUse/i)).toEqual([]);
  });

  it("export no name twice, with another meaning, but for those named here", () => {
    const holders = new Map<string, string[]>();
    for (const path of sources) {
      for (const name of exportedNames(path)) holders.set(name, [...(holders.get(name) ?? []), path]);
    }
    const shared = [...holders].filter(([, paths]) => new Set(paths).size > 1).map(([name]) => name);
    expect(shared.sort()).toEqual(SHARED_NAMES);
  });

  it("never use the type any", () => {
    expect(sources.flatMap(usesOfAny)).toEqual([]);
  });

  it("have errors with a code that are the user's to mend, but for two that whoever runs a program catches", () => {
    const coded = /class (\w+) extends Error \{[^}]*\bcode = /g;
    const names = sources.flatMap((path) => [...read(path).matchAll(coded)].map(([, name]) => name));
    expect(names.sort()).toEqual(["BlockedError", "StepsChanged"]);
  });

  it("ask the facts of a step, not its text: one file reads texts, those of earlier versions", () => {
    const readers = files.filter((path) => /^(src\/report|web|tools)\/.*\.(ts|tsx|mts|mjs)$/.test(path));
    const others = readers.filter((path) => path !== "src/report/earlier.ts" && !READS_OTHER_TEXT.has(path));
    expect(matchingLines(others, READS_STEP_TEXT)).toEqual([]);
    expect(matchingLines(["src/report/earlier.ts"], READS_STEP_TEXT)).not.toEqual([]);
    const readings = [
      'step.text.startsWith("waits ")',
      "/BUSY|WARN/.test(step.text)",
      "/ returns (.+)$/s.exec(text)",
      'text.startsWith("TDH.")',
      "each.text.match(/x/)",
      'call.startsWith("TDH.")',
    ];
    expect(readings.filter((line) => !READS_STEP_TEXT.test(line))).toEqual([]);
  });

  it("write the pages of a region and the bytes of a page as the constants of abi/sizes.ts", () => {
    expect(sources.flatMap(bareSizes).sort()).toEqual(OTHER_SIZES);
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
    expect(manifest.version).toBe(VERSION);
  });
});

describe("commits", () => {
  it("have subjects of the form `area: imperative`, of at most 72 characters", (context) => {
    const git = (...args: string[]) => spawnSync("git", args, { cwd: root, encoding: "utf8" });
    // Of a package, or of a clone without history, nothing can be said.
    if (git("cat-file", "-e", FREE_SUBJECTS_END).status !== 0) context.skip("no history here");
    const subjects = git("log", "--no-merges", "--format=%s", `${FREE_SUBJECTS_END}..HEAD`).stdout.trim().split("\n");
    expect(subjects.filter((subject) => subject !== "" && !isSubject(subject))).toEqual([]);
  });

  it("would be told apart by that", () => {
    expect(["a: b", "machine, module: give records an address"].every(isSubject)).toBe(true);
    expect(["Tidy: a test goes", "no area", `a: ${"b".repeat(70)}`, "a:b"].some(isSubject)).toBe(false);
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

function isSubject(subject: string): boolean {
  return subject.length <= 72 && SUBJECT.test(subject);
}

/** Names that a file declares and exports; those that it hands on from other files do not count. */
function exportedNames(path: string): string[] {
  const { statements } = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  return statements.flatMap((statement): string[] => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    if (!isExported) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
    }
    const { name } = statement as ts.DeclarationStatement;
    return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
  });
}

/** Functions of a file that are too long, as `path name`, with their lines. */
function longFunctions(path: string): [name: string, lines: number][] {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : undefined;
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true, kind);
  const lineOf = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  const found: [string, number][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const lines = lineOf(node.end) - lineOf(node.getStart(file)) + 1;
      const name = ts.isConstructorDeclaration(node) ? "constructor" : (node.name?.getText(file) ?? "a function");
      if (lines > FUNCTION_LINES_MAX) found.push([`${path} ${name}`, lines]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The numbers 512 and 4096 that a file writes, in whatever notation, as `path number`. */
function bareSizes(path: string): string[] {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) {
      const number = Number(node.text.replace(/n$/, ""));
      if (number === 512 || number === 4096) found.push(`${path} ${number}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

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
