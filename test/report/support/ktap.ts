/**
 * A strict reader of KTAP version 1, written from Documentation/dev-tools/ktap.rst of the kernel and the expressions of its
 * parser: version lines, plans, result lines, diagnostic lines, subtests two blanks further in. Other lines are refused.
 */

export interface KtapTest {
  readonly name: string;
  readonly ok: boolean;
  readonly directive?: string;
  /** Behind the directive, or behind the number sign where there is none. */
  readonly data: string;
  /** Lines right above the result. */
  readonly diagnostics: readonly string[];
  readonly subtests: readonly KtapTest[];
}

const DIRECTIVES: ReadonlySet<string> = new Set(["SKIP", "TODO", "XFAIL", "TIMEOUT", "ERROR"]);
const RESULT = /^(ok|not ok) (\d+)(?: (?:- )?([^#]*?))?(?: # ?(.*))?$/;

/** The tests of a document. @throws Error for what is no KTAP */
export function parseKtap(text: string): KtapTest[] {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const lines = text.slice(0, -1).split("\n");
  const { tests, next } = level(lines, 0, "");
  if (next < lines.length) throw new Error(`line ${next + 1} is of no test: ${lines[next]}`);
  return tests;
}

function level(lines: readonly string[], from: number, indent: string): { tests: KtapTest[]; next: number } {
  let at = from;
  const line = (): string | undefined => {
    const whole = lines[at];
    return whole?.startsWith(indent) === true ? whole.slice(indent.length) : undefined;
  };
  if (line() !== "KTAP version 1") throw new Error(`line ${at + 1} is no version line`);
  at++;
  const plan = /^1\.\.(\d+)$/.exec(line() ?? "");
  if (plan === null) throw new Error(`line ${at + 1} is no plan`);
  at++;
  const tests: KtapTest[] = [];
  while (tests.length < Number(plan[1])) {
    const inner = `${indent}  `;
    let subtests: KtapTest[] = [];
    if (lines[at]?.startsWith(`${inner}KTAP`)) ({ tests: subtests, next: at } = level(lines, at, inner));
    const diagnostics: string[] = [];
    for (let each = line(); each?.startsWith("#"); each = line()) {
      if (each !== "#" && !each.startsWith("# ")) throw new Error(`line ${at + 1} is no diagnostic line: ${each}`);
      diagnostics.push(each.slice(2));
      at++;
    }
    tests.push({ ...resultOf(line() ?? "", at, tests.length + 1), diagnostics, subtests });
    at++;
  }
  return { tests, next: at };
}

function resultOf(line: string, at: number, number: number): Omit<KtapTest, "diagnostics" | "subtests"> {
  const result = RESULT.exec(line);
  if (result === null) throw new Error(`line ${at + 1} is no result: ${line}`);
  const [, status, given, name = "", behind = ""] = result;
  if (Number(given) !== number) throw new Error(`line ${at + 1} is test ${given}, after ${number - 1}`);
  const [, word = "", rest = ""] = /^(\S*) ?(.*)$/.exec(behind) ?? [];
  const isDirective = DIRECTIVES.has(word);
  return {
    name,
    ok: status === "ok",
    data: isDirective ? rest : behind,
    ...(isDirective ? { directive: word } : {}),
  };
}
