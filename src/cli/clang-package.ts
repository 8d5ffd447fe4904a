/**
 * Loads the package that has clang. By itself it sends its 75 MB through three streams, which takes twice as long as to
 * read and compile them. While it loads, a stand-in for the network's response hands over the bytes of the file.
 */
import type { ClangPackage } from "../clang/index.js";

/** What the package uses of a `Response`. */
class FileResponse {
  readonly data: Uint8Array;

  constructor(data: Uint8Array | FileResponse) {
    this.data = data instanceof FileResponse ? data.data : data;
  }

  /** The stream that the package would count bytes in, on the way to a response of its own. */
  get body() {
    return { pipeThrough: (): FileResponse => this };
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return Uint8Array.from(this.data).buffer;
  }
}

/** What is used of WebAssembly, whose types come with those of browsers. */
interface Wasm {
  compile(bytes: Uint8Array): Promise<unknown>;
  compileStreaming(source: unknown): Promise<unknown>;
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: Wasm };

function compileStreaming(source: unknown): Promise<unknown> {
  return WebAssembly.compile((source as FileResponse).data);
}

async function load(): Promise<ClangPackage> {
  const clang = await import("@yowasp/clang");
  // Who reads `Response` makes Node load its client for networks. Its descriptor comes without.
  const response = Object.getOwnPropertyDescriptor(globalThis, "Response");
  const { compileStreaming: usual } = WebAssembly;
  Object.defineProperty(globalThis, "Response", { configurable: true, value: FileResponse });
  Object.assign(WebAssembly, { compileStreaming });
  try {
    await clang.runLLVM(undefined, {}, { fetchProgress: () => {} });
  } finally {
    if (response !== undefined) Object.defineProperty(globalThis, "Response", response);
    Object.assign(WebAssembly, { compileStreaming: usual });
  }
  return clang;
}

let loading: Promise<ClangPackage> | undefined;

/** The package, loaded once. */
export function clangPackage(): Promise<ClangPackage> {
  loading ??= load();
  return loading;
}
