/**
 * `npm run answers`: explores which SEAMCALLs answer what, and writes `src/decode/answers.ts`. All processors work on it.
 *
 *     node .bench/out/tools/decode/main.js [FILE]
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import type { Subject } from "../../src/check/index.js";
import { type Explored, exploreAnswers } from "./explore.js";
import { planned } from "./plan.js";
import { answersText } from "./write.js";

const [file = "src/decode/answers.ts"] = process.argv.slice(2);

/** Lets a worker explore one subject after the other. */
async function drive(
  worker: Worker,
  subjects: readonly Subject[],
  next: () => number,
  results: Explored[],
): Promise<void> {
  for (let index = next(); index < subjects.length; index = next()) {
    const result = await new Promise<Explored>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.postMessage(index);
    });
    worker.removeAllListeners("error");
    results[index] = result;
    console.log(`${result.design} ${result.scenario}: ${result.states} states, ${result.met.length} answers`);
  }
  await worker.terminate();
}

async function exploreAll(subjects: readonly Subject[]): Promise<Explored[]> {
  const results: Explored[] = [];
  let taken = 0;
  const next = (): number => taken++;
  const workers = Array.from({ length: availableParallelism() }, () => new Worker(new URL(import.meta.url)));
  await Promise.all(workers.map((worker) => drive(worker, subjects, next, results)));
  return results;
}

if (isMainThread) {
  writeFileSync(file, answersText(await exploreAll(planned())));
} else {
  const subjects = planned();
  parentPort?.on("message", async (index: number) => {
    parentPort?.postMessage(await exploreAnswers(subjects[index] as Subject));
  });
}
