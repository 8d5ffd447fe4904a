/**
 * Writes few large files for the many small ones that the compiler has written.
 *
 *     node tools/bundle.mjs FROM TO ENTRY...
 *
 * Each ENTRY is a file at or below FROM and comes to lie at the same place below TO. What entries share, and what is loaded
 * later, goes to TO/parts. A command starts in half the time then, and a search is a few percent faster. Packages are
 * left where they are.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vite";

/**
 * Reads the source map beside each file, so that stack traces name lines of the TypeScript.
 *
 * @type {import("vite").Plugin}
 */
const sourceMaps = {
  name: "source-maps",
  load: (id) => {
    if (!existsSync(`${id}.map`)) return null;
    return { code: readFileSync(id, "utf8"), map: readFileSync(`${id}.map`, "utf8") };
  },
};

const [from, to, ...entries] = process.argv.slice(2);
if (from === undefined || to === undefined || entries.length === 0) {
  throw new Error("name the folder of the compiled files, the one to write to, and the entries");
}
// The names of parts change with what is in them.
rmSync(join(to, "parts"), { recursive: true, force: true });
await build({
  configFile: false,
  publicDir: false,
  root: resolve(from),
  logLevel: "warn",
  plugins: [sourceMaps],
  build: {
    ssr: true,
    outDir: resolve(to),
    emptyOutDir: false,
    target: "node20",
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: Object.fromEntries(entries.map((entry) => [entry.replace(/\.js$/, ""), join(resolve(from), entry)])),
      preserveEntrySignatures: "allow-extension",
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "parts/[name]-[hash].js",
        // Constants stay constants: the engine compiles them in.
        topLevelVar: false,
      },
    },
  },
});
