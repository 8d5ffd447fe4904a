/** The terminal: colours, width, progress and interruption. */
import pc from "picocolors";
import { type TerminalOptions, unicodeShapes } from "../report/index.js";

const DEFAULT_WIDTH = 100;
/** Columns of a terminal that does not know how many it has, and says 0. */
const UNKNOWN_WIDTH = 80;

/** How to write on stdout: colours unless NO_COLOR or a pipe says otherwise. */
export function terminal(): TerminalOptions {
  const colours = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
  return {
    width: widthOf(process.stdout),
    ...(speaksUnicode() ? { shapes: unicodeShapes } : {}),
    palette: {
      bold: colours.bold,
      dim: colours.dim,
      good: colours.green,
      bad: colours.red,
      unsure: colours.yellow,
    },
  };
}

/** Columns to fill: of a terminal its own, else those of a usual one. */
export function widthOf({ columns }: { readonly columns?: number | undefined }): number {
  return columns === undefined ? DEFAULT_WIDTH : columns || UNKNOWN_WIDTH;
}

/** What is shown may hold more than ASCII: the locale says so, or there is none to ask, as on Windows. */
function speaksUnicode(): boolean {
  const { LC_ALL, LC_CTYPE, LANG, WT_SESSION } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale === undefined ? WT_SESSION !== undefined : /utf-?8/i.test(locale);
}

/** Shows a line on stderr, if that is a terminal, for as long as `work` takes. */
export async function whileShowing<T>(line: string, work: () => Promise<T>): Promise<T> {
  const isShown = process.stderr.isTTY === true;
  if (isShown) process.stderr.write(`\r\u001b[K${line.slice(0, widthOf(process.stderr) - 1)}`);
  try {
    return await work();
  } finally {
    if (isShown) process.stderr.write("\r\u001b[K");
  }
}

/** Signals that ask to end, and what the shell says of a process that one of them has ended. */
const ENDINGS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Milliseconds in which signals count as one: `timeout` signals the process, and then its group. */
const ONCE_WITHIN = 500;

/** A signal that SIGINT or SIGTERM sets off; a later one ends the process at once. */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const [signal, code] of Object.entries(ENDINGS)) {
    process.on(signal, () => {
      if (!controller.signal.aborted) first = performance.now();
      else if (performance.now() - first > ONCE_WITHIN) process.exit(code);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Writes to stdout; a reader that went away ends the program quietly. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}
