/**
 * git, run so that nothing which a repository brings along can run. Names of commits are resolved in the repository, with
 * all that starts programs switched off. Objects are read by way of a folder of our own, which git takes for the
 * repository. So it does not even read the configuration, attributes and hooks of the repository, and knows nowhere to
 * fetch from. Nothing is written to the repository.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { oneLine } from "../text/index.js";
import { InputError } from "./failure.js";

/** Milliseconds that one call of git may take. */
const CALL_MS = 30_000;
/** Bytes that one call may print: a file of 4 million characters has at most so many. */
const OUTPUT_MAX = 16 * 2 ** 20;
/** Bytes of the list of commits at which a shallow clone ends. */
const SHALLOW_MAX = OUTPUT_MAX;
/** Characters of what git itself says that are shown. */
const REASON_MAX = 200;

/** Variables of git's that the user's own surroundings may set: which configuration is the user's, and where a repository ends. */
const KEPT =
  /^GIT_(?:CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+))$/;

/** For every call. */
const ENVIRONMENT = {
  // No protocol is allowed, whatever the repository says: git fetches nothing that is missing.
  GIT_ALLOW_PROTOCOL: "none",
  GIT_NO_LAZY_FETCH: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_PAGER: "cat",
  GIT_EDITOR: "false",
  GIT_ASKPASS: "false",
  GIT_SSH_COMMAND: "false",
  GIT_EXTERNAL_DIFF: "",
  LC_ALL: "C",
};

/** What would start a program, where the repository's own configuration is read. */
const OVERRIDES = [
  "core.fsmonitor=false",
  `core.hooksPath=${devNull}`,
  "core.pager=cat",
  "core.sshCommand=false",
  "core.gitProxy=",
  "core.askPass=",
  "core.alternateRefsCommand=false",
  "credential.helper=",
  "diff.external=",
  "gpg.program=false",
  "log.showSignature=false",
  "protocol.allow=never",
  "submodule.recurse=false",
  "gc.auto=0",
  "maintenance.auto=false",
].flatMap((each) => ["-c", each]);

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** How a call ended. */
interface Ended {
  readonly status: number;
  readonly output: Buffer;
  /** What git said on stderr. */
  readonly said: string;
}

/** A repository that somebody else may have made. */
export interface Repository {
  /** The commit that a revision names, or undefined. */
  commitOf(revision: string): string | undefined;
  /** History ends before its beginning. */
  readonly isShallow: boolean;
  readonly objects: GitObjects;
}

/** @throws InputError without git, or where the folder is in no repository that git reads for this user */
export function openRepository(folder: string): Repository {
  expectFolder(folder);
  const ask = (...words: string[]) => called([...OVERRIDES, "-C", folder, "rev-parse", ...words], usersOwn());
  const { status, output, said } = ask("--git-path", "objects", "--git-path", "shallow", "--show-object-format");
  if (status !== 0) throw new InputError(whyNone(folder, said));
  const [objects = "", shallow = "", format] = output.toString("utf8").split("\n");
  const border = shallowBorder(resolve(folder, shallow));
  return {
    commitOf(revision) {
      const found = ask("--verify", "--quiet", `${revision}^{commit}`);
      const id = found.output.toString("utf8").trim();
      return found.status === 0 && OBJECT_ID.test(id) ? id : undefined;
    },
    isShallow: border !== "",
    objects: objectsAt(resolve(folder, objects), border, format === "sha256"),
  };
}

function expectFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new InputError(`--repo: ${oneLine(folder)} is no folder; check the path`);
}

function whyNone(folder: string, said: string): string {
  const name = oneLine(resolve(folder));
  if (/dubious ownership|safe\.directory/.test(said)) {
    return `the repository at ${name} belongs to somebody else; if you trust it: git config --global --add safe.directory ${name}`;
  }
  if (/not a git repository/.test(said)) return `${name} is in no git repository; name one with --repo`;
  return `git cannot read the repository at ${name}: ${reasonIn(said)}`;
}

