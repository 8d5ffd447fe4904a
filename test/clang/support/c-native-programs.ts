/** Random C with one result: as the interpreter runs it, and as the system's compiler and CPU do. */
import fc from "fast-check";
import { CellTable } from "../../../src/clang/interpret/memory.js";
import { CError } from "../../../src/clang/ir/errors.js";
import { KernelEvent } from "../../../src/kernel/index.js";
import { exploredC, untilKnown } from "./c-explored.js";
import { CHost, compiledC, withGlobals } from "./c-host.js";
import { HEAP_NATIVELY, HEAP_VARIABLES, heapCode } from "./heap-c.js";
import { nativeLines } from "./native.js";
import { CHECKSUM, LOCALS, sequentialCode, TYPES, VARIABLES } from "./sequential-c.js";

const HEADERS = [
  "atomic",
  "bitfield",
  "bits",
  "bitops",
  "compiler",
  "container_of",
  "kernel",
  "list",
  "log2",
  "math",
  "math64",
  "minmax",
  "overflow",
  "rcupdate",
  "slab",
  "sort",
  "spinlock",
  "stddef",
  "string",
]
  .map((name) => `#include <linux/${name}.h>\n`)
  .join("");

/** One program: a function without arguments for each CPU. Of several CPUs each has a thread. */
export interface NativeProgram {
  readonly shared: Readonly<Record<string, string>>;
  readonly functions: readonly string[];
}

const SUM = `${CHECKSUM.map((each) => `MIX(${each});`).join(" ")}`;

/** Programs of one CPU. */
export const alone: fc.Arbitrary<NativeProgram> = fc.oneof(
  { weight: 3, arbitrary: sequentialCode(8).map((statements) => aloneWith({}, statements)) },
  { weight: 1, arbitrary: heapCode(8).map((statements) => aloneWith(HEAP_VARIABLES, statements)) },
);

function aloneWith(more: NativeProgram["shared"], statements: readonly string[]): NativeProgram {
  return { shared: { ...VARIABLES, ...more }, functions: [statements.join("\n\t")] };
}

const SYNC = {
  ...VARIABLES,
  turn: "static int turn;",
  finished: "static atomic_t finished;",
  lock: "static DEFINE_SPINLOCK(lock);",
};

/** What commutes under a lock, whatever it is done to. */
const UPDATES = ["gf += $c;", "gh ^= 1ull << $c;", "gr[$c] += 3;", "gm[1].w -= $c;", "gn.x += $c;", "gv.c[$c] += 5;"];
const update = fc
  .tuple(fc.constantFrom(...UPDATES), fc.nat({ max: 3 }))
  .map(([text, constant]) => text.replaceAll("$c", String(constant)));
const locked = fc
  .array(update, { minLength: 1, maxLength: 2 })
  .map((updates) => `spin_lock(&lock); ${updates.join(" ")} spin_unlock(&lock);`);

/** Threads that take turns in a given order, each with a statement, or change variables under a lock in any order. */
export const threads: fc.Arbitrary<NativeProgram> = fc.oneof(
  fc
    .array(fc.tuple(fc.nat({ max: 1 }), sequentialCode(1, 1)), { minLength: 2, maxLength: 5 })
    .map((turns) => inTurn(SYNC, turns)),
  fc
    .array(fc.tuple(fc.nat({ max: 1 }), heapCode(2)), { minLength: 2, maxLength: 5 })
    .map((turns) => inTurn({ ...SYNC, ...HEAP_VARIABLES }, turns)),
  fc.array(fc.array(locked, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 }).map(underLock),
);

function inTurn(shared: NativeProgram["shared"], turns: readonly (readonly [number, string[]])[]): NativeProgram {
  const parts: string[][] = [[], []];
  for (const [turn, [cpu, statements]] of turns.entries()) {
    parts[cpu]?.push(
      `while (smp_load_acquire(&turn) != ${turn}) cpu_relax(); ${statements.join(" ")} smp_store_release(&turn, ${turn + 1});`,
    );
  }
  parts[0]?.push(`while (smp_load_acquire(&turn) != ${turns.length}) cpu_relax();`);
  return { shared, functions: parts.map((each) => each.join("\n\t")) };
}

function underLock(parts: readonly (readonly string[])[]): NativeProgram {
  const ends = (index: number): string =>
    index === 0 ? `while (atomic_read(&finished) != ${parts.length - 1}) cpu_relax();` : "atomic_inc(&finished);";
  return { shared: SYNC, functions: parts.map((each, index) => [...each, ends(index)].join("\n\t")) };
}

const prefixOf = (index: number): string => `p${index}_`;

