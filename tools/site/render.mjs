/**
 * Documents as pages: Markdown to HTML that runs nothing, with links between the documents that are served.
 *
 * HTML inside of a document is shown as text, except for `<picture>`, which chooses a picture by the colour scheme.
 */
import { posix } from "node:path";
import { Marked } from "marked";

/** Documents of the repository's top, by the pages that they become. */
const TOP = new Map([
  ["README.md", "index.html"],
  ["CHANGELOG.md", "changelog.html"],
  ["CONTRIBUTING.md", "contributing.html"],
]);

/** What is in sight at the side of each page, by groups. */
const CONTENTS = [
  ["Begin", ["docs/introduction.md", "README.md", "docs/page.md", "docs/counterexamples.md", "docs/glossary.md"]],
  ["Designs", ["docs/designs.md", "docs/designs/README.md", "docs/findings.md", "docs/requirements/README.md"]],
  ["Use", ["docs/c.md", "docs/reports.md", "docs/outcomes.md", "docs/limits.md", "docs/library.md"]],
  ["Inside", ["docs/architecture.md", "docs/decisions/README.md", "CONTRIBUTING.md", "CHANGELOG.md"]],
];

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

/**
 * Where a file of the repository is served, below the folder of the documents; undefined for one that is not.
 *
 * @param {string} path from the top of the repository, with `/`
 * @returns {string | undefined}
 */
export function servedAs(path) {
  const top = TOP.get(path);
  if (top !== undefined) return top;
  if (!path.startsWith("docs/")) return undefined;
  const below = path.slice("docs/".length);
  if (/\.(?:svg|png)$/.test(below)) return below;
  return below.endsWith(".md") ? `${below.slice(0, -".md".length)}.html` : undefined;
}

/**
 * @param {string} text
 * @returns {string}
 */
export function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * The name of a heading, as links give it.
 *
 * @param {string} text
 * @returns {string}
 */
function slugOf(text) {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

/**
 * The address of what a link in a document leads to, as seen from that document's page.
 *
 * @param {string} href
 * @param {string} from path of the document
 * @param {ReadonlySet<string>} served paths of all files that are served
 * @returns {string | undefined} undefined where it leads to nothing that is served
 */
function addressOf(href, from, served) {
  if (/^https?:/.test(href)) return href;
  if (/^[a-z]+:/i.test(href)) return undefined;
  const [file = "", anchor] = href.split("#");
  const hash = anchor === undefined ? "" : `#${anchor}`;
  if (file === "") return hash;
  const target = posix.normalize(posix.join(posix.dirname(from), file)).replace(/\/$/, "");
  const [page, own] = [served.has(target) ? servedAs(target) : undefined, servedAs(from)];
  if (page === undefined || own === undefined) return undefined;
  return `${posix.relative(posix.dirname(own), page)}${hash}`;
}

/**
 * Markdown with its links, headings and tables as the pages have them.
 *
 * @param {string} path
 * @param {ReadonlySet<string>} served
 * @returns {Marked}
 */
function markdownOf(path, served) {
  /** @type {Map<string, number>} */
  const names = new Map();
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      html: ({ raw }) => pictureOf(raw, path, served) ?? (/^\s*<!--[\s\S]*-->\s*$/.test(raw) ? "" : escaped(raw)),
      heading({ tokens, depth, text }) {
        const slug = slugOf(text);
        const times = names.get(slug) ?? 0;
        names.set(slug, times + 1);
        const id = escaped(times === 0 ? slug : `${slug}-${times}`);
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const inside = this.parser.parseInline(tokens);
        const address = addressOf(href, path, served);
        return address === undefined ? inside : `<a href="${escaped(address)}">${inside}</a>`;
      },
      image: ({ href, text }) => imageOf(addressOf(href, path, served), text),
      code: ({ text }) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`,
      table({ header, rows }) {
        const row = (/** @type {typeof header} */ cells, /** @type {string} */ tag) =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join("")}</tr>`;
        const head = header.some(({ text }) => text !== "") ? `<thead>${row(header, "th")}</thead>` : "";
        const body = rows.map((cells) => row(cells, "td")).join("\n");
        return `<div class="table" tabindex="0" role="group" aria-label="Table">
<table>${head}<tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  return marked;
}

/**
 * @param {string | undefined} address
 * @param {string} text
 */
function imageOf(address, text) {
  if (address === undefined || /^https?:/.test(address)) return escaped(text);
  return `<img src="${escaped(address)}" alt="${escaped(text)}" loading="lazy">`;
}

/**
 * The one kind of HTML that documents may have: a picture for dark pages and one for the others.
 *
 * @param {string} html
 * @param {string} path
 * @param {ReadonlySet<string>} served
 * @returns {string | undefined}
 */
function pictureOf(html, path, served) {
  const [, dark, light, alt] =
    /^<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"\s]+)">\s*<img src="([^"\s]+)" alt="([^"<]*)">\s*<\/picture>\s*$/.exec(
      html,
    ) ?? [];
  if (dark === undefined || light === undefined || alt === undefined) return undefined;
  const [source, image] = [addressOf(dark, path, served), addressOf(light, path, served)];
  if (source === undefined) return undefined;
  return `<p><picture><source media="(prefers-color-scheme: dark)" srcset="${escaped(source)}">${imageOf(image, alt)}</picture></p>\n`;
}

/**
 * The first heading of a document, as text.
 *
 * @param {string} markdown
 * @returns {string}
 */
function titleOf(markdown) {
  const [, title = "dpamt"] = /^# (.+)$/m.exec(markdown) ?? [];
  return title.replaceAll("`", "");
}

/**
 * One document as a page, whole.
 *
 * @param {string} path of the document, from the top of the repository
 * @param {ReadonlyMap<string, string>} documents all documents by their paths
 * @param {ReadonlySet<string>} served paths of all files that are served
 * @returns {string}
 */
export function pageOf(path, documents, served) {
  const markdown = documents.get(path) ?? "";
  const title = titleOf(markdown);
  const own = servedAs(path) ?? "";
  const up = "../".repeat(own.split("/").length - 1);
  const items = CONTENTS.map(
    ([name, paths]) => `<h2>${name}</h2>\n<ul>${/** @type {string[]} */ (paths).map(item).join("")}</ul>`,
  );
  /** @param {string} other */
  function item(other) {
    const here = other === path ? ' aria-current="page"' : "";
    return `<li><a href="${up}${servedAs(other)}"${here}>${escaped(other === "README.md" ? "Overview" : titleOf(documents.get(other) ?? ""))}</a></li>`;
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} - dpamt</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${up}docs.css">
</head>
<body class="dpamt docs">
<a class="skip" href="#text">To the text</a>
<header><a class="home" href="${up}../index.html">dpamt</a> <span class="muted">documentation</span></header>
<div class="columns">
<nav aria-label="Documents">
<details class="contents"><summary>All documents</summary>${items.join("\n")}</details>
<div class="contents-wide">${items.join("\n")}</div>
</nav>
<main id="text" tabindex="-1">
${markdownOf(path, served).parse(markdown)}
</main>
</div>
</body>
</html>
`;
}
