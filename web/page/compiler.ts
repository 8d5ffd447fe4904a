/** C in the page: compiled by clang as WebAssembly, where that is served along. */
import {
  type Clang,
  type ClangPackage,
  type CoveredLine,
  clangOf,
  designOf,
  isPatchText,
  loadC,
  patchAlone,
  readEntries,
} from "../../src/clang/index.js";
import { Grammar } from "../../src/clang/slice/index.js";
import type { Design } from "../../src/helpers/index.js";
import type { ReadFrom } from "../../src/report/index.js";
import { HARNESS, SHIM } from "./c-text.js";
import type { CText } from "./messages.js";

export interface CompiledC {
  readonly design: Design;
  readonly coverage: () => readonly CoveredLine[];
  /** Variables that nothing sets. */
  readonly unset: readonly string[];
  /** Of a file of mails: which patches count. */
  readonly from: ReadFrom;
}

let grammar: Promise<Grammar> | undefined;
let headers: Promise<ReadonlyMap<string, string>> | undefined;

/** Slices and compiles C. @throws CError when it cannot be checked */
export async function compiled({ name, text, compiler, ...beside }: CText): Promise<CompiledC> {
  const entries = readEntries(beside.entries);
  grammar ??= loadGrammar(compiler);
  headers ??= loadHeaders(compiler);
  const { taken, leftOut, ...source } = isPatchText(text)
    ? patchAlone(text, name)
    : { text, taken: undefined, leftOut: undefined };
  const { harness, headers: own } = beside;
  const subject = await loadC({
    ...source,
    text: harness === undefined ? source.text : `${source.text}\n#line 1 "${HARNESS}"\n${harness}`,
    name,
    entries,
    shims: Object.keys(own).length === 0 ? [] : [{ name: SHIM, files: new Map(Object.entries(own)) }],
    grammar: await grammar,
    headers: await headers,
    clang: clangAt(compiler),
  });
  const from = taken === undefined ? {} : { patches: taken, leftOut };
  return { design: designOf(subject), coverage: () => subject.program.coverage(), unset: subject.unset, from };
}

async function bytesOf(address: string): Promise<Uint8Array> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} is not there (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function loadGrammar(compiler: string): Promise<Grammar> {
  const [runtime, language] = await Promise.all([
    bytesOf(`${compiler}web-tree-sitter.wasm`),
    bytesOf(`${compiler}tree-sitter-c.wasm`),
  ]);
  return Grammar.load(runtime, language);
}

async function loadHeaders(compiler: string): Promise<ReadonlyMap<string, string>> {
  const text = new TextDecoder().decode(await bytesOf(`${compiler}headers.json`));
  return new Map(Object.entries(JSON.parse(text) as Record<string, string>));
}

function clangAt(compiler: string): Clang {
  return clangOf(async () => (await import(/* @vite-ignore */ `${compiler}clang/bundle.js`)) as ClangPackage);
}
