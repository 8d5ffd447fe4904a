/** Paths as results and reports name them: from the user's folder, and silent about a home folder. */
import { homedir } from "node:os";
import { basename, isAbsolute, relative, resolve, sep } from "node:path";

function isBelow(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/** Whether the path lies in the home folder; where that is all there is, nobody lives there. */
function isAtHome(path: string): boolean {
  const home = homedir();
  return resolve(home) !== resolve("/") && isBelow(home, path);
}

/** A path to the same file, from the working directory where both lie below that or below the home folder. */
export function nearPath(path: string): string {
  if (!isAbsolute(path)) return path;
  const here = process.cwd();
  const isNear = isBelow(here, path) || (isAtHome(here) && isAtHome(path));
  return isNear ? relative(here, path) || "." : path;
}

/** What a path is called in results: as `nearPath` has it, and of one in a home folder elsewhere the last name alone. */
export function shownPath(path: string): string {
  const isFar = isAtHome(resolve(path)) && !isAtHome(process.cwd());
  return isFar ? basename(resolve(path)) : nearPath(path);
}
