/**
 * Writes where the source of each design and flow makes which call: `node tools/places.mjs OUT`.
 *
 * Reports name a line for what broke in a design, which is a program and not a file. The table is read from the syntax of
 * src/helpers and src/flows at each build, so its lines are never of another version.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** @typedef {import("../src/report/places.js").SourcePlace} SourcePlace */
/** @typedef {import("../src/report/places.js").Part} Part */
/** @typedef {import("../src/report/places.js").SourcePlaces} SourcePlaces */
/** @typedef {{ does: string, at: SourcePlace }} Site */
/** @typedef {ts.FunctionDeclaration | ts.MethodDeclaration} Named */

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const DESIGNS = "src/helpers/designs";
const FOLDERS = ["src/helpers", DESIGNS, "src/flows"];

/** What `helpers` of a design has, by name: only these parts are asked for. */
const PARTS = ["tdxPamtGet", "tdxPamtPut", "topupCache", "freeCache"];

/** What facts of steps name. */
const NAMED_DEED = /^(?:TDH\.|tdx_|atomic_|Warn$|\w+_(?:un)?lock$)/;

/** Every source by its path, and functions and methods by path and name. */
class Sources {
  /** @type {Map<string, ts.SourceFile>} */
  files = new Map();
  /** @type {Map<string, Map<string, Named>>} */
  functions = new Map();

  constructor() {
    for (const folder of FOLDERS) {
      for (const name of readdirSync(join(ROOT, folder)).filter((each) => each.endsWith(".ts"))) {
        this.#read(`${folder}/${name}`);
      }
    }
  }

  /** @param {string} path */
  #read(path) {
    const source = ts.createSourceFile(path, readFileSync(join(ROOT, path), "utf8"), ts.ScriptTarget.Latest, true);
    /** @type {Map<string, Named>} */
    const named = new Map();
    walk(source, (node) => {
      if (!ts.isFunctionDeclaration(node) && !ts.isMethodDeclaration(node)) return;
      if (node.name !== undefined && node.body !== undefined && !named.has(node.name.getText())) {
        named.set(node.name.getText(), node);
      }
    });
    this.files.set(path, source);
    this.functions.set(path, named);
  }

  /**
   * The function that a file means by a name: its own, else the one that another file exports. Designs know nothing of
   * each other.
   *
   * @param {string} path
   * @param {string} name
   * @returns {{ path: string, node: Named } | undefined}
   */
  find(path, name) {
    const own = this.functions.get(path)?.get(name);
    if (own !== undefined) return { path, node: own };
    for (const [other, named] of this.functions) {
      const node = other.startsWith(`${DESIGNS}/`) ? undefined : named.get(name);
      if (node !== undefined && ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export)
        return { path: other, node };
    }
    return undefined;
  }
}

/**
 * @param {ts.Node} node
 * @param {(node: ts.Node) => void} visit
 */
function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/**
 * The first line of a node.
 *
 * @param {ts.Node} node
 * @returns {SourcePlace}
 */
function placeOf(node) {
  const source = node.getSourceFile();
  const start = node.getStart();
  const { line, character } = source.getLineAndCharacterOfPosition(start);
  const text = source.text.slice(source.getPositionOfLineAndCharacter(line, 0)).split("\n", 1)[0] ?? "";
  const end = Math.min(node.getEnd(), start - character + text.length);
  return {
    file: source.fileName,
    line: line + 1,
    column: character + 1,
    endColumn: end - start + character + 1,
    text: text.trim(),
  };
}

/**
 * `atomicRead` as atomic_read, `tdhPhymemPamtAdd` as TDH.PHYMEM.PAMT.ADD.
 *
 * @param {string} name
 */
