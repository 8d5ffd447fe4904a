/** SEAMCALL statuses, leaves and lines of logs in words, and which interleavings of the model give them. */
export {
  type DesignAnswer,
  MERGED_DESIGN,
  type MetAnswer,
} from "./explored-answers.js";
export { type Decoded, type Decoding, decodeLog, FINDINGS_MAX } from "./findings.js";
export { LINE_LENGTH_MAX } from "./log-lines.js";
export { hex64 } from "./status-facts.js";
export { decodeWords } from "./words.js";
