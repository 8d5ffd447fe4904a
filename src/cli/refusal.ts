/** What is said of a command line that cannot be read: one line with what was meant, and whose help to ask. */
import type { Command, CommanderError } from "commander";
import { meantName, oneLine } from "../text/index.js";

/** Files that somebody may name without a verb. */
const FILE_OF_C = /(?:\.(?:[ch]|patch|diff|mbox|eml)(?:\.gz)?|^-)$/i;

/**
 * The line for a command line that commander refuses.
 *
 * @param args what stands behind `dpamt`
 */
export function refusalOf(error: CommanderError, program: Command, args: readonly string[]): string {
  const verb = program.commands.find((each) => args.includes(each.name()));
  const isOfVerb = verb !== undefined && args[0] === verb.name();
  const message = error.code === "commander.help" ? `unknown command '${args[1] ?? ""}'` : error.message;
  const plain = message.replace(/^error: |\.$/g, "").replace(/ is invalid\. (\w)/, " is invalid: $1");
  const hint = hintFor(plain, isOfVerb ? verb : program, verb);
  return oneLine(`${plain}${hint} (see dpamt ${isOfVerb ? `${verb.name()} ` : ""}--help)`);
}

function hintFor(message: string, command: Command, verb: Command | undefined): string {
  const [, option] = /^unknown option '([^'=]*)/.exec(message) ?? [];
  if (option !== undefined) return hintForOption(option, command, verb);
  const [, name] = /^unknown command '(.*)'$/.exec(message) ?? [];
  if (name !== undefined) {
    if (FILE_OF_C.test(name)) return `; to check a file type: dpamt check ${name}`;
    const verbs = command.commands.map((each) => each.name());
    return meant(name, verbs, `; there are ${verbs.join(", ")}`);
  }
  const [, given, choices] = /argument '(.*)' is invalid: Allowed choices are (.*)$/.exec(message) ?? [];
  return given === undefined || choices === undefined ? "" : meant(given, choices.split(", "), "");
}

function hintForOption(option: string, command: Command, verb: Command | undefined): string {
  const isOfVerb = verb !== command && flagsOf(verb).includes(option);
  if (isOfVerb) return `; it belongs behind the verb: dpamt ${verb?.name()} ${option}`;
  return meant(option, [...flagsOf(command), "--help"], "");
}

function flagsOf(command: Command | undefined): string[] {
  return (command?.options ?? []).flatMap(({ long }) => (typeof long === "string" ? [long] : []));
}

function meant(name: string, known: readonly string[], otherwise: string): string {
  const found = meantName(name, known);
  return found === undefined ? otherwise : `; did you mean ${found}?`;
}
