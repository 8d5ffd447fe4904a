/** What a result knows of the lines of C, file by file, as the editor marks them. */
import { failuresOf, type SavedResult } from "../../src/report/result.js";
import type { LineMarks } from "../editor/contract.js";

/** Marks by the names of files. @param looked number of the failure that is looked at, from 0 */
export function marksOf(
  { coverage = [], ...result }: Pick<SavedResult, "coverage" | "counterexample" | "counterexamples">,
  looked = 0,
): ReadonlyMap<string, LineMarks> {
  const failures = failuresOf(result);
  const failure = failures[looked] ?? failures[0];
  const files = new Map<string, { reached: Map<number, boolean>; path: Map<number, number[]>; broke: Set<number> }>();
  const of = (file: string) => {
    const known = files.get(file) ?? { reached: new Map(), path: new Map(), broke: new Set() };
    files.set(file, known);
    return known;
  };
  for (const { file, line, reached } of coverage) {
    const lines = of(file).reached;
    // One line may stand in several functions, by way of a macro.
    lines.set(line, reached || lines.get(line) === true);
  }
  for (const { source, cpu } of failure?.steps ?? []) {
    if (source === undefined) continue;
    const { path } = of(source.file);
    const cpus = path.get(source.line) ?? [];
    if (!cpus.includes(cpu)) path.set(source.line, [...cpus, cpu].sort());
  }
  for (const { file, line } of failure?.sources ?? []) of(file).broke.add(line);
  return files;
}
