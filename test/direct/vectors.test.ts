/** Every recorded vector, in both forms of the module: registers, statuses, changes, events, all words. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Vector, VectorOp } from "../../src/conform/index.js";
import { conform, HostObserver, releaseLock, type Twin, Twins, takeLock, writeMemory } from "./support/twins.js";

const files = ["directed", "random-lock", "random-pamt", "random-static", "random-td"].map((name) => `${name}.jsonl`);
const folder = new URL("../fixtures/vectors/", import.meta.url);

/** Two hosts as a vector describes them, booted in either form. */
function twinsFor({ config, boot }: Vector, journaled: boolean): Twins {
  const { max_pa: maxPa, keyid_bits: keyidBits, cmrs } = config;
  const { private_hkid_min: privateHkidMin, private_hkid_max: privateHkidMax } = config;
  const twins = new Twins({ maxPa, keyidBits, privateHkidMin, privateHkidMax, cmrs }, { journaled });
  const tdmrs = config.tdmrs.map(({ base, size, reserved, pamt_1g: pamt1g, pamt_2m: pamt2m, pamt_4k: pamt4k }) => {
    return { base, size, pamt1g, pamt2m, pamt4k, reserved };
  });
  const host = { dynamicPamt: config.dynamic_pamt, globalHkid: config.global_hkid, tdmrs };
  if (boot) for (const twin of twins.both) twin.boot(host);
  twins.compareLooks();
  return twins;
}

/** What others do between calls. @returns what comes of it */
function disturb(on: Twin, step: VectorOp): number | string {
  try {
    switch (step.kind) {
      case "lock":
        return takeLock(on, step.op);
      case "unlock":
        return releaseLock(on, step.op);
      case "mem":
        writeMemory(on, step.op);
        return 0;
      case "irq":
        on.words.write(on.module.interrupt, step.op.irq);
        return 0;
      default:
        return 0;
    }
  } catch (error) {
    return String(error);
  }
}

function replay(vector: Vector, journaled: boolean): number {
  const twins = twinsFor(vector, journaled);
  // With a journal every single write is compared, and there is nothing left to observe.
  const observers = journaled ? [] : twins.both.map((twin) => new HostObserver(twin, vector.watch, vector.watchTd));
  let calls = 0;
  for (const step of vector.ops) {
    if (step.kind === "call") {
      twins.call(conform.registersOf(step.op));
      calls++;
    } else {
      const [stepped, direct] = twins.both.map((twin) => disturb(twin, step));
      if (direct !== stepped) expect(direct).toBe(stepped);
    }
    const [stepped, direct] = observers.map((observer) => observer.changes());
    if (JSON.stringify(direct) !== JSON.stringify(stepped)) expect(direct).toEqual(stepped);
  }
  twins.compareWords();
  return calls;
}

describe("recorded vectors", () => {
  it.each(files)("%s, without and with a journal", (file) => {
    for (const { line, text } of conform.vectorLines(readFileSync(new URL(file, folder), "utf8"))) {
      const vector = conform.parseVector(text, file, line);
      for (const journaled of [false, true]) expect(replay(vector, journaled)).toBeGreaterThan(0);
    }
  });
});
