/** The package of clang is loaded without its streams; nobody else may notice. */
import { expect, it } from "vitest";
import { clangOf } from "../../src/clang/index.js";
import { clangPackage } from "../../src/cli/clang-package.js";

it("loads clang once, compiles with it, and leaves the globals that it stands in for as they were", async () => {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { compileStreaming: unknown } };
  const response = Object.getOwnPropertyDescriptor(globalThis, "Response");
  const before = WebAssembly.compileStreaming;
  const loading = clangPackage();
  expect(clangPackage()).toBe(loading);
  await loading;
  expect(Object.getOwnPropertyDescriptor(globalThis, "Response")).toEqual(response);
  expect(WebAssembly.compileStreaming).toBe(before);
  const { output } = await clangOf(clangPackage)(["-S", "-emit-llvm", "a.c", "-o", "-"], {
    "a.c": "int twice(int n) { return 2 * n; }",
  });
  expect(output).toContain("@twice");
}, 60_000);
