/** Trees of C files, and the files of a tree that a slice may draw on. */
import type { Conditions } from "./conditions.js";
import { checkLength } from "./length.js";
import { type SourceFile, takeApart } from "./pieces.js";
import { type Include, scan } from "./scan.js";

/** Files that C may include: those of a tree, by their path relative to it, with forward slashes. */
export interface Sources {
  /** The text of a file, or undefined when there is none. Never a file outside the tree, but for those of `beside`. */
  read(path: string): string | undefined;
  /** Where the checked file lies in no tree: the path of what it, or a file found so, includes in quotes. */
  beside?(include: string, from: string): string | undefined;
  /** There is no tree, only files beside the checked one. */
  readonly isTreeless?: boolean;
}

/** A header of a kernel includes some hundred others. */
const FILES_MAX = 2000;
const TOTAL_MAX = 16 * 1024 * 1024;
/** Headers that include each other so deep; compilers allow as many. */
const DEPTH_MAX = 200;

/** The files in reach of the main one. */
export interface FilesInReach {
  /** The main file, then what of the tree is TDX's own, nearest first. */
  readonly own: readonly SourceFile[];
  /** Headers of the shim of which only what `own` lacks is taken. */
  readonly defaults: readonly SourceFile[];
  /** Headers that the tree has and the shim lacks, included by one of `own` or by each other, nearest first. */
  readonly others: readonly SourceFile[];
  /** Includes that the shim answers, in the order of the files. */
  readonly shimmed: readonly string[];
  /** Includes of `own` that lead nowhere, each path once. */
  readonly absent: readonly { readonly include: Include; readonly file: SourceFile }[];
}

/** Names of headers that are TDX's own. */
const OF_TDX = /tdx/i;

/** What decides where an include leads. */
export interface ReachRequest {
  readonly main: string;
  readonly text: string;
  readonly sources: Sources | undefined;
  readonly conditions: Conditions;
  readonly defaults: readonly ShimText[];
  isShimmed(include: string): boolean;
}

/** A header of the shim, by the path that it is included by. */
export interface ShimText {
  readonly path: string;
  readonly text: string;
}

/** Reads what is in reach. Throws a CError when a file is too large. */
export function reach(request: ReachRequest): FilesInReach {
  return new Reader(request).read();
}

/** A file of the tree and how many includes lead to it. */
interface Found {
  readonly file: SourceFile;
  readonly depth: number;
  readonly isOwn: boolean;
}

/** Reads headers where they are included, as a preprocessor does: conditions behind an include see its macros. */
class Reader {
  private readonly found: Found[] = [];
  private readonly shimmed = new Set<string>();
  private readonly seen = new Set<string>();
  private readonly absent = new Map<string, { include: Include; path: string }>();
  private readonly isDefault: ReadonlySet<string>;
  private total = 0;

  constructor(private readonly request: ReachRequest) {
    this.isDefault = new Set(request.defaults.map(({ path }) => path));
  }

  read(): FilesInReach {
    const { request, isDefault, shimmed } = this;
    this.seen.add(request.main);
    this.load(request.main, request.text, 0, true);
    const defaults = request.defaults.map(({ path, text }) => {
      checkLength(path, text);
      return takeApart(path, text, scan(text, request.conditions));
    });
    for (const { path } of defaults.flatMap(({ scan: { includes } }) => includes)) {
      if (!isDefault.has(path) && request.isShimmed(path)) shimmed.add(path);
    }
    const nearest = [...this.found].sort((a, b) => a.depth - b.depth);
    const files = new Map(nearest.map(({ file }) => [file.path, file]));
    return {
      own: nearest.filter(({ isOwn }) => isOwn).map(({ file }) => file),
      defaults,
      others: nearest.filter(({ isOwn }) => !isOwn).map(({ file }) => file),
      shimmed: [...shimmed],
      absent: this.absentOf(files),
    };
  }

