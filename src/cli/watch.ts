/** `dpamt check --watch`: checks again whenever something that was read changes. */
import { oneLine, UserError } from "../text/index.js";
import type { CFlags } from "./c-flags.js";
import { shownName } from "./c-input.js";
import { type CheckedC, checkC } from "./check-c.js";
import { ClangThread } from "./compiling.js";
import { Exit, InputError, Interrupted } from "./failure.js";
import { type Asked, exitOfResult } from "./judge.js";
import { ReadPlaces } from "./read-places.js";
import { print } from "./terminal.js";

/** Milliseconds between two looks at the files, and how many of these lie between two looks at what takes longer. */
const LOOK_MS = 150;
const COSTLY_EVERY = 7;

/**
 * Checks C again and again, until a signal ends it. Files are looked at by name, so one that an editor puts in the place
 * of another counts as changed. A check that is under way when something changes begins anew.
 *
 * @param show prints a result
 * @returns the exit code of what was printed last
 * @throws InputError where nothing can be read at the first time
 */
export async function watchC(
  named: string,
  flags: CFlags,
  asked: Asked,
  signal: AbortSignal,
  show: (checked: CheckedC) => Promise<void>,
): Promise<Exit> {
  const thread = new ClangThread();
  let exit = Exit.Inconclusive;
  let before: CheckedC | undefined;
  let why = "";
  try {
    while (!signal.aborted) {
      const began = performance.now();
      const seen = new ReadPlaces();
      const turn = await oneTurn(named, flags, asked, { signal, thread, seen, before });
      if (signal.aborted) break;
      if (turn === undefined) {
        why = await settled(seen);
        continue;
      }
      if (turn instanceof InputError && why === "") throw turn;
      const isSame = turn === before;
      await print(`--- ${new Date().toTimeString().slice(0, 8)} ${oneLine(why === "" ? shownName(named) : why)}\n`);
      if (turn instanceof UserError) {
        exit = Exit.BadInput;
        process.stderr.write(`dpamt: ${oneLine(turn.message)}\n`);
      } else {
        exit = exitOfResult(turn.result);
        if (isSame) await print(`${turn.result.verdict}, as before: nothing changed that the helpers use\n`);
        else await show(turn);
        before = turn;
      }
      await print(`${ending(turn, isSame, began, seen)}\n`);
      await changing(seen, signal);
      if (!signal.aborted) why = await settled(seen);
    }
  } finally {
    thread.end();
  }
  return exit;
}

/** How long it took, and what is watched. */
function ending(turn: CheckedC | UserError, isSame: boolean, began: number, seen: ReadPlaces): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const compiling = turn instanceof UserError || isSame ? "" : `, ${seconds(turn.compileMs)} of it compiling`;
  return `--- ${seconds(performance.now() - began)}${compiling}; watching ${oneLine(seen.text)}, Ctrl-C ends\n`;
}

/** What one check needs beside the C. */
interface Turn {
  readonly signal: AbortSignal;
  readonly thread: ClangThread;
  readonly seen: ReadPlaces;
  /** The result before: it is returned where the same was compiled, and holds. */
  readonly before: CheckedC | undefined;
}

/** Checks once. Gives an error that is the user's to mend, and undefined where something changed meanwhile. */
async function oneTurn(
  named: string,
  flags: CFlags,
  asked: Asked,
  { signal, thread, seen, before }: Turn,
): Promise<CheckedC | UserError | undefined> {
  const stop = new AbortController();
  const looks = setInterval(() => {
    if (seen.changed(false).length > 0) stop.abort();
  }, LOOK_MS);
  const either = AbortSignal.any([signal, stop.signal]);
  try {
    const began = performance.now();
    const checked = await checkC(named, flags, asked, { signal: either, thread, seen, began, before });
    return stop.signal.aborted ? undefined : checked;
  } catch (error) {
    if (stop.signal.aborted || (error instanceof Interrupted && signal.aborted)) return undefined;
    if (error instanceof UserError) return error;
    if (error instanceof Interrupted) return new InputError(error.message);
    throw error;
  } finally {
    clearInterval(looks);
  }
}

/** Waits until something changes, or a signal ends it. */
async function changing(seen: ReadPlaces, signal: AbortSignal): Promise<void> {
  for (let look = 1; !signal.aborted; look++) {
    await pause(signal);
    if (seen.changed(look % COSTLY_EVERY === 0).length > 0) return;
  }
}

/** Waits until files are no longer written, and says what changed. */
async function settled(seen: ReadPlaces): Promise<string> {
  for (let before = seen.now(); ; ) {
    await pause();
    const now = seen.now();
    if (now === before) break;
    before = now;
  }
  const [first = "", ...others] = seen.changed(true);
  if (first === "") return "changed and changed back";
  return `${first} changed${others.length === 0 ? "" : `, and ${others.length} more`}`;
}

function pause(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, LOOK_MS);
    signal?.addEventListener("abort", end, { once: true });
  });
}
