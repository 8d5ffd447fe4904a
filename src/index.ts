/** dpamt: Intel TDX Dynamic PAMT, modelled and checked. The rooms below the command line, in one face. */
export * as abi from "./abi/index.js";
export * as check from "./check/index.js";
export * as conform from "./conform/index.js";
export * as direct from "./direct/index.js";
export * as explore from "./explore/index.js";
export * as helpers from "./helpers/index.js";
export * as kernel from "./kernel/index.js";
export * as machine from "./machine/index.js";
export * as module from "./module/index.js";
export * as report from "./report/index.js";