function kernelName(name) {
  if (/^tdh[A-Z]/.test(name)) return name.replace(/[A-Z]/g, ".$&").toUpperCase();
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * What a node does by itself, in the words of the facts of steps; undefined where it does nothing that they name.
 *
 * @param {ts.Node} node
 * @returns {string | undefined}
 */
function ownDeed(node) {
  if (ts.isPropertyAccessExpression(node)) {
    if (node.expression.getText() === "Leaf") return kernelName(`tdh${node.name.text}`);
    return node.getText() === "KernelEvent.Warn" ? "Warn" : undefined;
  }
  // A helper, as flows announce it.
  if (ts.isStringLiteral(node)) {
    const literal = node.text;
    return /^tdx_\w+$/.test(literal) ? literal : undefined;
  }
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  return ts.isYieldExpression(node.parent) ? kernelName(node.expression.text) : undefined;
}

/**
 * What `body` does, in the order of the source, with the deepest place in the file `home` that does it.
 *
 * @param {Sources} sources
 * @param {ts.Node} body
 * @param {string} home
 * @param {SourcePlace | undefined} outside the place in `home` that led to another file
 * @param {readonly ts.Node[]} above functions that are being walked through
 * @returns {Site[]}
 */
function sitesOf(sources, body, home, outside, above) {
  const path = body.getSourceFile().fileName;
  /** @type {Site[]} */
  const sites = [];
  walk(body, (node) => {
    const at = outside ?? placeOf(node);
    const called = ts.isCallExpression(node) ? node.expression : undefined;
    const name =
      called !== undefined &&
      ts.isPropertyAccessExpression(called) &&
      called.expression.kind === ts.SyntaxKind.ThisKeyword
        ? called.name.text
        : called !== undefined && ts.isIdentifier(called)
          ? called.text
          : undefined;
    const target = name === undefined ? undefined : sources.find(path, name);
    if (target !== undefined && target.node.body !== undefined) {
      if (above.includes(target.node)) return;
      const isHome = target.path === home && outside === undefined;
      sites.push(...sitesOf(sources, target.node.body, home, isHome ? undefined : at, [...above, target.node]));
      return;
    }
    const does = ownDeed(node);
    if (does !== undefined && NAMED_DEED.test(does)) sites.push({ does, at });
  });
  return sites;
}

/**
 * A function or expression that is called by its name or as a property.
 *
 * @param {Sources} sources
 * @param {ts.Node} node
 * @returns {Part}
 */
function partOf(sources, node) {
  const path = node.getSourceFile().fileName;
  /** @type {{ path: string, node: Named } | undefined} */
  let first;
  walk(node, (each) => {
    if (first === undefined && ts.isIdentifier(each)) first = sources.find(path, each.text);
  });
  const head = ts.isMethodDeclaration(node) || first === undefined ? node : first.node;
  const home = head.getSourceFile().fileName;
  const body = head === node ? node : (first?.node.body ?? node);
  return { at: placeOf(head), sites: withoutDoubles(sitesOf(sources, body, home, undefined, [head])) };
}

/** @param {readonly Site[]} sites */
function withoutDoubles(sites) {
  return sites.filter(({ does, at }, index) => {
    const before = sites[index - 1];
    return before?.does !== does || before.at.line !== at.line;
  });
}

/**
 * A property of an object literal by its name.
 *
 * @param {ts.ObjectLiteralExpression} object
 * @param {string} name
 */
function propertyOf(object, name) {
  return object.properties.find((each) => each.name?.getText() === name);
}

/** @returns {SourcePlaces} */
export function readPlaces() {
  const sources = new Sources();
  /** @type {Record<string, import("../src/report/places.js").DesignPlaces>} */
  const designs = {};
  /** @type {Record<string, Part>} */
  const flows = {};
  for (const [path, source] of sources.files) {
    walk(source, (node) => {
      if (!ts.isObjectLiteralExpression(node)) return;
      const name = propertyOf(node, "name");
      if (name === undefined || !ts.isPropertyAssignment(name) || !ts.isStringLiteral(name.initializer)) return;
      if (path.startsWith(`${DESIGNS}/`) && propertyOf(node, "origin") !== undefined) {
        designs[name.initializer.text] = { at: placeOf(node.parent.parent.parent), parts: partsOf(sources, source) };
      }
      const run = path === "src/flows/index.ts" ? propertyOf(node, "run") : undefined;
      if (run !== undefined) flows[name.initializer.text] = partOf(sources, run);
    });
  }
  return { designs, flows };
}

/**
 * @param {Sources} sources
 * @param {ts.SourceFile} source
 */
function partsOf(sources, source) {
  /** @type {Record<string, Part>} */
  const parts = {};
  walk(source, (node) => {
    if (!ts.isObjectLiteralExpression(node)) return;
    for (const name of PARTS) {
      const property = propertyOf(node, name);
      if (property !== undefined && parts[name] === undefined) parts[name] = partOf(sources, property);
    }
  });
  return parts;
}

const [, script, out] = process.argv;
if (script === fileURLToPath(import.meta.url) && out !== undefined) {
  writeFileSync(out, `${JSON.stringify(readPlaces())}\n`);
}
