/**
 * Writes what the page has along: the documents as pages, and examples of C: `node tools/site.mjs [FOLDER]`.
 *
 * FOLDER is that of the page: `dist/web/page` unless another is named.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { pageOf, servedAs } from "./site/render.mjs";

const out = process.argv[2] ?? join("dist", "web", "page");
const EXAMPLES = "test/fixtures/c";
/** Styles of the documents: the colours are those of the page. */
const STYLES = ["web/view/theme.css", "web/docs.css"];

/** @returns {string[]} paths below docs, and of the documents at the top */
function documentPaths() {
  const below = readdirSync("docs", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.replaceAll("\\", "/"), entry.name));
  return ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...below]
    .filter((path) => servedAs(path) !== undefined)
    .sort();
}

function writeDocuments() {
  const folder = join(out, "docs");
  rmSync(folder, { recursive: true, force: true });
  const paths = documentPaths();
  const served = new Set(paths);
  const texts = paths.filter((path) => path.endsWith(".md"));
  const documents = new Map(texts.map((path) => [path, readFileSync(path, "utf8")]));
  for (const path of paths) {
    const target = join(folder, /** @type {string} */ (servedAs(path)));
    mkdirSync(dirname(target), { recursive: true });
    if (documents.has(path)) writeFileSync(target, pageOf(path, documents, served));
    else cpSync(path, target);
  }
  writeFileSync(join(folder, "docs.css"), STYLES.map((path) => readFileSync(path, "utf8")).join("\n"));
}

/** The helpers in C of the tests, by their names, each with the first sentence about it. */
function writeExamples() {
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith(".c"));
  const examples = names.map((name) => {
    const c = readFileSync(join(EXAMPLES, name), "utf8");
    const [, about = ""] = /\/\*[\s*]*([\s\S]*?)\*\//.exec(c) ?? [];
    const [first = ""] = about.replaceAll(/\s*\n\s*\*\s?/g, " ").split(/[.:](?:\s|$)/);
    return { name, about: first.replace(/^Dynamic PAMT,? /, "").trim(), text: c };
  });
  writeFileSync(join(out, "examples.json"), `${JSON.stringify(examples)}\n`);
}

writeDocuments();
writeExamples();
