/**
 * `npm run explain`: writes the pages of the designs and the introduction, with their pictures.
 *
 *     node .bench/out/tools/explain/main.js [FOLDER]
 *
 * FOLDER is where the documentation lies: `docs` unless another is named.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { explained } from "./files.js";

const [folder = "docs"] = process.argv.slice(2);
for (const [path, text] of await explained()) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(file);
}
