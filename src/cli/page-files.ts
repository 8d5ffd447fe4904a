/** The files of the page: what is built, and the compiler beside it, by the paths that they are asked for under. */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "./failure.js";
import { folderTexts } from "./files.js";

/** A file of the page: where it lies, or what is in it. */
export type PageFile = { readonly type: string } & ({ readonly file: string } | { readonly body: string });

/** Files by their paths, without a slash at the start. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".tar": "application/x-tar",
};

const PAGE = fileURLToPath(new URL("../web/page", import.meta.url));
const HEADERS = fileURLToPath(new URL("../clang/include", import.meta.url));
/** Folder of the compiler, seen from the page. */
const COMPILER = "compiler/";
const WORKER = "worker.js";
const INLINE_WORKER = "inline-worker.js";

/** What the page may do, wherever it comes from. */
export function contentPolicy(withCompiler: boolean, worker: "'self'" | "blob:"): string[] {
  return [
    "default-src 'none'",
    `script-src 'self'${withCompiler ? " 'wasm-unsafe-eval'" : ""}`,
    "style-src 'self'",
    `worker-src ${worker}`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
  ];
}

/** The page, to be served. @throws InputError when it was not built */
export function pageFiles(withCompiler: boolean): PageFiles {
  const files = filesIn(PAGE, "");
  if (!files.has("index.html") || !files.has(WORKER)) {
    throw new InputError("the page is not built; type npm run build in the folder of dpamt");
  }
  if (!withCompiler) return files;
  const index = textOf(files, "index.html");
  const head = `<meta name="dpamt-compiler" content="${COMPILER}" />`;
  return new Map([...files, ...compilerFiles(), ["index.html", html(inserted(index, head))]]);
}

/**
 * The page as a folder that needs no server.
 *
 * It brings its policy along, and the worker once more as a script that the page makes a worker of: no browser starts
 * one from a file.
 */
export function exportedFiles(withCompiler: boolean): PageFiles {
  const files = new Map(pageFiles(withCompiler));
  const worker = textOf(files, WORKER);
  files.delete(WORKER);
  const policy = contentPolicy(withCompiler, "blob:").join("; ");
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}" />\n    <script defer src="./${INLINE_WORKER}"></script>`;
  files.set("index.html", html(inserted(textOf(files, "index.html"), head)));
  files.set(INLINE_WORKER, { type: types[".js"] as string, body: `dpamtWorker = ${JSON.stringify(worker)};\n` });
  return files;
}

function html(body: string): PageFile {
  return { type: types[".html"] as string, body };
}

/** The page with `head` before everything that its head loads. */
function inserted(index: string, head: string): string {
  const at = index.indexOf("<title>");
  return `${index.slice(0, at)}${head}\n    ${index.slice(at)}`;
}

function textOf(files: PageFiles, path: string): string {
  const found = files.get(path);
  if (found === undefined) throw new Error(`the page has no ${path}`);
  return "body" in found ? found.body : readFileSync(found.file, "utf8");
}

/** Regular files of a folder; what a link leads to is not among them. */
function filesIn(root: string, below: string): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  const top = realOf(root);
  if (top === undefined) return files;
  for (const entry of readdirSync(top, { withFileTypes: true, recursive: true })) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(`${below}${file.slice(top.length + 1).replaceAll("\\", "/")}`, { type, file });
  }
  return files;
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** clang and tree-sitter from the packages installed, and the checker's headers in one file. */
function compilerFiles(): Map<string, PageFile> {
  const bundle = fileURLToPath(import.meta.resolve("@yowasp/clang"));
  const files = filesIn(dirname(bundle), `${COMPILER}clang/`);
  for (const name of ["web-tree-sitter/web-tree-sitter.wasm", "tree-sitter-c/tree-sitter-c.wasm"]) {
    const file = realpathSync(fileURLToPath(import.meta.resolve(name)));
    files.set(`${COMPILER}${name.slice(name.indexOf("/") + 1)}`, { type: types[".wasm"] as string, file });
  }
  const headers = JSON.stringify(Object.fromEntries(folderTexts(HEADERS)));
  files.set(`${COMPILER}headers.json`, { type: types[".json"] as string, body: headers });
  return files;
}

/** Bytes of a file of the page. */
export function pageFileLength(file: PageFile): number {
  return "body" in file ? Buffer.byteLength(file.body) : statSync(file.file).size;
}
