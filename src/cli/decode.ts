/** `dpamt decode`: says what a SEAMCALL status, a leaf, or a log with such means. */
import { existsSync } from "node:fs";
import { Command } from "commander";
import { decodeLog, decodeWords } from "../decode/index.js";
import { oneLine } from "../text/index.js";
import { decodedJson } from "./decode-json.js";
import { type DecodedInput, decodedText } from "./decode-text.js";
import { Exit, InputError } from "./failure.js";
import { readText } from "./files.js";
import { STDIN, standardInput } from "./standard-input.js";
import { print, terminal } from "./terminal.js";

interface DecodeFlags {
  readonly json?: boolean;
}

/** Bytes of standard input that are read at most. */
const BYTES_MAX = 2 ** 28;
/** Characters of what the user typed that a message repeats. */
const QUOTED_MAX = 60;

export function decodeCommand(done: (exit: Exit) => void): Command {
  return new Command("decode")
    .description("say what a SEAMCALL status, a leaf, or a log with such means, and which interleavings give it")
    .argument("<what...>", 'status, leaf, a leaf and a status, line of dmesg, file of them, or "-" for standard input')
    .option("--json", "print one JSON object (see schemas/)")
    .addHelpText(
      "after",
      `
Examples:
  dpamt decode 0x8000020000000001                    a status
  dpamt decode PAMT.REMOVE 0x8000020000000001        the same, of this leaf
  dpamt decode TDX_HPA_RANGE_NOT_FREE                a code by its name
  dpamt decode 0x3b                                  a leaf: what the model has seen it answer
  dpamt decode 'SEAMCALL (0x000000000000001c) failed: 0xc000030000000001'
  dmesg | dpamt decode -                             a whole log
  dpamt decode dmesg.txt --json

Exit code: 0 decoded, 2 nothing to decode.`,
    )
    .action(async (what: readonly string[], flags: DecodeFlags) => {
      const decoded = await decodedOf(what);
      await print(flags.json === true ? decodedJson(decoded.result) : decodedText(decoded, terminal()));
      done(Exit.Ok);
    });
}

/** @throws InputError when there is nothing to decode */
async function decodedOf(what: readonly string[]): Promise<DecodedInput> {
  const typed = what.join(" ");
  const [only = ""] = what;
  if (what.length === 1 && only === STDIN) return logIn(await standardLog(), "standard input");
  if (typed.trim() === "") throw new InputError("name a status, a leaf, a line of dmesg or a file");
  const finding = decodeWords(typed);
  if (finding !== null) return { result: { findings: [finding], left: 0, lines: 1 }, isLog: false };
  if (what.length === 1 && existsSync(only)) return logIn(readText(only), only);
  const result = decodeLog(typed);
  if (result.findings.length === 0) throw new InputError(nothingIn(typed));
  return { result, isLog: false };
}

function logIn(text: string, name: string): DecodedInput {
  const result = decodeLog(text);
  if (result.findings.length > 0) return { result, isLog: true };
  throw new InputError(
    `no SEAMCALL status found in ${oneLine(name)}; give lines of dmesg such as "SEAMCALL (0x3b) failed: 0x…"`,
  );
}

function nothingIn(typed: string): string {
  const shown = oneLine(typed.slice(0, QUOTED_MAX));
  const quoted = `"${shown}${typed.length > QUOTED_MAX ? "…" : ""}"`;
  if (/^\S+$/.test(typed)) {
    return `${quoted} is no status, leaf or file; give 64 hexadecimal bits, a name such as TDX_OPERAND_BUSY or PAMT.ADD, or a file`;
  }
  return `no SEAMCALL status found in ${quoted}; give a line of dmesg such as "SEAMCALL (0x3b) failed: 0x…"`;
}

async function standardLog(): Promise<string> {
  if (process.stdin.isTTY) {
    throw new InputError("- is standard input: send it a log, as in: dmesg | dpamt decode -");
  }
  const tooLong = () =>
    new InputError(
      `standard input is longer than ${BYTES_MAX / 2 ** 20} MB; give the lines that hold "SEAMCALL" or "tdx"`,
    );
  return (await standardInput(BYTES_MAX, tooLong)).toString("utf8");
}
