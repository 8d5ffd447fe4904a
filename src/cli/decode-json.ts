/** What `dpamt decode --json` prints. */
import { type Decoded, type Decoding, type DesignAnswer, hex64, type MetAnswer } from "../decode/index.js";

/** One line of JSON; `decodeSchema` in `schemas.ts` has its shape. */
export function decodedJson({ findings, left, lines }: Decoded): string {
  return `${JSON.stringify({ schema: "dpamt-decode-1", lines, left, findings: findings.map(findingJson) })}\n`;
}

function findingJson(finding: Decoding) {
  const { leaf, status, isCode, message, operandMeans, lock, septEntry, registers, lost, todo } = finding;
  return {
    leaf: leaf === null ? null : { number: leaf.number, name: leaf.name, version: leaf.version },
    status: status === null ? null : { ...status, isCode, operandMeans, lock },
    message,
    septEntry,
    registers: Object.fromEntries([...registers].map(([name, value]) => [name, hex64(value)])),
    lost,
    todo,
    times: finding.times,
    line: finding.line,
    model: {
      hasLeaf: finding.isModelled,
      designs: finding.designs.map(designJson),
      otherDetails: finding.otherDetails,
    },
  };
}

function designJson({ design, explorations, complete, bounds, met }: DesignAnswer) {
  return { design, explorations, complete, bounds, met: met.map(metJson) };
}

function metJson({ leaf, status, fatal, flow, helper, switches, breaks, schedule, scenarios, wrongCaller }: MetAnswer) {
  return {
    leaf,
    status: status === null ? null : hex64(status),
    fatal,
    flow,
    helper: helper === "" ? null : helper,
    switches,
    breaks,
    schedule,
    scenarios,
    wrongCaller,
  };
}
