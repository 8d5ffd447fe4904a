/** Checks of the TDH.MNG, TDH.MR and TDH.VP leaves, in the order of their descriptions in the ABI Reference Specification. */
import {
  Leaf,
  Operand,
  Register,
  TDX_EPT_ENTRY_NOT_PRESENT,
  TDX_FLUSHVP_NOT_DONE,
  TDX_HKID_NOT_FREE,
  TDX_LIFECYCLE_STATE_INCORRECT,
  TDX_MAX_VCPUS_EXCEEDED,
  TDX_NO_VCPUS,
  TDX_OP_STATE_INCORRECT,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_TD_FATAL,
  TDX_TD_KEYS_NOT_CONFIGURED,
  TDX_TDCS_NOT_ALLOCATED,
  TDX_TDCX_NUM_INCORRECT,
  TDX_VCPU_NOT_ASSOCIATED,
  TDX_VCPU_STATE_INCORRECT,
  TDX_WBCACHE_NOT_COMPLETE,
} from "../../abi/index.js";
import { TD, TDCS_PAGES_MIN } from "../../module/index.js";
import {
  type CallEnd,
  ending,
  exclusiveTdState,
  family,
  input,
  lockedTdState,
  not,
  pageCount,
  strangeMetadata,
  success,
  takenPage,
  typedPage,
  version,
  type When,
} from "./check.js";

const tdrIn = (name: string, operand: Operand): CallEnd[] => typedPage(name, operand, "TDR");
const tdr = tdrIn("RCX", Operand.Rcx);
/** A vCPU, and the TDR that its entry names. */
const vcpuIn = (name: string, operand: Operand): CallEnd[] => [
  ...typedPage(name, operand, "TDVPR"),
  strangeMetadata,
  ending("TDR busy", TDX_OPERAND_BUSY | Operand.Tdr),
];
const vcpu = vcpuIn("RCX", Operand.Rcx);
const kotBusy = ending("KOT busy", TDX_OPERAND_BUSY | Operand.Kot);
const lifecycle = ending("life cycle state", TDX_LIFECYCLE_STATE_INCORRECT);
const vcpuState = family("vCPU state", TDX_VCPU_STATE_INCORRECT);
const vcpuPages = ending("vCPU has too few pages", TDX_TDCX_NUM_INCORRECT);
const tdFatal = ending("TD fatal", TDX_TD_FATAL);
const noKeys = ending("TD keys not configured", TDX_TD_KEYS_NOT_CONFIGURED);

/** Whether MNG.INIT's RDX is not where TD_PARAMS can be. */
const isParamsMisplaced: When = (probe) => {
  const rdx = input(probe, Register.Rdx);
  return rdx % 1024n !== 0n || !probe.module.rules.isShared(rdx);
};
/** Whether the TD has the control pages that any TD needs. */
const hasBasePages: When = (probe) => {
  const { pamt, tds, words } = probe.module;
  const record = tds.record(pamt.frameOf(Number(input(probe, Register.Rcx))));
  return words.read(record + TD.NUM_TDCX) >= TDCS_PAGES_MIN;
};

const params = (name: string, operand: Operand): CallEnd => ending(`TD_PARAMS ${name}`, TDX_OPERAND_INVALID | operand);

export const tdChecks: readonly (readonly [Leaf, readonly CallEnd[]])[] = [
  [
    Leaf.MngCreate,
    [
      ending("RDX HKID", TDX_OPERAND_INVALID | Operand.Rdx),
      ...takenPage("RCX", [Operand.Rcx]),
      kotBusy,
      ending("HKID not free", TDX_HKID_NOT_FREE),
      pageCount,
      success,
    ],
  ],
  [
    Leaf.MngAddcx,
    [
      ...tdrIn("RDX", Operand.Rdx),
      tdFatal,
      noKeys,
      ending("TD has all its pages", TDX_TDCX_NUM_INCORRECT),
      ...takenPage("RCX", [Operand.Rcx]),
      family("OP_STATE not allowed", TDX_OP_STATE_INCORRECT),
      pageCount,
      success,
    ],
  ],
  [Leaf.MngKeyConfig, [...tdr, tdFatal, lifecycle, success]],
  [
    Leaf.MngInit,
    [
      ...tdr,
      ...exclusiveTdState.map((each) =>
        each.name === "TDCS not allocated" ? ending(each.name, TDX_TDCS_NOT_ALLOCATED, not(hasBasePages)) : each,
      ),
      ending("RDX address", TDX_OPERAND_INVALID | Operand.Rdx, isParamsMisplaced),
      params("ATTRIBUTES", Operand.Attributes),
      params("XFAM", Operand.Xfam),
      params("MAX_VCPUS", Operand.MaxVcpus),
      params("NUM_L2_VMS", Operand.NumL2Vms),
      ending("TDCS not allocated for L2 VMs", TDX_TDCS_NOT_ALLOCATED, hasBasePages),
      params("CONFIG_FLAGS", Operand.ExecControls),
      params("EPTP_CONTROLS", Operand.EptpControls),
      params("TSC_FREQUENCY", Operand.TscFrequency),
      ending("TD_PARAMS reserved bytes", TDX_OPERAND_INVALID | Operand.Rdx, not(isParamsMisplaced)),
      success,
    ],
  ],
  [Leaf.MngVpflushdone, [...tdr, kotBusy, lifecycle, ending("a vCPU is not flushed", TDX_FLUSHVP_NOT_DONE), success]],
  [
    Leaf.MngKeyFreeid,
    [...tdr, lifecycle, kotBusy, ending("caches not written back", TDX_WBCACHE_NOT_COMPLETE), success],
  ],
  [
    Leaf.MrExtend,
    [
      ...tdrIn("RDX", Operand.Rdx),
      ...exclusiveTdState,
      ending("RCX format", TDX_OPERAND_INVALID | Operand.Rcx),
      ending("RCX not present", TDX_EPT_ENTRY_NOT_PRESENT | Operand.Rcx),
      success,
    ],
  ],
  [Leaf.MrFinalize, [...tdr, ...exclusiveTdState, ending("TD has no vCPU", TDX_NO_VCPUS), success]],
  [
    Leaf.VpCreate,
    [...tdrIn("RDX", Operand.Rdx), ...lockedTdState, ...takenPage("RCX", [Operand.Rcx]), pageCount, success],
  ],
  [
    Leaf.VpAddcx,
    [
      ...vcpuIn("RDX", Operand.Rdx),
      ...lockedTdState,
      vcpuState,
      ending("vCPU has all its pages", TDX_TDCX_NUM_INCORRECT),
      ...takenPage("RCX", [Operand.Rcx]),
      pageCount,
      success,
    ],
  ],
  [
    Leaf.VpInit,
    [
      version,
      ...vcpu,
      ...lockedTdState,
      vcpuPages,
      vcpuState,
      ending("TD has all its vCPUs", TDX_MAX_VCPUS_EXCEEDED),
      ending("R8 x2APIC id", TDX_OPERAND_INVALID | Operand.R8),
      success,
    ],
  ],
  [Leaf.VpFlush, [...vcpu, noKeys, vcpuPages, ending("vCPU not associated", TDX_VCPU_NOT_ASSOCIATED), success]],
  [Leaf.VpEnter, [...vcpu, ...lockedTdState, vcpuPages, vcpuState, success]],
];