/** The functions of a program. The first ends with the result: all variables, and those of its own. */
function textOf({ shared, functions }: NativeProgram, prefix: string): string {
  const names = [...Object.keys(shared)];
  const result = functions.length === 1 ? "u64" : "int";
  const folded = functions.length === 1 ? "sum" : "(int)(sum ^ sum >> 32)";
  const bodies = functions.map((text, index) => {
    const heap = "heap_sum" in shared ? " MIX(heap_sum());" : "";
    const end = index === 0 ? `${SUM}${heap}\n\treturn ${folded};` : "return 0;";
    return `${result} ${prefix}cpu${index}(void)\n{\n\t${LOCALS}\n\tu64 sum = 0;\n\n\t${text}\n\t${end}\n}`;
  });
  return [
    ...names.map((name) => `#define ${name} ${prefix}${name}`),
    ...Object.values(shared),
    ...bodies,
    ...names.map((name) => `#undef ${name}`),
  ].join("\n");
}

/** What programs come to on this machine, each as text. */
function natively(programs: readonly NativeProgram[], level: number): string[] {
  const bodies = programs.map((program, index) => textOf(program, prefixOf(index)));
  const wrappers = programs.flatMap(({ functions }, index) =>
    functions.length === 1
      ? []
      : functions.map((_, cpu) => {
          const name = `${prefixOf(index)}cpu${cpu}`;
          return `static int ${name}_result; static void *${name}_thread(void *at) { ${name}_result = ${name}(); return 0; }`;
        }),
  );
  const calls = programs.map(({ functions }, index) => {
    const names = functions.map((_, cpu) => `${prefixOf(index)}cpu${cpu}`);
    if (names.length === 1) return `printf("%llu\\n", ${names[0]}());`;
    const begins = names.map((name, cpu) => `pthread_create(&t[${cpu}], 0, ${name}_thread, 0);`);
    const ends = names.map((_, cpu) => `pthread_join(t[${cpu}], 0);`);
    return `{ pthread_t t[3]; ${begins.join(" ")} ${ends.join(" ")} printf("%d\\n", ${names[0]}_result); }`;
  });
  const main = `int main(void)\n{\n\t${calls.join("\n\t")}\n\treturn 0;\n}\n`;
  return nativeLines([HEAP_NATIVELY, TYPES, ...bodies, ...wrappers, main].join("\n"), level);
}

/** What one program comes to here. */
function here(compiled: Awaited<ReturnType<typeof compiledC>>, { functions }: NativeProgram, index: number): string {
  const prefix = prefixOf(index);
  const program = withGlobals(compiled, (name) => name.startsWith(prefix));
  const table = new CellTable(program.numbersCpus);
  try {
    if (functions.length === 1)
      return untilKnown(() => new CHost(program, table).textOfCall(`${prefix}cpu0`, isStrange).replace(/^i/, ""));
    const names = functions.map((_, cpu) => `${prefix}cpu${cpu}`);
    const found = exploredC({ program, table, functions: names }, { ...SEARCH, memory: "tso" });
    const results = [...found.finals].map((text) => /cpu0:(-?\d+)/.exec(text)?.[1]);
    const strange = [...found.told]
      .filter(isStrange)
      .map((each) => `, event ${each}`)
      .join("");
    return `${[...new Set(results)].join(" or ")}${found.endless ? ", or no end" : ""}${strange}`;
  } catch (error) {
    if (error instanceof CError) return `refused: ${error.message}`;
    throw error;
  }
}

/** Events of memory that is allocated and used, and of calls that may sleep. */
const USUAL = [KernelEvent.Allocate, KernelEvent.MaySleep, KernelEvent.MemoryReached, KernelEvent.GivenUp].map(
  (code) => `${KernelEvent[code]} `,
);

/** Whether an event says that something is wrong. */
function isStrange(event: string): boolean {
  return !USUAL.some((usual) => event.startsWith(usual));
}

const SEARCH = { order: "depth", protectedSteps: true, shortCalls: true, symmetry: true, macroSteps: true } as const;

/** A program that comes to one thing here and to another natively. */
export interface NativeDifference {
  readonly index: number;
  readonly text: string;
}

/** How hard each compiler optimises. */
export interface Levels {
  readonly here: number;
  readonly native: number;
}

/** Programs that differ. Those in one file are compiled together. */
export async function nativeDifferences(
  programs: readonly NativeProgram[],
  levels: Levels,
): Promise<NativeDifference[]> {
  const expected = natively(programs, levels.native);
  const bodies = programs.map((program, index) => textOf(program, prefixOf(index)));
  const compiled = await compiledC(`${HEADERS}${TYPES}${bodies.join("\n")}\n`, levels.here);
  return programs.flatMap((program, index) => {
    const found = here(compiled, program, index);
    if (found === expected[index]) return [];
    return [{ index, text: `${readableNative(program)}\nexpected ${expected[index]}\nfound    ${found}` }];
  });
}

function readableNative(program: NativeProgram): string {
  return textOf(program, "")
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
}
