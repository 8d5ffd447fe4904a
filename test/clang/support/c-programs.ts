/** Random programs in C: one function for each CPU, put together from idioms. */
import fc from "fast-check";
import { CellTable } from "../../../src/clang/interpret/memory.js";
import type { CProgram } from "../../../src/clang/interpret/program.js";
import type { CPrograms } from "./c-explored.js";
import { compiledC, withGlobals } from "./c-host.js";
import { type Idiom, idioms, SHARED_INTS } from "./idioms.js";

/** A program as text, one piece for each CPU. */
export interface CText {
  readonly shared: Readonly<Record<string, string>>;
  readonly cpus: readonly string[];
}

interface Piece {
  readonly text: string;
  readonly shared: Readonly<Record<string, string>>;
}

const HEADERS = [
  "atomic",
  "bitops",
  "gfp",
  "list",
  "llist",
  "mm",
  "mutex",
  "percpu",
  "rcupdate",
  "refcount",
  "rwlock",
  "slab",
  "spinlock",
  "string",
]
  .map((name) => `#include <linux/${name}.h>\n`)
  .join("");
/** Takes a value up into what a function returns. */
const SEE = "#define SEE(value) (seen = seen * 31 + (int)(value) + 1)";
/** Weight of an idiom that has none. */
const WEIGHT = 10;
const HOLES = /\$[vikbs]/g;
const INTS = Object.keys(SHARED_INTS);

const NUMBERS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  $v: fc.nat({ max: 2 }).map(String),
  $i: fc.nat({ max: 1 }).map(String),
  $k: fc.integer({ min: 1, max: 2 }).map(String),
  $s: fc.nat({ max: INTS.length - 1 }).map((index) => INTS[index] as string),
};

function filled(statement: string, shared: Piece["shared"], body: fc.Arbitrary<Piece>): fc.Arbitrary<Piece> {
  const holes = statement.match(HOLES) ?? [];
  const arbitraries = holes.map((hole): fc.Arbitrary<Piece> => {
    if (hole === "$b") return body;
    return (NUMBERS[hole] as fc.Arbitrary<string>).map((text) => ({
      text,
      shared: hole === "$s" ? SHARED_INTS : {},
    }));
  });
  return fc.tuple(...arbitraries).map((pieces) => ({
    text: statement.split(HOLES).reduce((text, rest, index) => `${text}${pieces[index - 1]?.text}${rest}`),
    shared: Object.assign({}, shared, ...pieces.map((piece) => piece.shared)),
  }));
}

function joined(pieces: readonly Piece[]): Piece {
  return {
    text: pieces.map(({ text }) => text).join(" "),
    shared: Object.assign({}, ...pieces.map(({ shared }) => shared)),
  };
}

/** Statements of some idioms. @param depth how deep they may be nested */
function statements(names: readonly (keyof typeof idioms)[], depth: number): fc.Arbitrary<Piece> {
  const body = depth === 0 ? fc.constant(joined([])) : statementsOf(names, depth - 1, 2);
  const weighted = names.flatMap((name) => {
    const { statements: all, shared = {}, weight = 1 }: Idiom = idioms[name];
    const usable = all.filter((each) => depth > 0 || !each.includes("$b"));
    if (usable.length === 0) return [];
    // What is left of an idiom is not used more often than it was.
    const share = Math.ceil((WEIGHT * weight * usable.length) / all.length);
    return [{ weight: share, arbitrary: fc.oneof(...usable.map((each) => filled(each, shared, body))) }];
  });
  return fc.oneof(...weighted);
}

function statementsOf(names: readonly (keyof typeof idioms)[], depth: number, most: number): fc.Arbitrary<Piece> {
  return fc.array(statements(names, depth), { minLength: 1, maxLength: most }).map(joined);
}

/** Programs of a kind: two or three CPUs, of which some may run the same. */
export function programsInC(names: readonly (keyof typeof idioms)[]): fc.Arbitrary<CText> {
  const long = statementsOf(names, 1, 3);
  const short = statementsOf(names, 1, 2);
  return fc
    .oneof(
      { weight: 4, arbitrary: fc.tuple(long, long) },
      { weight: 2, arbitrary: long.map((both) => [both, both]) },
      { weight: 1, arbitrary: fc.tuple(short, short, short) },
      { weight: 1, arbitrary: fc.tuple(short, short).map(([twice, once]) => [twice, once, twice]) },
    )
    .map((pieces) => ({ shared: joined(pieces).shared, cpus: pieces.map(({ text }) => text) }));
}

/** One program as the text of a file, without its headers. @param prefix of the names that it declares */
function textOf({ shared, cpus }: CText, prefix: string): string {
  const names = Object.keys(shared);
  const functions = [...new Set(cpus)].map(
    (text) => `int ${functionOf(cpus, text, prefix)}(void)\n{\n\tint seen = 0;\n\n\t${text}\n\treturn seen;\n}`,
  );
  return [
    ...names.map((name) => `#define ${name} ${prefix}${name}`),
    ...Object.values(shared),
    ...functions,
    ...names.map((name) => `#undef ${name}`),
  ].join("\n");
}

function functionOf(cpus: readonly string[], text: string, prefix: string): string {
  return `${prefix}cpu${cpus.indexOf(text)}`;
}

const prefixOf = (index: number): string => `p${index}_`;

/**
 * Compiles programs, all in one file.
 *
 * @param first number of the first: those with odd numbers have their pages where they fit first
 */
export async function compiledPrograms(texts: readonly CText[], optimise = 0, first = 0): Promise<CPrograms[]> {
  const all = texts.map((text, index) => textOf(text, prefixOf(index)));
  const compiled: CProgram = await compiledC(`${HEADERS}${SEE}\n${all.join("\n")}\n`, optimise);
  return texts.map(({ cpus, shared }, index) => {
    const prefix = prefixOf(index);
    return {
      program: withGlobals(compiled, (name) => name.startsWith(prefix)),
      table: new CellTable(compiled.numbersCpus),
      functions: cpus.map((text) => functionOf(cpus, text, prefix)),
      boot: Object.keys(shared).flatMap((name) => (name.startsWith("boot_") ? [`${prefix}${name}`] : [])),
      placement: (first + index) % 2 === 0 ? "adversarial" : "first-fit",
    };
  });
}

/** A program as C that a person can read. */
export function readableC(text: CText): string {
  return textOf(text, "")
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
}
