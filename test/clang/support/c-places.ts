/**
 * Random C that sets some of its variables and uses them, with the variables on the stack, and in allocated memory. The
 * interpreter keeps these in different ways, and must come to the same: the same value, bit by bit set or not, or the same
 * misuse. The compiler must not optimise: of what was never set it may make whatever it likes.
 */
import fc from "fast-check";
import { CellTable } from "../../../src/clang/interpret/memory.js";
import { CError } from "../../../src/clang/ir/errors.js";
import { untilKnown } from "./c-explored.js";
import { CHost, compiledC, withGlobals } from "./c-host.js";
import { aTarget, LOCALS, sequentialCode, TYPES } from "./sequential-c.js";

const HEADERS = [
  ...[
    "atomic",
    "bitfield",
    "bitops",
    "compiler",
    "container_of",
    "kernel",
    "log2",
    "math",
    "minmax",
    "overflow",
    "slab",
  ],
  ...["sort", "stddef", "string"],
]
  .map((name) => `#include <linux/${name}.h>\n`)
  .join("");

/** Members of the structure that has the variables: as `VARIABLES`, but none has a value. */
const MEMBERS = [
  "s8 ga; u8 gb; s16 gc; u16 gd; s32 ge; u32 gf; s64 gg; u64 gh; bool gi; char gj;",
  "struct mixed gm[2]; struct fields gn; union view gv; u16 gr[4]; s32 gq[2][3]; struct small gs;",
  "struct link gl[2]; struct link *gp;",
].join(" ");
const NAMES = [
  "ga",
  "gb",
  "gc",
  "gd",
  "ge",
  "gf",
  "gg",
  "gh",
  "gi",
  "gj",
  "gm",
  "gn",
  "gv",
  "gr",
  "gq",
  "gs",
  "gl",
  "gp",
];

/** What sets some of them. */
const SETTERS = [
  ...[
    "ga = 1;",
    "gb = 200;",
    "gc = -300;",
    "gd = 7;",
    "ge = -5;",
    "gf = 1u << 31;",
    "gg = -1;",
    "gh = 1ull << 63 | 5;",
  ],
  ...[
    "gi = 1;",
    "gj = 'x';",
    "gm[0] = (struct mixed){ 1, -2, 3, -4, { 5, 6, 7 } };",
    "memset(&gm[1], 0, sizeof(gm[1]));",
  ],
  ...["gn = (struct fields){ .x = 3 };", "gn.y = 2;", "gn.t = -9;", "gv.whole = 0x0102030405060708;", "gv.h[1] = 5;"],
  ...[
    "gr[0] = 9; gr[2] = 1;",
    "memset(gr, 1, 6);",
    "gq[1][2] = 5;",
    "memset(gq, 0, sizeof(gq));",
    "gs.a = 3;",
    "gs.b = -3;",
  ],
];

export interface PlacedProgram {
  readonly statements: readonly string[];
  readonly result: string;
}

export const placed: fc.Arbitrary<PlacedProgram> = fc
  .tuple(fc.subarray(SETTERS), sequentialCode(4, 1), aTarget)
  .map(([setters, statements, result]) => ({ statements: [...setters, ...statements], result }));

const PLACES = {
  stack: "struct all here; struct all *v = &here;",
  allocated: "struct all *v = kmalloc(sizeof(*v), GFP_KERNEL);",
} as const;
type Place = keyof typeof PLACES;

function functionOf({ statements, result }: PlacedProgram, place: Place, name: string): string {
  const body = [LOCALS, PLACES[place], ...statements, `return ${result};`].join("\n\t");
  return `u64 ${name}(void)\n{\n\t${body}\n}`;
}

function come(compiled: Awaited<ReturnType<typeof compiledC>>, name: string): string {
  const program = withGlobals(compiled, (each) => each.startsWith(`${name}.`));
  const table = new CellTable(program.numbersCpus);
  try {
    return untilKnown(() => new CHost(program, table, { boots: true }).textOfCall(name));
  } catch (error) {
    // The place in the source differs, and so do names of memory.
    if (error instanceof CError)
      return `refused: ${error.message.replace(/^\S+ /, "").replaceAll(/\S*\+\d+/g, "address")}`;
    throw error;
  }
}

export interface PlaceDifference {
  readonly index: number;
  readonly text: string;
}

/** Programs that come to one thing on the stack and to another in allocated memory; and how many misuse something. */
export async function placeDifferences(programs: readonly PlacedProgram[]) {
  const names = (index: number): Record<Place, string> => ({ stack: `p${index}_s`, allocated: `p${index}_a` });
  const functions = programs.flatMap((program, index) =>
    (["stack", "allocated"] as const).map((place) => functionOf(program, place, names(index)[place])),
  );
  const renamed = NAMES.map((name) => `#define ${name} v->${name}`);
  const text = [HEADERS, TYPES, `struct all { ${MEMBERS} };`, ...renamed, ...functions, ""].join("\n");
  const compiled = await compiledC(text);
  let misusing = 0;
  const differences = programs.flatMap((program, index): PlaceDifference[] => {
    const stack = come(compiled, names(index).stack);
    const allocated = come(compiled, names(index).allocated);
    if (stack.includes("MemoryMisused")) misusing++;
    if (stack === allocated) return [];
    return [{ index, text: `${functionOf(program, "stack", "f")}\nstack     ${stack}\nallocated ${allocated}` }];
  });
  return { differences, misusing };
}
