/**
 * Conditions of `#if`, decided by a small rule. The caller says which options of the kernel's configuration are on.
 * Other names are what the file has defined before, and unknown ones count as 0, as in C.
 */
import { Kind, type Tokens, tokenize } from "./tokens.js";

/** What conditions are decided on. */
export interface Conditions {
  /** Options that are on, `CONFIG_INTEL_TDX_HOST` for one. */
  readonly config: ReadonlySet<string>;
  /** Is this a macro of the shim headers? */
  shimDefines(name: string): boolean;
  /** Macros that the files have defined so far, with their text. */
  readonly macros: Map<string, string>;
}

const FIXED = new Map([
  ["BITS_PER_LONG", 64n],
  ["__BITS_PER_LONG", 64n],
  ["PAGE_SHIFT", 12n],
  ["__x86_64__", 1n],
  ["__KERNEL__", 1n],
  ["__clang__", 1n],
]);
const OPTION_TESTS = new Set(["IS_ENABLED", "IS_BUILTIN", "IS_REACHABLE"]);
const EXPANSIONS_MAX = 200;
const DEPTH_MAX = 64;

/** Is `name` a macro here? */
export function isDefined(name: string, conditions: Conditions): boolean {
  if (name.startsWith("CONFIG_")) return conditions.config.has(name);
  // Parts of the shim that are there for files that lack them: a slice takes them by name.
  if (name.startsWith("DPAMT_NEEDS_")) return true;
  if (name.startsWith("DPAMT_HAS_")) return false;
  return conditions.macros.has(name) || FIXED.has(name) || (name !== "MODULE" && conditions.shimDefines(name));
}

/** Is the condition `text` of an `#if` true? Text that is no condition is false. */
export function holds(text: string, conditions: Conditions): boolean {
  return new Evaluation(tokenize(text), conditions, { left: EXPANSIONS_MAX }, 0).value(0) !== 0n;
}

const RANKS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

/** One expression, by descent; nesting beyond DEPTH_MAX counts as 0. */
class Evaluation {
  private at = 0;

  constructor(
    private readonly tokens: Tokens,
    private readonly conditions: Conditions,
    /** Shared by an expression and the macros in it: bounds the work. */
    private readonly expansions: { left: number },
    private readonly level: number,
  ) {}

  value(depth: number): bigint {
    if (depth > DEPTH_MAX) {
      this.at = this.tokens.length;
      return 0n;
    }
    const condition = this.binary(0, depth);
    if (!this.take("?")) return condition;
    const yes = this.value(depth + 1);
    this.take(":");
    const no = this.value(depth + 1);
    return condition !== 0n ? yes : no;
  }

  private take(text: string): boolean {
    if (this.tokens.text(this.at) !== text) return false;
    this.at++;
    return true;
  }

  private binary(rank: number, depth: number): bigint {
    const operators = RANKS[rank];
    if (operators === undefined) return this.unary(depth);
    let left = this.binary(rank + 1, depth);
    for (;;) {
      const operator = this.tokens.text(this.at);
      if (!operators.includes(operator)) return left;
      this.at++;
      left = apply(operator, left, this.binary(rank + 1, depth));
    }
  }

  private unary(depth: number): bigint {
    let negations = "";
    while (["!", "-", "+", "~"].includes(this.tokens.text(this.at))) negations += this.tokens.text(this.at++);
    let value = this.primary(depth);
    for (const sign of [...negations].reverse()) {
      if (sign === "!") value = value === 0n ? 1n : 0n;
      else if (sign === "-") value = -value;
      else if (sign === "~") value = ~value;
    }
    return value;
  }

  private primary(depth: number): bigint {
    if (this.take("(")) {
      const value = this.value(depth + 1);
      this.take(")");
      return value;
    }
    const word = this.tokens.text(this.at);
    const kind = this.tokens.kinds[this.at++];
    if (kind === Kind.Number) return number(word);
    if (kind !== Kind.Word) return 0n;
    if (word === "defined") return this.argument((name) => isDefined(name, this.conditions));
    if (OPTION_TESTS.has(word)) return this.argument((name) => this.conditions.config.has(name));
    if (this.tokens.text(this.at) === "(") {
      this.at = this.tokens.afterGroup(this.at);
      return 0n;
    }
    return this.name(word);
  }

  private argument(test: (name: string) => boolean): bigint {
    const bracket = this.take("(");
    const name = this.tokens.text(this.at++);
    if (bracket) this.take(")");
    return test(name) ? 1n : 0n;
  }

  private name(word: string): bigint {
    if (word.startsWith("CONFIG_")) return this.conditions.config.has(word) ? 1n : 0n;
    const fixed = FIXED.get(word);
    if (fixed !== undefined) return fixed;
    const text = this.conditions.macros.get(word);
    if (text === undefined || text.length > 1000 || this.level > 16 || this.expansions.left-- <= 0) return 0n;
    return new Evaluation(tokenize(text), this.conditions, this.expansions, this.level + 1).value(0);
  }
}

function apply(operator: string, left: bigint, right: bigint): bigint {
  const truth = (value: boolean) => (value ? 1n : 0n);
  switch (operator) {
    case "||":
      return truth(left !== 0n || right !== 0n);
    case "&&":
      return truth(left !== 0n && right !== 0n);
    case "==":
      return truth(left === right);
    case "!=":
      return truth(left !== right);
    case "<":
      return truth(left < right);
    case ">":
      return truth(left > right);
    case "<=":
      return truth(left <= right);
    case ">=":
      return truth(left >= right);
    default:
      return BigInt.asIntN(64, arithmetic(operator, left, right));
  }
}

function arithmetic(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    case "&":
      return left & right;
    case "<<":
      return right >= 0n && right < 64n ? left << right : 0n;
    case ">>":
      return right >= 0n && right < 64n ? left >> right : 0n;
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0n ? 0n : left / right;
    default:
      return right === 0n ? 0n : left % right;
  }
}

function number(text: string): bigint {
  const digits = text.replace(/[uUlL]+$/, "");
  if (digits.length > 24) return 0n;
  try {
    return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  } catch {
    return 0n;
  }
}
