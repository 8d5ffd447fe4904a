/** Files as SARIF names them: relative to a folder that has a name, so that a log says nothing of where it was made. */
import { existsSync } from "node:fs";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { SarifFiles } from "../report/index.js";

/** Names files relative to the kernel tree, if there is one, else to the working directory, else to their own folder. */
export function sarifFiles(tree: string | undefined): SarifFiles {
  const folders = [
    ...(tree === undefined ? [] : [{ base: "TREE", folder: resolve(tree) }]),
    { base: "WORKDIR", folder: process.cwd() },
  ];
  return {
    bases: {
      ...(tree === undefined ? {} : { TREE: "The kernel tree that was checked." }),
      WORKDIR: "The working directory of the check.",
      FILEDIR: "The folder of the file.",
    },
    named(file) {
      const isOfTree = tree !== undefined && !isAbsolute(file) && existsSync(join(tree, file));
      const path = isOfTree ? resolve(tree, file) : resolve(file);
      for (const { base, folder } of folders) {
        const inside = relative(folder, path);
        if (inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) {
          return { path: inside.split(sep).join("/"), base };
        }
      }
      return { path: basename(path), base: "FILEDIR" };
    },
  };
}
