/**
 * `npm run bench`: this project's engine beside other people's checkers, in one run on one machine.
 *
 * With `page`, the checker in a browser beside the checker in Node instead; with `shortcuts`, a search that takes
 * shortcuts beside one step by step.
 *
 * With `child` and a name, does one piece of work in this process and prints its figures; the benchmark
 * starts itself like that, because a command is timed from its start.
 */
import { parseArgs } from "node:util";

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "child") {
    const { work } = await import("./child.js");
    process.stdout.write(`${JSON.stringify(await work(args.slice(1)))}\n`);
    return 0;
  }
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, repetitions: { type: "string", default: "5" } },
  });
  const repetitions = Number(values.repetitions);
  if (!Number.isInteger(repetitions) || repetitions < 1)
    throw new RangeError("--repetitions takes a whole number above 0");
  if (positionals[0] === "page") {
    const { pageRates, pageText } = await import("./page.js");
    const rates = await pageRates(repetitions);
    process.stdout.write(values.json ? `${JSON.stringify(rates, null, 2)}\n` : pageText(rates));
    return rates.met ? 0 : 1;
  }
  if (positionals[0] === "shortcuts") {
    const { shortcutRates, shortcutText } = await import("./shortcuts.js");
    const rates = shortcutRates(repetitions);
    process.stdout.write(values.json ? `${JSON.stringify(rates, null, 2)}\n` : shortcutText(rates));
    return rates.met ? 0 : 1;
  }
  if (positionals.length > 0) throw new RangeError("give page, shortcuts, or nothing");
  const { measure } = await import("./measure.js");
  const { asText, report } = await import("./report.js");
  const result = report(measure(repetitions));
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : asText(result));
  return result.lines.some(({ verdict }) => verdict === "MISSED") ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
