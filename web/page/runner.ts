/** The page's end of the line to the worker: one run at a time, which can be stopped. */
import type { Branch, Settings } from "../../src/check/index.js";
import type { BranchAsked, FromWorker, Result, RunStanding, SubjectName, ToWorker } from "./messages.js";
import workerAddress from "./worker.ts?worker&url";
import type { WrongLine } from "./wrong-lines.js";

declare global {
  /** The worker as text, in a folder that is opened without a server: browsers start no worker from a file. */
  var dpamtWorker: string | undefined;
}

/** Milliseconds that a stopped run has to say what it has covered. */
const PATIENCE_MS = 4000;
/** Seconds that C may take to be compiled. */
const COMPILE_SECONDS = 120;

export interface Watcher {
  standing(standing: RunStanding): void;
  note(text: string): void;
}

/** A run that was asked for cannot be done: the message is one line for the user. */
export class RunError extends Error {
  constructor(
    message: string,
    /** Lines of C that are wrong. */
    readonly diagnostics: readonly WrongLine[] = [],
  ) {
    super(message);
  }
}

interface Run {
  readonly watcher: Watcher;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: RunError) => void;
}

/** Address of the worker's text, where the page carries it. Whoever asks revokes it. */
function blobOfWorker(): string | undefined {
  const text = globalThis.dpamtWorker;
  return text === undefined ? undefined : URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}

/** Walks a branch, in a worker of its own. Ends with a RunError where it cannot be walked. */
export function branchInWorker(asked: BranchAsked): Promise<Branch> {
  const blob = blobOfWorker();
  const worker = new Worker(blob ?? workerAddress);
  return new Promise<Branch>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "branched") resolve(data.branch);
      else if (data.kind === "refused") reject(new RunError(data.message));
    };
    worker.onerror = ({ message }) => reject(new RunError(`the checker did not start: ${message ?? "refused"}`));
    worker.postMessage({ kind: "branch", ...asked } satisfies ToWorker);
  }).finally(() => {
    worker.terminate();
    if (blob !== undefined) URL.revokeObjectURL(blob);
  });
}

/** Runs explorations in a worker, which stays for the next one. */
export class Runner {
  private worker: Worker | undefined;
  /** Address of the worker's text, until it is loaded. */
  private blob: string | undefined;
  private run: Run | undefined;
  /** Ends a run whose C is not compiled in time. */
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  /** Explores. Ends with a RunError for what cannot be explored. */
  start(subject: SubjectName, settings: Settings, watcher: Watcher): Promise<Result> {
    // A run that is still under way is left behind with its worker.
    if (this.run !== undefined) this.fail("another run began");
    this.worker ??= this.open();
    const { worker } = this;
    return new Promise((resolve, reject) => {
      this.run = { watcher, resolve, reject };
      worker.postMessage({ kind: "start", subject, settings } satisfies ToWorker);
    });
  }

  /** Stops the run: it ends with what it has covered, or is ended. */
  stop(): void {
    const { run, worker } = this;
    if (run === undefined || worker === undefined) return;
    worker.postMessage({ kind: "stop" } satisfies ToWorker);
    setTimeout(() => {
      if (this.run === run) this.fail("stopped before there was anything to show");
    }, PATIENCE_MS);
  }

  private open(): Worker {
    this.blob = blobOfWorker();
    const worker = new Worker(this.blob ?? workerAddress);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.hear(data);
    worker.onerror = (event) => this.fail(`the checker did not start: ${event.message ?? "the browser refused it"}`);
    return worker;
  }

  /** A worker that speaks, or is given up, needs its text no more. */
  private release(): void {
    if (this.blob !== undefined) URL.revokeObjectURL(this.blob);
    this.blob = undefined;
  }

  private hear(message: FromWorker): void {
    this.release();
    clearTimeout(this.watchdog);
    const { run } = this;
    if (run === undefined) return;
    switch (message.kind) {
      case "compiling":
        run.watcher.note("compiling …");
        this.watchdog = setTimeout(() => {
          this.fail(
            `compiling took longer than ${COMPILE_SECONDS} s; on the command line --compile-seconds allows more`,
          );
        }, 1000 * COMPILE_SECONDS);
        return;
      case "standing":
        run.watcher.standing(message.standing);
        return;
      case "note":
        run.watcher.note(message.text);
        return;
      case "result":
        this.run = undefined;
        run.resolve(message.result);
        return;
      case "refused":
        this.run = undefined;
        run.reject(new RunError(message.message, message.diagnostics));
    }
  }

  /** Gives the worker up: the next run gets a new one. */
  private fail(message: string): void {
    clearTimeout(this.watchdog);
    this.release();
    this.worker?.terminate();
    this.worker = undefined;
    const { run } = this;
    this.run = undefined;
    run?.reject(new RunError(message));
  }
}
