/** A clang that is installed on the system, in place of the one that comes along. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Clang } from "../clang/index.js";
import type { Compiling } from "./compiling.js";
import { InputError } from "./failure.js";

const OUTPUT = 64 * 2 ** 20;

type Tree = Parameters<Clang>[1];

function write(folder: string, tree: Tree): void {
  for (const [name, content] of Object.entries(tree)) {
    const path = join(folder, name);
    if (typeof content === "string" || content instanceof Uint8Array) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    } else write(path, content);
  }
}

function run(path: string, args: readonly string[], folder: string, compiling: Compiling): ReturnType<Clang> {
  return new Promise((fulfil, reject) => {
    const { signal } = compiling;
    const limits = { timeout: compiling.left, killSignal: "SIGKILL", maxBuffer: OUTPUT } as const;
    const options = { cwd: folder, ...limits, ...(signal === undefined ? {} : { signal }) };
    execFile(path, [...args], options, (error, stdout, stderr) => {
      const ended = error === null ? undefined : compiling.ended();
      if (ended !== undefined) reject(ended);
      const code = (error as NodeJS.ErrnoException | null)?.code;
      if (code === "ENOENT" || code === "EACCES") {
        reject(
          new InputError(`--clang: ${path} cannot be run (${code}); give the path of a clang, version 16 or newer`),
        );
      } else fulfil({ output: error === null ? stdout : undefined, messages: stderr });
    });
  });
}

/** The clang at `given`, a path or a name to look for in PATH: it runs in a folder of its own, without a shell. */
export function systemClang(given: string, compiling: Compiling): Clang {
  const path = /[/\\]/.test(given) ? resolve(given) : given;
  return async (args, files) => {
    const folder = mkdtempSync(join(tmpdir(), "dpamt-"));
    try {
      write(folder, files);
      return await run(path, args, folder, compiling);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
