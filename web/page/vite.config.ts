/**
 * Builds the page of `dpamt serve`: a folder that works from any path, also without a server.
 *
 * Browsers load no modules from files, neither for a page nor for a worker. So both are classic scripts, each in one
 * piece.
 */
import { defineConfig, type Plugin } from "vite";

/** Turns the module script of the page into a classic one that runs when the page is parsed. */
const classicScript: Plugin = {
  name: "classic-script",
  enforce: "post",
  transformIndexHtml: (html) =>
    html.replaceAll('<script type="module" crossorigin ', "<script defer ").replaceAll(" crossorigin ", " "),
};

/** tree-sitter is handed its WebAssembly, so it need not know where that could lie: from a Blob nothing lies beside it. */
const withoutAddress: Plugin = {
  name: "without-address",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("web-tree-sitter.js")
      ? code.replace(/new URL\("web-tree-sitter\.wasm", import\.meta\.url\)\.href/, '"web-tree-sitter.wasm"')
      : undefined,
};

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [classicScript],
  worker: {
    format: "iife",
    plugins: () => [withoutAddress],
    rolldownOptions: {
      // tree-sitter has an eval for libraries that bring scripts of their own; the grammar brings none.
      checks: { eval: false },
      // The compiler is not bundled: it is loaded from beside the page, where it is.
      external: ["@yowasp/clang", "fs/promises", "module"],
      output: { entryFileNames: "worker.js", codeSplitting: false },
    },
  },
  build: {
    outDir: "../../dist/web/page",
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    // One file beside the script: styles inside of it would be against the page's Content Security Policy.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        format: "iife",
        entryFileNames: "page.js",
        assetFileNames: "[name][extname]",
        codeSplitting: false,
      },
    },
  },
});
