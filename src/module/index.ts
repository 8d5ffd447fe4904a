/** The TDX module: PAMT, locks, and one program for each SEAMCALL leaf. */
export * from "./boot.js";
export { type LeafProgram, leafPrograms } from "./dispatch.js";
export * from "./events.js";
export { TDX_FEATURES0, TDX_FEATURES0_DYNAMIC_PAMT } from "./global-metadata.js";
export * from "./locks.js";
export * from "./memory.js";
export type { ModuleOptions, ModuleState } from "./module-state.js";
export { HINT_HIGH } from "./pages.js";
export * from "./pamt.js";
export type { Platform } from "./platform.js";
export * from "./sept.js";
export { NO_ENTRY, septWalk } from "./sept-walk.js";
export * from "./system.js";
export * from "./td.js";
export { writeTdParams } from "./td-params.js";
export { MAX_TDMRS, pamtBytes, type Tdmr } from "./tdmr.js";
export { TdxModule } from "./tdx-module.js";
export * from "./vcpu.js";
