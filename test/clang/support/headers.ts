/** The headers that come with the checker, read once. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const HEADERS = "src/clang/include";

/** The folder of the project, also for what is compiled to a folder inside it. */
function projectFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, HEADERS))) {
    if (folder === dirname(folder)) throw new Error(`${HEADERS} is in no folder above ${import.meta.dirname}`);
    folder = dirname(folder);
  }
  return folder;
}

const include = join(projectFolder(), HEADERS);

export const headers: ReadonlyMap<string, string> = new Map(
  readdirSync(include, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.[ch]$/.test(path))
    .map((path) => [path, readFileSync(join(include, path), "utf8")]),
);
