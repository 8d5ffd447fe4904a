/** Numbers of CPUs for C, and what each CPU has one of. */
import { MemoryMisuse } from "../../kernel/index.js";
import { at, read } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import type { Evaluation } from "../interpret/host.js";
import { WordsObject } from "../interpret/objects.js";
import { bytesForAll, divide, offsetOfCpu } from "../interpret/per-cpu.js";
import { Pointer, type Value } from "../interpret/values.js";
import { failsHere } from "./memory.js";

/** How many CPUs have numbers. */
function cpusOf(activation: Activation, site: number): number {
  const { numberedCpus, cpus = 1 } = activation.kernel.options;
  if (numberedCpus !== true) activation.fail(site, "the number of a CPU is asked for, and CPUs have none");
  return cpus;
}

function* numberOf(activation: Activation, site: number): Evaluation<number> {
  cpusOf(activation, site);
  return yield at(read(activation.kernel.cpu.number), site);
}

/** Whether it points to what each CPU has one of, in memory that they share. */
function isDivided(pointer: Value): pointer is Pointer {
  return pointer instanceof Pointer && pointer.object instanceof WordsObject && pointer.object.stride !== null;
}

/** The one of CPU number `cpu`. */
function ofCpu({ object, offset }: Pointer, cpu: number): Pointer {
  return new Pointer(object, offset + offsetOfCpu((object as WordsObject).stride as number, cpu));
}

function* own(activation: Activation, pointer: Pointer, site: number): Evaluation {
  return ofCpu(pointer, yield* numberOf(activation, site));
}

export const cpuIntrinsics: Record<string, Intrinsic> = {
  *__dpamt_cpu(activation, _args, site): Evaluation {
    return yield* numberOf(activation, site);
  },
  __dpamt_cpus: (activation, _args, site) => cpusOf(activation, site),
  // Where CPUs have words of their own, whoever names a variable means his own.
  __dpamt_this_cpu: (activation, [pointer = 0n], site) =>
    isDivided(pointer) ? own(activation, pointer, site) : pointer,
  *__dpamt_per_cpu(activation, [pointer = 0n, cpu = 0], site): Evaluation {
    const cpus = cpusOf(activation, site);
    const number = Number(BigInt.asIntN(32, yield* activation.number(cpu, site)));
    if (!(number >= 0 && number < cpus)) {
      return yield* activation.misuse(
        MemoryMisuse.OutOfBounds,
        site,
        `CPU ${number} is asked for: there are CPUs 0 to ${cpus - 1}`,
      );
    }
    if (isDivided(pointer)) return ofCpu(pointer, number);
    return yield* activation.misuse(
      MemoryMisuse.NoAddress,
      site,
      "what is asked for of one CPU is nothing that each CPU has",
    );
  },
  *__dpamt_alloc_percpu(activation, [size = 0n], site): Evaluation {
    const cpus = cpusOf(activation, site);
    const bytes = Number(yield* activation.number(size, site));
    if (yield* failsHere(activation, site)) return 0n;
    const object = activation.host.allocate(
      bytesForAll(bytes, cpus),
      true,
      activation.where(site),
      site,
      activation.way,
    );
    divide(object, bytes, cpus);
    return new Pointer(object, 0);
  },
};
