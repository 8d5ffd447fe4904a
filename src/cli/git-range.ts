/** Commits of a branch, as C to check: which they are, what they change, and the tree at each of them. */
import { posix } from "node:path";
import { type Sources, TEXT_LENGTH_MAX } from "../clang/slice/index.js";
import { oneLine, printable } from "../text/index.js";
import { InputError } from "./failure.js";
import { type GitObjects, openRepository, type Repository, reasonIn, TooMuchOutput, type TreeEntry } from "./git.js";

/** Begins the name of C that is a range of commits; a file of such a name is written `./git:…`. */
const PREFIX = "git:";
/** Commits in one range; a long series has some dozens. */
const COMMITS_MAX = 2000;
/** Digits of an id that is quoted. */
const QUOTED_DIGITS = 12;
/** Symbolic links that lead to each other. */
const LINKS_MAX = 10;

/** A commit of a range. */
export interface Commit {
  readonly id: string;
  /** Its subject, fit for one line. */
  readonly subject: string;
}

/** Commits that follow each other. */
export interface CommitRange {
  /** The commit that they are made on. */
  readonly base: string;
  readonly commits: readonly Commit[];
  /** Paths that they change or add, as they are at the end. */
  readonly changed: readonly string[];
  /** The tree as it is with some commit. */
  treeAt(commit: string): Sources;
}