/** The commits at which a shallow clone ends, one a line; the empty text for other clones. */
function shallowBorder(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || stats.size === 0) return "";
  if (stats.size > SHALLOW_MAX) throw new InputError(`${oneLine(file)} is too large: the repository is damaged`);
  const text = readFileSync(file, "utf8");
  if (/^(?:[0-9a-f]{40,64}\n)+$/.test(text)) return text;
  throw new InputError(`${oneLine(file)} is no list of commits: the repository is damaged`);
}

/** Objects of a repository, as they are: nothing is filtered or converted. */
export class GitObjects {
  /** What folders hold, and files, by the ids of their objects. */
  readonly folders = new Map<string, ReadonlyMap<string, TreeEntry>>();
  readonly files = new Map<string, Buffer>();

  constructor(
    private readonly home: string,
    private readonly objects: string,
  ) {}

  /** Runs a plumbing command that reads objects. Its words come from this program, and are ids of objects. */
  run(...words: string[]): Ended {
    const own = {
      HOME: this.home,
      XDG_CONFIG_HOME: this.home,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_SYSTEM: devNull,
      GIT_CONFIG_GLOBAL: devNull,
      GIT_DIR: this.home,
      GIT_OBJECT_DIRECTORY: this.objects,
    };
    return called(words, { ...usersOwn(), ...own });
  }
}

/** What a folder of a commit holds under one name. */
export interface TreeEntry {
  readonly kind: "file" | "folder" | "link";
  readonly id: string;
}

/** Objects by the folder they lie in, and where a shallow clone ends. */
const known = new Map<string, GitObjects>();

function objectsAt(folder: string, border: string, isSha256: boolean): GitObjects {
  const key = `${folder}\n${border}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const home = mkdtempSync(join(tmpdir(), "dpamt-git-"));
  process.on("exit", () => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, "refs"));
  mkdirSync(join(home, "objects"));
  writeFileSync(join(home, "HEAD"), "ref: refs/heads/none\n");
  writeFileSync(join(home, "config"), configOf(isSha256));
  if (border !== "") writeFileSync(join(home, "shallow"), border);
  const objects = new GitObjects(home, folder);
  known.set(key, objects);
  return objects;
}

/** The configuration of the folder that git takes for the repository. */
function configOf(isSha256: boolean): string {
  const format = isSha256 ? ["[extensions]", "objectFormat = sha256"] : [];
  // Indexes of commits may say anything; large files are streamed, not held in memory.
  const core = ["repositoryFormatVersion = 1", "bare = true", "commitGraph = false", "bigFileThreshold = 8m"];
  return ["[core]", ...core, ...format, ""].join("\n");
}

/** The environment without what steers git, but for which configuration is the user's. */
function usersOwn(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_") || KEPT.test(name)),
  );
}

/** @throws InputError when there is no git, or it takes or prints too much */
function called(words: readonly string[], environment: NodeJS.ProcessEnv): Ended {
  const { status, signal, stdout, stderr, error } = spawnSync("git", words, {
    env: { ...environment, ...ENVIRONMENT },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: CALL_MS,
    killSignal: "SIGKILL",
    maxBuffer: OUTPUT_MAX,
    windowsHide: true,
  });
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === "ENOENT") throw new InputError("git is not installed, or not in PATH: install it, or give a patch");
  if (code === "ENOBUFS") throw new TooMuchOutput();
  if (code === "ETIMEDOUT") {
    throw new InputError(`git took longer than ${CALL_MS / 1000} s to answer; give a patch of the commits instead`);
  }
  if (error !== undefined) throw new InputError(`git cannot be run: ${oneLine(error.message)}`);
  if (status === null) throw new InputError(`git was ended by ${signal ?? "a signal"}; try again`);
  return { status, output: stdout, said: stderr.toString("utf8") };
}

/** git printed more than is read. */
export class TooMuchOutput extends Error {}

/** What git says is wrong, on one line. */
export function reasonIn(said: string): string {
  const [first = "it does not say why"] = said.split("\n").filter((line) => /^(?:fatal|error):/.test(line));
  return oneLine(first.replace(/^(?:fatal|error): /, "").slice(0, REASON_MAX));
}
