/** Facts from what programs tell: calls and events. */
import { HelperCall } from "../../flows/index.js";
import {
  HelperKind,
  KernelEvent,
  MemoryMisuse,
  MUTEX_TOUCHED,
  PageMisuse,
  pfnToPhys,
  Seamcall,
  Warning,
} from "../../kernel/index.js";
import type { AddressSpace, Callee } from "../../machine/index.js";
import { FatalCause, ModuleEvent } from "../../module/index.js";
import { leafFact, statusFact } from "./codes.js";
import type {
  CallAction,
  EventAction,
  FatalCauseName,
  Helper,
  MemoryMisuseName,
  MisusedFact,
  PageMisuseName,
  ReturnAction,
  WarningName,
} from "./facts.js";

/** @param ownAddress address of a page on the CPU that makes the call */
export function callAction(callee: Callee | null, label: string, ownAddress: (address: number) => number): CallAction {
  if (callee instanceof Seamcall) {
    const operands = callee.operands.map((operand) => `0x${ownOperand(operand, ownAddress).toString(16)}`);
    return { kind: "call", of: "seamcall", leaf: leafFact(callee.leaf), operands };
  }
  if (!(callee instanceof HelperCall)) return { kind: "call", of: "other", name: label };
  const { helper, page, pairs } = callee;
  return {
    kind: "call",
    of: "helper",
    helper,
    ...(page === undefined ? {} : { page: ownAddress(page) }),
    ...(pairs === undefined ? {} : { pairs }),
  };
}

/** What is no address of a page stays as it is, with all its bits. */
function ownOperand(operand: bigint, ownAddress: (address: number) => number): number | bigint {
  const address = Number(operand);
  const own = ownAddress(address);
  return own === address ? operand : own;
}

/** What each kind of helper is called where it returns. */
const helperNames: Readonly<Record<HelperKind, Helper | undefined>> = {
  [HelperKind.None]: undefined,
  [HelperKind.Get]: "tdx_pamt_get",
  [HelperKind.Put]: "tdx_pamt_put",
  [HelperKind.Alloc]: "tdx_alloc_page",
  [HelperKind.Free]: "tdx_free_page",
  [HelperKind.ExtraPut]: "tdx_pamt_put",
  [HelperKind.Split]: "split",
  [HelperKind.Merge]: "merge",
  [HelperKind.Fault]: "fault",
  [HelperKind.Several]: undefined,
};

function helperReturns(
  kind: HelperKind,
  extra: number,
  ownAddress: (address: number) => number,
): ReturnAction | undefined {
  const helper = helperNames[kind];
  if (helper === undefined) return undefined;
  const action = { kind: "return", of: "helper", helper } as const;
  if (kind === HelperKind.Get) return { ...action, value: extra };
  if (kind !== HelperKind.Alloc) return action;
  return extra > 0 ? { ...action, page: ownAddress(pfnToPhys(extra)) } : { ...action, value: extra };
}

/** An event that a reader is shown, as a fact; undefined for any other. */
export function eventAction(
  code: number,
  detail: number,
  extra: number,
  ownAddress: (address: number) => number,
  misused: (about: number) => MisusedFact,
): EventAction | ReturnAction | undefined {
  const kind = "event";
  const pageOf = (pfn: number) => (pfn === 0 ? {} : { page: ownAddress(pfnToPhys(Math.abs(pfn))) });
  switch (code) {
    case KernelEvent.Leave:
      return helperReturns(detail, extra, ownAddress);
    case KernelEvent.SeamcallReturned:
      return { kind: "return", of: "seamcall", leaf: leafFact(detail), status: statusFact(extra) };
    case KernelEvent.SeamcallFailed:
      return { kind, event: "SeamcallFailed", leaf: leafFact(detail), status: statusFact(extra) };
    case KernelEvent.Warn:
      return { kind, event: "Warn", warning: Warning[detail] as WarningName };
    case KernelEvent.PageMisused:
      return {
        kind,
        event: "PageMisused",
        misuse: PageMisuse[detail] as PageMisuseName,
        ...(detail === PageMisuse.Uninitialised ? misused(extra) : pageOf(extra)),
      };
    case KernelEvent.MemoryMisused:
      return { kind, event: "MemoryMisused", misuse: MemoryMisuse[detail] as MemoryMisuseName, ...misused(extra) };
    case KernelEvent.AllocationFailed:
      return { kind, event: "AllocationFailed" };
    case KernelEvent.Yield:
      return { kind, event: "Yield", leaf: leafFact(detail) };
    case KernelEvent.CounterOutOfRange:
      return { kind, event: "CounterOutOfRange", counter: detail, counters: Math.abs(extra) };
    case KernelEvent.Softirq:
      return { kind, event: "Softirq", begins: detail === 1 };
    case KernelEvent.HardInterrupt:
      return { kind, event: "HardInterrupt", begins: detail === 1 };
    case ModuleEvent.Fatal:
      return { kind, event: "Fatal", cause: FatalCause[detail] as FatalCauseName, ...pageOf(extra) };
    case ModuleEvent.SilentWrite:
      return { kind, event: "SilentWrite", ...pageOf(detail) };
    default:
      return undefined;
  }
}

/** An event of something that may sleep, where nothing may, as a fact; undefined for any other. */
export function sleepAction(
  code: number,
  detail: number,
  extra: number,
  space: Pick<AddressSpace, "describe">,
): EventAction | undefined {
  const kind = "event";
  if (code === KernelEvent.Allocate) return detail === 0 ? undefined : { kind, event: "MaySleep", by: "allocation" };
  if (code !== KernelEvent.MaySleep || extra === MUTEX_TOUCHED) return undefined;
  if (extra < 0) return { kind, event: "MaySleep", by: "mutex", lock: space.describe(-extra) };
  return { kind, event: "MaySleep", by: extra === 0 ? "allocation" : "other" };
}
