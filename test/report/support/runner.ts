/** Commands as the runner of GitHub Actions reads them: written from what it does, in both of the forms that it knows. */

export interface RunnerCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const NAMES: ReadonlySet<string> = new Set([
  "error",
  "warning",
  "notice",
  "debug",
  "group",
  "endgroup",
  "add-mask",
  "add-matcher",
  "remove-matcher",
  "set-output",
  "save-state",
  "set-env",
  "add-path",
  "echo",
  "stop-commands",
]);

/** The command in a line of output, if there is one. */
export function commandIn(line: string): RunnerCommand | undefined {
  return doubleColon(line.trimStart()) ?? bracketed(line);
}

function doubleColon(line: string): RunnerCommand | undefined {
  const end = line.startsWith("::") ? line.indexOf("::", 2) : -1;
  if (end < 0) return undefined;
  return command(line.slice(2, end), ",", line.slice(end + 2), { "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": "," });
}

function bracketed(line: string): RunnerCommand | undefined {
  const start = line.indexOf("##[");
  const end = line.indexOf("]", start);
  if (start < 0 || end < 0) return undefined;
  return command(line.slice(start + 3, end), ";", line.slice(end + 1), {
    "%0D": "\r",
    "%0A": "\n",
    "%5D": "]",
    "%3B": ";",
  });
}

function command(
  info: string,
  between: string,
  data: string,
  escapes: Record<string, string>,
): RunnerCommand | undefined {
  const [name = "", ...rest] = info.split(" ");
  if (!NAMES.has(name)) return undefined;
  const back = (text: string, ofProperty: boolean): string => {
    const pairs = Object.entries(escapes).filter(([code]) => ofProperty || code === "%0D" || code === "%0A");
    // What stands for the percent sign is the last to be read back.
    return [...pairs, ["%25", "%"] as const].reduce((read, [code, sign]) => read.replaceAll(code, sign), text);
  };
  const properties = rest
    .join(" ")
    .trim()
    .split(between)
    .flatMap((each): [string, string][] => {
      const at = each.indexOf("=");
      return at <= 0 || at === each.length - 1 ? [] : [[each.slice(0, at), back(each.slice(at + 1), true)]];
    });
  return { name, properties: Object.fromEntries(properties), data: back(data, false) };
}
