/** Facts from the numbers of the TDX interface: leaves and statuses. */
import {
  codeName,
  codeOf,
  formatStatus,
  formatStatusHex,
  leafName,
  type Status,
  saysBusy,
  TDX_SUCCESS,
} from "../../abi/index.js";
import type { LeafFact, StatusFact } from "./facts.js";

export function leafFact(leaf: number): LeafFact {
  return { number: leaf, name: leafName(leaf) ?? `leaf ${leaf}` };
}

export function statusFact(status: Status): StatusFact {
  const outcome = codeOf(status) === TDX_SUCCESS ? "success" : saysBusy(status) ? "busy" : "failure";
  return { value: formatStatusHex(status), code: codeName(status), name: formatStatus(status), outcome };
}
