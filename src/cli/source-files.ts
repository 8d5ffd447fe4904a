/** Files as reports for CI servers name them: from the root of their repository, and never by where that lies. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceFiles, SourcePlaces } from "../report/index.js";
import { InputError } from "./failure.js";

/** The name that SARIF tools use for the root of the repository that was looked at. */
const ROOT = "%SRCROOT%";

/**
 * Names files relative to the repository of the kernel tree, if there is one, else to that of the working directory, else to
 * their own folder. A folder that is in no repository stands for itself.
 */
export function sourceFiles(tree: string | undefined): SourceFiles {
  const root = repositoryOf(resolve(tree ?? "."));
  const working = repositoryOf(process.cwd());
  const folders = [
    { base: ROOT, folder: root, text: "The root of the repository that was checked." },
    ...(working === root ? [] : [{ base: "WORKDIR", folder: working, text: "The working directory of the check." }]),
  ];
  const own = realPath(fileURLToPath(new URL("../../", import.meta.url)));
  const ownBase = folders.find(({ folder }) => folder === own)?.base;
  return {
    bases: {
      ...Object.fromEntries(folders.map(({ base, text }) => [base, text])),
      ...(ownBase === undefined ? { DPAMT: "The root of the repository of dpamt." } : {}),
      FILEDIR: "The folder of the file.",
    },
    named(file) {
      const isOfTree = tree !== undefined && !isAbsolute(file) && existsSync(join(tree, file));
      const path = realPath(isOfTree ? resolve(tree, file) : resolve(file));
      for (const { base, folder } of folders) {
        const inside = relative(folder, path);
        if (inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) {
          return { path: inside.split(sep).join("/"), base };
        }
      }
      return { path: basename(path), base: "FILEDIR" };
    },
    own: () => ({ places: readPlaces(), base: ownBase ?? "DPAMT" }),
  };
}

/** The folder at or above `folder` that is a repository of git; `folder` itself where none is. Nothing of it is read. */
function repositoryOf(folder: string): string {
  const start = realPath(folder);
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return start;
  }
}

/** A server shows nothing of a file that it knows by another name. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

/** Where designs and flows make which call, as `npm run build` writes it. @throws InputError when it was not built */
function readPlaces(): SourcePlaces {
  const file = new URL("../places.json", import.meta.url);
  if (!existsSync(file)) {
    throw new InputError(
      "places.json, which has the lines of designs, is not built; run npm run build in the clone of dpamt",
    );
  }
  return JSON.parse(readFileSync(file, "utf8")) as SourcePlaces;
}
