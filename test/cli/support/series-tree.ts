/** The tree that is laid out as Linux, as it was before its series, and the series. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { applyPatch, parsePatch } from "../../../src/clang/patch/index.js";
import { treeSources } from "../../../src/cli/c-sources.js";

/** The tree after the series, and the file that has the helpers. */
export const TREE = "test/fixtures/tree-linux";
export const MAIN_FILE = "arch/x86/virt/vmx/tdx/tdx.c";

/** The series as one text, and its mails: the cover letter and four patches. */
export const series = readFileSync(`${TREE}.mbox`, "utf8");
export const mails = series.split(/^(?=From [0-9a-f]{40} )/m);

/** Writes the tree before the series into a folder that is made for it. */
export function writeBase(folder: string): void {
  const { changes } = parsePatch(series, "series.mbox");
  const undone = changes.toReversed().map(({ patch, from, to, hunks }) => ({
    patch,
    from: to,
    to: from,
    hunks: hunks.map(({ oldStart, oldCount, newStart, newCount, lines, line }) => ({
      oldStart: newStart,
      oldCount: newCount,
      newStart: oldStart,
      newCount: oldCount,
      lines: lines.map((each) => ({ ...each, kind: ({ "+": "-", "-": "+", " ": " " } as const)[each.kind] })),
      line,
    })),
  }));
  const before = applyPatch(treeSources(TREE), undone);
  for (const path of readdirSync(TREE, { recursive: true, encoding: "utf8" })) {
    const text = /\.[ch]$/.test(path) ? before.read(path) : undefined;
    if (text === undefined) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