  /** Those that must lie in the tree first. */
  private absentOf(files: ReadonlyMap<string, SourceFile>): FilesInReach["absent"] {
    const all = [...this.absent.values()].flatMap(({ include, path }) => {
      const file = files.get(path);
      return file === undefined ? [] : [{ include, file }];
    });
    const isNear = ({ include }: { include: Include }) => include.quoted || OF_TDX.test(include.path);
    return [...all.filter(isNear), ...all.filter((each) => !isNear(each))];
  }

  private load(path: string, text: string, depth: number, isOwn: boolean): void {
    checkLength(path, text);
    this.total += text.length;
    // Its place is before those that it includes.
    const place = this.found.length;
    const scanned = scan(text, this.request.conditions, (include) => this.include(include, path, depth, isOwn));
    this.found.splice(place, 0, { file: takeApart(path, text, scanned), depth, isOwn });
  }

  private include(include: Include, from: string, depth: number, isOwn: boolean): void {
    const { request } = this;
    // What is TDX's own stays so wherever it is included, and what lies beside it; the rest of a kernel's headers is not.
    const isNear = include.quoted && isOwn && !this.isElsewhere(include, from);
    if (OF_TDX.test(include.path) || isNear) {
      if (this.take(include, from, depth, true) || this.isDefault.has(include.path)) return;
      if (request.isShimmed(include.path)) this.shimmed.add(include.path);
      else if (isOwn) this.note(include, from);
    } else if (this.isDefault.has(include.path)) {
      return;
    } else if (request.isShimmed(include.path)) {
      if (isOwn) this.shimmed.add(include.path);
    } else if (!this.take(include, from, depth, false) && isOwn) {
      this.note(include, from);
    }
  }

  /** Is a quoted include, as the kernel has some, that of a header in the usual folders or of the shim? */
  private isElsewhere({ path }: Include, from: string): boolean {
    if (this.request.sources?.read(this.beside(path, from)) !== undefined) return false;
    return this.isDefault.has(path) || this.request.isShimmed(path) || this.isInFolder(path);
  }

  private isInFolder(path: string): boolean {
    return placesOf(path).some((place) => this.request.sources?.read(place) !== undefined);
  }

  /** The path of `include` beside the file that includes it. */
  private beside(include: string, from: string): string {
    const path = `${from.slice(0, from.lastIndexOf("/") + 1)}${include}`;
    return this.request.sources?.beside?.(include, from) ?? normalized(path);
  }

  private note(include: Include, path: string): void {
    if (!this.absent.has(include.path)) this.absent.set(include.path, { include, path });
  }

  /** Reads the file that an include leads to, unless it was read before. */
  private take(include: Include, from: string, depth: number, isOwn: boolean): boolean {
    const places = include.quoted ? [this.beside(include.path, from)] : [];
    for (const path of [...places, ...placesOf(include.path)]) {
      if (this.seen.has(path)) return true;
      if (this.seen.size >= FILES_MAX || depth >= DEPTH_MAX) return false;
      const text = this.request.sources?.read(path);
      if (text === undefined) continue;
      this.seen.add(path);
      if (this.total + text.length > TOTAL_MAX) return false;
      this.load(path, text, depth + 1, isOwn);
      return true;
    }
    return false;
  }
}

/** Folders of a kernel tree that are searched for headers, in the order of its build. */
const FOLDERS = ["arch/x86/include", "include", "arch/x86/include/uapi", "include/uapi"];

/** Where a file of the tree may lie that is included, best first. */
function placesOf(include: string): string[] {
  const places: string[] = [];
  for (const folder of FOLDERS) places.push(normalized(`${folder}/${include}`));
  // The build of a kernel makes a header for each that an architecture leaves to the generic one.
  if (include.startsWith("asm/")) places.push(normalized(`include/asm-generic/${include.slice(4)}`));
  return places.filter((path) => path !== "");
}

/** `path` without `.` and `..`; the empty text when it leaves the tree. */
export function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return "";
  }
  return parts.join("/");
}
