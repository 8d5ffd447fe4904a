/** Conformance: replays recorded vectors on the model. */
export { ANY_LEAF, type CallEnd, checkTable } from "./checks/index.js";
export * from "./conform.js";
export { buildHost, ImpossibleOperation, type VectorHost } from "./host.js";
export { parseVector, type Vector, type VectorOp, vectorLines } from "./vector.js";
export { VectorError } from "./vector-error.js";
