/** `dpamt serve`: the page that runs the checker in a browser, served to this machine or written to a folder. */
import { constants, copyFileSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { oneLine } from "../text/index.js";
import { Exit, InputError } from "./failure.js";
import { reasonOf } from "./files.js";
import { wholeNumberIn } from "./flags.js";
import { exportedFiles, type PageFile, pageFileLength, pageFiles } from "./page-files.js";
import { servePage } from "./page-server.js";
import { print } from "./terminal.js";

interface ServeFlags {
  readonly port: number;
  readonly export?: string;
  readonly withCompiler?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

const PORT = 7313;
/** Flags that say how to export. */
const ONLY_EXPORT = ["withCompiler", "force"] as const;

export function serveCommand(done: (exit: Exit) => void): Command {
  return new Command("serve")
    .description("serve a page that checks in the browser, to this machine alone; or write it to a folder")
    .addOption(
      new Option("--port <n>", "port at 127.0.0.1; 0 takes a free one")
        .argParser(wholeNumberIn([0, 65_535]))
        .default(PORT),
    )
    .option("--export <folder>", "write the page to a folder that needs no server, and end")
    .option("--with-compiler", "export the compiler of kernel C too: 107 MB; the page then needs a web server")
    .option("--force", "export into a folder that has files; those of the page are replaced")
    .option("--json", "print one JSON object (see schemas/)")
    .addHelpText(
      "after",
      `
Examples:
  dpamt serve                                    then open http://127.0.0.1:${PORT}/
  dpamt serve --port 0                           at a free port; the first line says which
  dpamt serve --export page                      then open page/index.html, or put the folder on any web server
  dpamt serve --export page --with-compiler      kernel C can be pasted there, too

Checks run in the browser, and nothing is sent anywhere. Ctrl-C ends the server.

Exit code: 0 ended, or written; 2 bad input.`,
    )
    .action(async (flags: ServeFlags, self: Command) => {
      if (flags.export === undefined) {
        const alone = ONLY_EXPORT.find((name) => flags[name] === true);
        if (alone !== undefined) {
          throw new InputError(
            `--${alone === "force" ? alone : "with-compiler"} is about --export: name the folder, too`,
          );
        }
        await serve(flags);
      } else {
        if (self.getOptionValueSource("port") === "cli") {
          throw new InputError("--port and --export exclude each other: give one of them");
        }
        await exportTo(flags.export, flags);
      }
      done(Exit.Ok);
    });
}

async function serve({ port, json }: ServeFlags): Promise<void> {
  const server = await servePage(pageFiles(true), port, true);
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  const { url } = server;
  await print(json === true ? `${JSON.stringify({ schema: "dpamt-serve-1", url })}\n` : `${url}\n`);
  await interrupted;
  await server.close();
}

async function exportTo(folder: string, { withCompiler = false, force = false, json }: ServeFlags): Promise<void> {
  if (folder === "") throw new InputError("--export: give the name of a folder");
  const files = exportedFiles(withCompiler);
  prepare(folder, force);
  for (const [path, file] of files) write(folder, path, file);
  const list = [...files].map(([path, file]) => ({ path, bytes: pageFileLength(file) }));
  if (json === true) await print(`${JSON.stringify({ schema: "dpamt-serve-1", folder, files: list })}\n`);
  else await print(`${oneLine(join(folder, "index.html"))}\n${list.length} files, ${megabytes(list)} MB\n`);
}

function megabytes(list: readonly { readonly bytes: number }[]): string {
  return (list.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1);
}

/** @throws InputError for a folder that cannot be written, or has files */
function prepare(folder: string, force: boolean): void {
  let inside: string[];
  try {
    mkdirSync(folder, { recursive: true });
    inside = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new InputError(`cannot write ${folder}: it is a file; name a folder`);
    }
    throw new InputError(`cannot write ${folder}: ${reasonOf(error)}`);
  }
  if (inside.length > 0 && !force) {
    throw new InputError(`${folder} has files; name a new folder, or add --force to replace those of the page`);
  }
}

/** Writes one file; what was there under its name is replaced. Links are replaced, not followed, folders too. */
function write(folder: string, path: string, file: PageFile): void {
  const target = join(folder, path);
  try {
    let inside = folder;
    for (const part of path.split("/").slice(0, -1)) {
      inside = join(inside, part);
      if (lstatSync(inside, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(inside);
      mkdirSync(inside, { recursive: true });
    }
    rmSync(target, { force: true });
    if ("body" in file) writeFileSync(target, file.body, { flag: "wx" });
    else copyFileSync(file.file, target, constants.COPYFILE_EXCL);
  } catch (error) {
    throw new InputError(`cannot write ${target}: ${reasonOf(error)}`);
  }
}
