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

/** Limits of compiling. */
export interface CompileLimits {
  readonly seconds: number;
  /** The time of the whole command, from the start of the process: there may be less than `seconds` left of it. */
  readonly maxSeconds?: number | undefined;
  /** Most MB of the process. */
  readonly megabytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export class Compiling {
  /** When it must be over, in milliseconds of `performance.now`. */
  private readonly end: number;
  private readonly seconds: number;
  private readonly maxSeconds: number;
  private readonly megabytes: number;
  readonly signal: AbortSignal | undefined;
  private thread: Worker | undefined;

  /** @param file what is compiled, as the user named it */
  constructor(
    private readonly file: string,
    { seconds, maxSeconds = Number.POSITIVE_INFINITY, megabytes, signal }: CompileLimits,
  ) {
    this.seconds = seconds;
    this.maxSeconds = maxSeconds;
    this.megabytes = megabytes ?? Math.min(PROCESS_MB, usualMegabytes());
    this.signal = signal;
    this.end = Math.min(performance.now() + 1000 * seconds, 1000 * maxSeconds);
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
    if (this.thread !== undefined) return;
    const limits = { maxOldGenerationSizeMb: HEAP_MB };
    // By way of its folder: what is built may lie in the folder beside it.
    this.thread = new Worker(new URL("../cli/clang-thread.js", import.meta.url), { resourceLimits: limits });
    // What goes wrong before it is used comes up when it is.
    this.thread.on("error", () => {});
  }

  /** clang in that thread. */
  readonly clang: Clang = (args, files) => {
    this.start();
    const thread = this.thread as Worker;
    return this.guarded(
      new Promise<Done>((resolve, reject) => {
        thread.once("message", resolve);
        thread.once("error", (error) => reject(this.failed(error)));
        thread.once("exit", () => reject(this.failed(undefined)));
        thread.postMessage([[...args], files] satisfies Work);
      }),
    );
  };

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
    const { thread } = this;
    this.thread = undefined;
    thread?.unref();
    void thread?.terminate();
  }

  private late(): Error {
    const name = oneLine(this.file);
    if (performance.now() >= 1000 * this.maxSeconds) {
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