/** Whether a name on the command line is a range of commits. */
export function isRange(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** The name of a range of commits where a file could be named too. */
export function rangeName(range: string): string {
  return `${PREFIX}${range}`;
}

/** The name of the commits from behind `base` to `tip`, by ids as short as the kernel quotes them. */
export function rangeBetween(base: string, tip: string): string {
  return rangeName(`${base.slice(0, QUOTED_DIGITS)}..${tip.slice(0, QUOTED_DIGITS)}`);
}

/**
 * Reads a range from the repository that `folder` lies in.
 *
 * @param name `git:` and `A..B`, `A..`, `A...B`, `A` for `A..HEAD`, or `A^!` for one commit
 * @throws InputError where there is no such repository, commit or range
 */
export function readRange(name: string, folder: string): CommitRange {
  const range = name.slice(PREFIX.length);
  const [from, to] = endsOf(range);
  const repository = openRepository(folder);
  const { objects } = repository;
  const [first, tip] = [commitNamed(from, repository), commitNamed(to, repository)];
  const base = baseOf(first, tip, range, repository);
  const commits = commitsOf(base, tip, repository);
  if (commits.length === 0) {
    throw new InputError(
      `${oneLine(range)} holds no commit: ${oneLine(to)} has none that ${oneLine(from)} lacks; HEAD~.. is the last commit, HEAD~3.. the last three`,
    );
  }
  return {
    base,
    commits,
    changed: changedBetween(base, tip, objects),
    treeAt(commit) {
      const tree = new GitTree(commit, objects);
      return { read: (path) => tree.read(path) };
    },
  };
}

/** The ids of the ends of a range as they are now, the empty text where there is no such range any more. */
export function endsNow(name: string, folder: string): string {
  try {
    const repository = openRepository(folder);
    return endsOf(name.slice(PREFIX.length))
      .map((end) => repository.commitOf(end))
      .join(" ");
  } catch (error) {
    if (error instanceof InputError) return "";
    throw error;
  }
}

/** The two ends of a range, as revisions. */
function endsOf(range: string): [from: string, to: string] {
  const one = /^(.+)\^!$/s.exec(range);
  const [, from, to] =
    one === null ? (/^(.*?)\.{2,3}(.*)$/s.exec(range) ?? [range, range, ""]) : [range, `${one[1]}^`, one[1]];
  if (range.trim() === "" || range.startsWith("-") || to.startsWith("-") || printable(range) !== range) {
    throw new InputError(
      `--git ${oneLine(range)} is no range of commits: give BASE..TIP, e.g. origin/master..HEAD, or BASE alone`,
    );
  }
  return [from === "" ? "HEAD" : from, to === "" ? "HEAD" : to];
}

function commitNamed(revision: string, repository: Repository): string {
  const id = repository.commitOf(revision);
  if (id !== undefined) return id;
  const why = repository.isShallow
    ? "check the name; as the clone is shallow, it may lie before its beginning: git fetch --unshallow gets the rest"
    : "check the name; git branch -a names branches, git log commits";
  throw new InputError(`there is no commit ${oneLine(revision)} in the repository: ${why}`);
}

/** The last commit that both have. */
function baseOf(first: string, tip: string, range: string, { objects, isShallow }: Repository): string {
  const { status, output, said } = objects.run("merge-base", first, tip);
  if (status === 0) return output.toString("utf8").trim();
  if (status !== 1) throw lacking(said);
  const why = isShallow
    ? "the clone is shallow: git fetch --unshallow gets the rest"
    : "name a base that the branch began at";
  throw new InputError(`the ends of ${oneLine(range)} have no commit in common: ${why}`);
}

/** The commits from `base` to `tip`, oldest first; of a merge the commit alone, not what it brings. */
function commitsOf(base: string, tip: string, { objects }: Repository): Commit[] {
  const limit = `--max-count=${COMMITS_MAX + 1}`;
  const { status, output, said } = objects.run(
    ...["rev-list", "--first-parent", "--topo-order", "--reverse", "--format=%s", limit, `^${base}`, tip],
  );
  if (status !== 0) throw lacking(said);
  const commits: Commit[] = [];
  let id = "";
  for (const line of output.toString("utf8").split("\n")) {
    const next = /^commit ([0-9a-f]{40,64})$/.exec(line)?.[1];
    if (next !== undefined && id === "") id = next;
    else if (id !== "") {
      commits.push({ id, subject: printable(line) });
      id = "";
    }
  }
  if (commits.length <= COMMITS_MAX) return commits;
  throw new InputError(`the range has more than ${COMMITS_MAX} commits; name a base that is nearer, e.g. HEAD~20..`);
}

/** Paths of files that differ and are there at the end. */
function changedBetween(base: string, tip: string, objects: GitObjects): string[] {
  try {
    const { status, output, said } = objects.run(
      ...["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv"],
      ...["--ignore-submodules=all", "--diff-filter=d", base, tip],
    );
    if (status !== 0) throw lacking(said);
    return output
      .toString("utf8")
      .split("\0")
      .filter((path) => path !== "");
  } catch (error) {
    if (!(error instanceof TooMuchOutput)) throw error;
    throw new InputError("the range changes too many files; name a base that is nearer, e.g. HEAD~20..");
  }
}

/** An object is not there: of a partial clone, or a damaged one. */
function lacking(said: string): InputError {
  return new InputError(
    `the repository lacks what the range needs (${reasonIn(said)}); in a partial clone git checkout or git log -p of the range fetches it`,
  );
}

/** Files of a commit, read when asked for. */
class GitTree {
  constructor(
    private readonly commit: string,
    private readonly objects: GitObjects,
  ) {}

  /** The text of a file, also by links that stay inside the tree. */
  read(path: string, links = 0): string | undefined {
    let at = this.commit;
    const parts = path.split("/");
    for (const [index, part] of parts.entries()) {
      const entry = this.folder(at).get(part);
      if (entry === undefined) return undefined;
      const rest = parts.slice(index + 1);
      if (entry.kind === "link") {
        const target = this.file(entry.id, path).toString("utf8");
        const next = posix.normalize(posix.join(...parts.slice(0, index), target, ...rest));
        const isInside = !target.startsWith("/") && !next.startsWith("../");
        return isInside && links < LINKS_MAX ? this.read(next, links + 1) : undefined;
      }
      if (rest.length === 0) return entry.kind === "file" ? this.text(entry.id, path) : undefined;
      if (entry.kind === "file") return undefined;
      at = entry.id;
    }
    return undefined;
  }

  private text(id: string, path: string): string {
    const text = this.file(id, path).toString("utf8");
    if (text.length <= TEXT_LENGTH_MAX) return text;
    throw tooLarge(path);
  }

  private file(id: string, path: string): Buffer {
    const { files } = this.objects;
    let bytes = files.get(id);
    if (bytes === undefined) {
      bytes = this.output(path, "cat-file", "blob", id);
      files.set(id, bytes);
    }
    return bytes;
  }

  /** What a commit or a folder holds. */
  private folder(id: string): ReadonlyMap<string, TreeEntry> {
    const { folders } = this.objects;
    let entries = folders.get(id);
    if (entries === undefined) {
      entries = entriesIn(this.output("a folder", "ls-tree", "-z", "--full-tree", id).toString("utf8"));
      folders.set(id, entries);
    }
    return entries;
  }

  private output(what: string, ...words: string[]): Buffer {
    try {
      const { status, output, said } = this.objects.run(...words);
      if (status === 0) return output;
      throw lacking(said);
    } catch (error) {
      throw error instanceof TooMuchOutput ? tooLarge(what) : error;
    }
  }
}

function tooLarge(what: string): InputError {
  return new InputError(`${oneLine(what)} is too large: at most 4 MB of C is read`);
}

/** What `git ls-tree -z` lists. */
function entriesIn(listed: string): Map<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  for (const line of listed.split("\0")) {
    const [, mode = "", id = "", name = ""] = /^(\d{6}) \w+ ([0-9a-f]{40,64})\t(.+)$/s.exec(line) ?? [];
    const kind =
      mode === "040000" ? "folder" : mode === "120000" ? "link" : mode.startsWith("100") ? "file" : undefined;
    if (kind !== undefined) entries.set(name, { kind, id });
  }
  return entries;
}
