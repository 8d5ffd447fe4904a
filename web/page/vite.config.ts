/** Builds the page of `dpamt serve`, a folder that works from any path. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: { outDir: "../../dist/web/page", emptyOutDir: true, modulePreload: { polyfill: false } },
});
