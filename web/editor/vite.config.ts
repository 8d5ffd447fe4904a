/**
 * Builds the editor of C: one module beside the page, which loads it when C is opened and not before.
 */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    outDir: "../../dist/web/page",
    emptyOutDir: false,
    modulePreload: false,
    rolldownOptions: {
      input: "main.ts",
      preserveEntrySignatures: "strict",
      output: { format: "es", entryFileNames: "editor.js", codeSplitting: false },
    },
  },
});
