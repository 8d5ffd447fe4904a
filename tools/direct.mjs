/**
 * Derives the direct form of the module's programs from their source.
 *
 *     node tools/direct.mjs FOLDER
 *
 * FOLDER is where the compiled `src/` lies: `.build`, or `.bench/src`. Every program that `dispatch` leads to is
 * written to FOLDER/direct/module, and FOLDER/direct/programs.js becomes the way in. In the direct form
 *
 *     function* f           is   function f
 *     yield* f(x)           is   f(x)
 *     yield read(a)         is   read(a), and `read` is that of src/machine/direct.ts
 *
 * and nothing else changes what a program does. Code is written again: programs, what describes operations, the
 * functions that they call, and whatever a file keeps to itself. The rest is imported from the compiled module, so that
 * each class, each table and each constant that a file exports exists once. Code that these rules cannot turn into the
 * same thing is refused.
 */
import { rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { check } from "./direct/check.mjs";
import { choose } from "./direct/choose.mjs";
import { machineFile, operationFile, root, rootFile, rootName, source } from "./direct/names.mjs";
import { PERFORMERS, performersText, rewrite } from "./direct/rewrite.mjs";

/**
 * Writes the direct form beside the compiled sources in `folder`.
 * @param {string} folder
 * @param {(path: string, text: string) => void} write
 * @param {ReadonlyMap<string, string>} overlay texts that stand for those of files, by path from the root
 * @throws {import("./direct/names.mjs").Refusal} when a program has no direct form
 */
export function derive(folder, write, overlay = new Map()) {
  const out = join(resolve(folder), "direct");
  const program = load(out, overlay);
  const choice = choose(program);
  for (const [file, statements] of choice.written) {
    for (const statement of statements) if (choice.derived.has(statement)) check(statement, choice);
    program.emit(file, (path, text) => write(path, text), undefined, false, {
      before: [() => (node) => (ts.isSourceFile(node) ? rewrite(node, choice) : node)],
    });
  }
  write(join(out, "module", PERFORMERS), performersText(program, choice));
  write(join(out, "programs.js"), `export { ${rootName} } from "./module/dispatch.js";\n`);
}

/**
 * @param {string} out
 * @param {ReadonlyMap<string, string>} overlay
 */
function load(out, overlay) {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  Object.assign(options, { noEmit: false, noCheck: true, sourceMap: true, inlineSources: true, types: [] });
  Object.assign(options, { rootDir: source, outDir: out });
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  host.readFile = (path) => overlay.get(relative(root, path)) ?? readFile(path);
  return ts.createProgram({ rootNames: [rootFile, machineFile, operationFile], options, host });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , folder] = process.argv;
  try {
    if (folder === undefined) throw new Error("name the folder of the compiled sources, e.g. .build");
    derive(folder, ts.sys.writeFile);
    // What the compiler wrote for src/direct/programs.ts is gone, and so is what its map maps.
    rmSync(join(folder, "direct/programs.js.map"), { force: true });
  } catch (error) {
    process.stderr.write(`direct form: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
