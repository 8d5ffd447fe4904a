/**
 * Compiling within limits. Some C makes a compiler run for ever, or take all memory. So clang runs in a thread that can
 * be ended. The engine ends what reads C in this thread.
 */
import { createContext, Script } from "node:vm";
import { Worker } from "node:worker_threads";
import type { Clang } from "../clang/index.js";
import { oneLine } from "../text/index.js";
import type { Done, Work } from "./clang-thread.js";
import { InputError, Interrupted } from "./failure.js";
import { usualMegabytes } from "./memory.js";

/** Seconds for compiling where no flag says how many. */
export const COMPILE_SECONDS = 60;
/** MB that this process takes at most while C is compiled: more than clang as WebAssembly can have. */
const PROCESS_MB = 4096;
/** MB of the heap of the thread, without what clang has. */
const HEAP_MB = 1024;
const LOOK_MS = 100;
/** Longest timeout that Node takes, in milliseconds. */
const TIMEOUT_MAX = 2 ** 31 - 1;
const MB = 2 ** 20;

/**
 * A thread that runs clang. It stays when something is compiled, so that the next compiles at once; it is ended where a
 * limit is met while it works.
 */
export class ClangThread {
  private worker: Worker | undefined;
  private isBusy = false;

  /** Loads clang, so that it is there when it is needed. */
  start(): void {
    if (this.worker !== undefined) return;
    const limits = { maxOldGenerationSizeMb: HEAP_MB };
    // By way of its folder: what is built may lie in the folder beside it.
    this.worker = new Worker(new URL("../cli/clang-thread.js", import.meta.url), { resourceLimits: limits });
    // What goes wrong before it is used comes up when it is.
    this.worker.on("error", () => {});
    this.worker.unref();
  }

  /** Compiles. Rejects with the error that the thread ended with, or with undefined where it had none. */
  compile([args, files]: Work): Promise<Done> {
    this.start();
    const worker = this.worker as Worker;
    this.isBusy = true;
    return new Promise<Done>((resolve, reject) => {
      const fail = (error: unknown): void => reject(error);
      const gone = (): void => reject(undefined);
      worker.ref();
      worker.once("error", fail);
      worker.once("exit", gone);
      worker.once("message", (done: Done) => {
        worker.off("error", fail);
        worker.off("exit", gone);
        worker.unref();
        this.isBusy = false;
        resolve(done);
      });
      worker.postMessage([[...args], files] satisfies Work);
    });
  }

  /** Ends the thread where it still works: nobody waits for that any more. */
  rest(): void {
    if (this.isBusy) this.end();
  }

  /** Ends the thread, whatever it does. */
  end(): void {
    const { worker } = this;
    this.worker = undefined;
    this.isBusy = false;
    worker?.unref();
    void worker?.terminate();
  }
}

/** Limits of compiling. */
export interface CompileLimits {
  readonly seconds: number;
  /** The time of the whole command: there may be less than `seconds` left of it. */
  readonly maxSeconds?: number | undefined;
  /** When that time began, in milliseconds of `performance.now`; absent: at the start of the process. */
  readonly began?: number | undefined;
  /** Most MB of the process. */
  readonly megabytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export class Compiling {
  /** When it must be over, in milliseconds of `performance.now`. */
  private readonly end: number;
  private readonly seconds: number;
  private readonly maxSeconds: number;
  /** When the time of the whole command is over. */
  private readonly over: number;
  private readonly megabytes: number;
  readonly signal: AbortSignal | undefined;

  /**
   * @param file what is compiled, as the user named it
   * @param thread the one to compile in, for whoever compiles more than once
   */
  constructor(
    private readonly file: string,
    { seconds, maxSeconds = Number.POSITIVE_INFINITY, began = 0, megabytes, signal }: CompileLimits,
    private readonly thread: ClangThread = new ClangThread(),
  ) {
    this.seconds = seconds;
    this.maxSeconds = maxSeconds;
    this.over = began + 1000 * maxSeconds;
    this.megabytes = megabytes ?? Math.min(PROCESS_MB, usualMegabytes());
    this.signal = signal;
    this.end = Math.min(performance.now() + 1000 * seconds, this.over);
  }

  /** Milliseconds that are left, or as many as a timeout may have. @throws InputError or Interrupted if there are none */
  get left(): number {
    const left = Math.ceil(this.end - performance.now());
    if (left <= 0) throw this.late();
    return Math.min(left, TIMEOUT_MAX);
  }

  /** Why compiling was ended from outside, or undefined if it was not. */
  ended(): Error | undefined {
    if (this.signal?.aborted === true) return this.interrupted();
    return performance.now() >= this.end ? this.late() : undefined;
  }

  /** Does `work`, which reads C in this thread. @throws InputError or Interrupted when it takes too long */
  readonly within = <T>(work: () => T): T => {
    try {
      return new Script("work()").runInContext(createContext({ work }), { timeout: this.left }) as T;
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") throw this.late();
      throw error;
    }
  };

  /** Starts the thread, so that clang is loaded when it is needed. */
  start(): void {
    this.thread.start();
  }

  /** clang in that thread. */
  readonly clang: Clang = (args, files) =>
    this.guarded(
      this.thread.compile([[...args], files]).catch((error: unknown) => {
        throw this.failed(error);
      }),
    );

  /** Waits for the thread as long as the limits allow. */
  private guarded(work: Promise<Done>): Promise<Done> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(this.late()), this.left);
      const looks = setInterval(() => {
        if (process.memoryUsage.rss() > this.megabytes * MB) reject(this.tooLarge());
      }, LOOK_MS);
      const interrupted = (): void => reject(this.interrupted());
      if (this.signal?.aborted === true) interrupted();
      this.signal?.addEventListener("abort", interrupted, { once: true });
      work.then(resolve, reject).finally(() => {
        clearTimeout(late);
        clearInterval(looks);
        this.signal?.removeEventListener("abort", interrupted);
      });
    });
  }

  /** Ends the thread, whatever it does. */
  finish(): void {
    this.thread.end();
  }

  /** Keeps the thread for what is compiled next, unless it still works on this. */
  rest(): void {
    this.thread.rest();
  }

  private late(): Error {
    const name = oneLine(this.file);
    if (performance.now() >= this.over) {
      return new Interrupted(
        `${name}: compiling it took all of --max-seconds ${this.maxSeconds}; nothing was explored`,
      );
    }
    return new InputError(
      `${name}: compiling it took longer than ${this.seconds} s; give C as a kernel would have it, or more time with --compile-seconds`,
    );
  }

  private tooLarge(): InputError {
    return new InputError(
      `${oneLine(this.file)}: compiling it takes more than ${this.megabytes} MB of memory; give C as a kernel would have it`,
    );
  }

  private interrupted(): Interrupted {
    return new Interrupted(`${oneLine(this.file)}: interrupted while it was compiled; nothing was explored`);
  }

  private failed(error: unknown): unknown {
    const isFull = (error as { code?: unknown } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
    return isFull || error === undefined ? this.tooLarge() : error;
  }
}
