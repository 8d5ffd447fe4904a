/** Checks C: compiles it, explores it, and says what was read and which lines were reached. */
import { designOf } from "../clang/index.js";
import type { SavedResult } from "../report/index.js";
import type { CFlags } from "./c-flags.js";
import { resultOfC } from "./c-result.js";
import { cSubject, type NamedSubject, type Surroundings } from "./c-subject.js";
import { type Asked, judged, type Watched } from "./judge.js";

export { treeOf } from "./c-main.js";
export { tellBoot } from "./c-result.js";

/** A verdict on C. */
export interface CheckedC {
  readonly subject: NamedSubject;
  readonly result: SavedResult;
  /** Milliseconds that compiling took. */
  readonly compileMs: number;
}

/** How C is compiled and checked. */
interface CheckedWith extends Watched, Pick<Surroundings, "thread" | "seen"> {
  /** A verdict that counts again where the same is compiled and it holds. */
  readonly before?: CheckedC | undefined;
}

/**
 * Compiles and checks what the user named, see `cSubject`.
 *
 * @throws what `cSubject` throws
 */
export async function checkC(
  named: string,
  flags: CFlags,
  asked: Asked,
  { signal, began, thread, seen, before }: CheckedWith,
): Promise<CheckedC> {
  const { maxSeconds } = asked.exploration.limits ?? {};
  const start = performance.now();
  const subject = await cSubject(named, flags, { signal, began, maxSeconds, thread, seen });
  const compileMs = performance.now() - start;
  if (before?.subject.compiled === subject.compiled && before.result.verdict === "holds") return before;
  const checked = await judged(designOf(subject), asked, { signal, began });
  return { subject, result: resultOfC(checked, subject, named, flags), compileMs };
}
