/** The thread that runs clang: it loads the package at once, and then compiles what it is told to. */
import { parentPort } from "node:worker_threads";
import { type Clang, clangOf } from "../clang/compile/compile.js";
import { clangPackage } from "./clang-package.js";

/** What is compiled. */
export type Work = Parameters<Clang>;
/** The result. */
export type Done = Awaited<ReturnType<Clang>>;

// The package asks for an environment variable some hundred thousand times: a copy answers faster.
process.env = { ...process.env };

const compile = clangOf(clangPackage);
// What goes wrong comes up when it is used.
clangPackage().catch(() => {});

parentPort?.on("message", async ([args, files]: Work) => {
  parentPort?.postMessage((await compile(args, files)) satisfies Done);
});
