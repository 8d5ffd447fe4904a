/** Builds what an HTML report carries in itself: one script and one style sheet, see src/report/html.ts. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../dist/web/report",
    emptyOutDir: true,
    lib: {
      entry: "main.tsx",
      name: "dpamtReport",
      formats: ["iife"],
      fileName: () => "report.js",
      cssFileName: "report",
    },
  },
});
