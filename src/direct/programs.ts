/**
 * The programs of the module in direct form. There is no code here: `tools/direct.mjs` derives it from `src/module/`
 * when the package is built, and writes it where this file's own would be.
 */
import type { Program } from "../machine/index.js";
import type { dispatch as source } from "../module/dispatch.js";

/** The direct form of a program returns its result. */
type Direct<F> = F extends (...inputs: infer Inputs) => Program<infer Result> ? (...inputs: Inputs) => Result : never;

export declare const dispatch: Direct<typeof source>;
