/** What Linux gives the helpers. */
export * from "./atomic.js";
export * from "./blocks.js";
export * from "./cpu-words.js";
export * from "./errno.js";
export * from "./events.js";
export * from "./frames.js";
export * from "./kernel.js";
export * from "./memory.js";
export * from "./mutex.js";
export * from "./page.js";
export * from "./pages.js";
export * from "./placement/index.js";
export * from "./rwsem.js";
export * from "./seamcall.js";
export * from "./spinlock.js";
export * from "./surroundings.js";
export * from "./waiting.js";
