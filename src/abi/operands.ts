/**
 * Operand ids: the low 32 bits of a status that names an operand.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "Operand ID".
 */
export enum Operand {
  Rax = 0,
  Rcx = 1,
  Rdx = 2,
  Rbx = 3,
  Rbp = 5,
  Rsi = 6,
  Rdi = 7,
  R8 = 8,
  R9 = 9,
  R10 = 10,
  R11 = 11,
  R12 = 12,
  R13 = 13,
  R14 = 14,
  R15 = 15,
  Attributes = 64,
  Xfam = 65,
  ExecControls = 66,
  EptpControls = 67,
  MaxVcpus = 68,
  CpuidConfig = 69,
  TscFrequency = 70,
  NumL2Vms = 71,
  Page = 95,
  TdmrInfo = 96,
  GpaListEntry = 97,
  MigrationBuffer = 98,
  NewPageList = 99,
  Tdr = 128,
  Tdcx = 129,
  Tdvpr = 130,
  Tdcs = 144,
  Tdvps = 145,
  SeptTree = 146,
  SeptEntry = 147,
  TdEpoch = 169,
  OpState = 172,
  Sys = 184,
  Tdmr = 185,
  Kot = 186,
  Ket = 187,
  Wbcache = 188,
}

const names: ReadonlyMap<number, string> = new Map([
  [Operand.Rax, "RAX"],
  [Operand.Rcx, "RCX"],
  [Operand.Rdx, "RDX"],
  [Operand.Rbx, "RBX"],
  [Operand.Rbp, "RBP"],
  [Operand.Rsi, "RSI"],
  [Operand.Rdi, "RDI"],
  [Operand.R8, "R8"],
  [Operand.R9, "R9"],
  [Operand.R10, "R10"],
  [Operand.R11, "R11"],
  [Operand.R12, "R12"],
  [Operand.R13, "R13"],
  [Operand.R14, "R14"],
  [Operand.R15, "R15"],
  [Operand.Attributes, "ATTRIBUTES"],
  [Operand.Xfam, "XFAM"],
  [Operand.ExecControls, "EXEC_CONTROLS"],
  [Operand.EptpControls, "EPTP_CONTROLS"],
  [Operand.MaxVcpus, "MAX_VCPUS"],
  [Operand.CpuidConfig, "CPUID_CONFIG"],
  [Operand.TscFrequency, "TSC_FREQUENCY"],
  [Operand.NumL2Vms, "NUM_L2_VMS"],
  [Operand.Page, "PAGE"],
  [Operand.TdmrInfo, "TDMR_INFO"],
  [Operand.GpaListEntry, "GPA_LIST_ENTRY"],
  [Operand.MigrationBuffer, "MIGRATION_BUFFER"],
  [Operand.NewPageList, "NEW_PAGE_LIST"],
  [Operand.Tdr, "TDR"],
  [Operand.Tdcx, "TDCX"],
  [Operand.Tdvpr, "TDVPR"],
  [Operand.Tdcs, "TDCS"],
  [Operand.Tdvps, "TDVPS"],
  [Operand.SeptTree, "SEPT_TREE"],
  [Operand.SeptEntry, "SEPT_ENTRY"],
  [Operand.TdEpoch, "TD_EPOCH"],
  [Operand.OpState, "OP_STATE"],
  [Operand.Sys, "SYS"],
  [Operand.Tdmr, "TDMR"],
  [Operand.Kot, "KOT"],
  [Operand.Ket, "KET"],
  [Operand.Wbcache, "WBCACHE"],
]);

/** Name of an operand id as the specification writes it, or undefined when it has none. */
export function operandName(operand: number): string | undefined {
  return names.get(operand);
}

/** The operand id with this name, or undefined. */
export function operandByName(name: string): Operand | undefined {
  return [...names].find(([, known]) => known === name)?.[0];
}
