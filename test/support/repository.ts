/** The repository as its own tests see it: where it is, which files belong to it, what is in them. */
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** What .gitignore names, for a copy of the project that is no git checkout. */
const NOT_SOURCE = new Set([".git", "node_modules", "dist", ".bench", "coverage"]);

function listedByGit(): string[] {
  try {
    const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 64 * 1024 * 1024,
    });
    return listed.split("\0").filter((path) => path !== "");
  } catch {
    return [];
  }
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_SOURCE.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [relative(root, path).split(sep).join("/")];
  });
}

/**
 * Every file of the project, as paths from its root with forward slashes: what git tracks or would track, or, outside a
 * git checkout (an unpacked archive, perhaps inside another repository that ignores it), what lies in the folder.
 */
export function projectFiles(): string[] {
  const listed = listedByGit();
  const files = listed.includes("package.json") ? listed : walk(root);
  const present = files.filter((path) => existsSync(join(root, path)) && lstatSync(join(root, path)).isFile());
  return present.sort();
}

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Every line of `files` that `pattern` matches, as `path:line: text`; binary files are skipped. */
export function matchingLines(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((path) => {
    const text = read(path);
    if (!pattern.test(text) || text.includes("\0")) return [];
    return text
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 160)}`] : []));
  });
}
