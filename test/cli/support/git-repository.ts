/** git repositories for tests, made with plain git. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { mails, writeBase } from "./series-tree.js";

const PERSON = { NAME: "A. Author", EMAIL: "author@example.org", DATE: "2026-01-02T03:04:05Z" };
/** The surroundings of a plain git: nobody's configuration, and always the same ids of commits. */
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"))),
  ...Object.fromEntries(
    Object.entries(PERSON).flatMap(([name, value]) => [
      [`GIT_AUTHOR_${name}`, value],
      [`GIT_COMMITTER_${name}`, value],
    ]),
  ),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

/** Runs plain git in a folder, as somebody would who trusts it. */
export function plainGit(folder: string, words: readonly string[], input = "", more: NodeJS.ProcessEnv = {}) {
  const env = { ...environment, ...more };
  return spawnSync("git", ["-C", folder, ...words], { input, encoding: "utf8", timeout: 20_000, env });
}

/** What plain git prints. Throws where it fails. */
export function gitOutput(folder: string, words: readonly string[], input = ""): string {
  const { status, stdout, stderr } = plainGit(folder, words, input);
  if (status !== 0) throw new Error(`git ${words.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** Commits what lies in the folder, and returns the commit. */
export function commitAll(folder: string, subject: string): string {
  gitOutput(folder, ["add", "-A"]);
  gitOutput(folder, ["commit", "-q", "--allow-empty", "-m", subject]);
  return gitOutput(folder, ["rev-parse", "HEAD"]);
}

/** An empty repository whose branch is `main`. */
export function emptyRepository(folder: string, ...flags: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  gitOutput(folder, ["init", "-q", "-b", "main", ...flags, "."]);
  return folder;
}

/** The tree that is laid out as Linux: `main` before its series, `topic` with the four patches as commits. */
export function seriesRepository(folder: string, ...flags: readonly string[]): string {
  emptyRepository(folder, ...flags);
  writeBase(folder);
  commitAll(folder, "base");
  gitOutput(folder, ["checkout", "-q", "-b", "topic"]);
  gitOutput(folder, ["am", "-q"], mails.slice(1).join(""));
  return folder;
}
