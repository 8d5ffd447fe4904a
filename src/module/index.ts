/** The TDX module: PAMT, locks, and one program for each SEAMCALL leaf. */
export * from "./boot.js";
export { type LeafProgram, leafPrograms } from "./dispatch.js";
export * from "./state/events.js";
export { TDX_FEATURES0, TDX_FEATURES0_DYNAMIC_PAMT } from "./state/global-metadata.js";
export * from "./state/locks.js";
export * from "./state/memory.js";
export type { ModuleOptions, ModuleState } from "./state/module-state.js";
export * from "./state/pamt.js";
export type { Platform } from "./state/platform.js";
export * from "./state/sept.js";
export * from "./state/system.js";
export * from "./state/td.js";
export { writeTdParams } from "./state/td-params.js";
export { MAX_TDMRS, pamtBytes, type Tdmr } from "./state/tdmr.js";
export * from "./state/vcpu.js";
export { HINT_HIGH } from "./steps/pages.js";
export { NO_ENTRY, septWalk } from "./steps/sept-walk.js";
export { TdxModule } from "./tdx-module.js";
