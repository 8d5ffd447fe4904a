/**
 * Builds the project, unless what is built is newer than all that it is built from: `node tools/prepare.mjs`.
 *
 * The first npx in a folder prepares the package once more after `npm ci` has. That need not take half a minute again.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What is built last. */
const BUILT = "dist/web/page/examples.json";
const SOURCES = [
  "src",
  "web",
  "tools",
  "docs",
  "test/fixtures/c",
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
];

/**
 * When the newest of the files at or below `path` was changed, in milliseconds.
 *
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isBuilt() {
  const built = statSync(BUILT, { throwIfNoEntry: false });
  return built !== undefined && SOURCES.every((path) => newest(path) < built.mtimeMs);
}

/** `npx dpamt` prepares the package even before `npm ci`: then there is nothing to build with, and the command says so. */
function canBuild() {
  return existsSync("node_modules/typescript");
}

if (canBuild() && !isBuilt()) {
  const { status } = spawnSync("npm", ["run", "build"], { stdio: "inherit", shell: process.platform === "win32" });
  process.exitCode = status ?? 1;
}
