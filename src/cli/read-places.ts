/** What a result was made from, as it was when it was read: so that it can be told when something of it changes. */
import { statSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";

/** Files and other things that were read. */
export class ReadPlaces {
  /** By what it is called: how it was, and how to look again. */
  private readonly looks = new Map<string, { readonly before: string; readonly again: () => string }>();
  /** What is looked at less often, as looking takes longer. */
  private readonly costly = new Map<string, { readonly before: string; readonly again: () => string }>();

  /** A file, just before it is read; one that is not there may come. */
  file(path: string): void {
    const absolute = resolve(path);
    if (this.looks.has(absolute)) return;
    this.looks.set(absolute, { before: stampOf(absolute), again: () => stampOf(absolute) });
  }

  /** Something else, whose present state `look` tells at some cost. */
  thing(name: string, look: () => string): void {
    if (!this.costly.has(name)) this.costly.set(name, { before: look(), again: look });
  }

  /** What is looked at, for the user: `3 files`. Places where a file might come are not counted. */
  get text(): string {
    const files = [...this.looks.values()].filter(({ before }) => before !== "").length;
    const counted = files === 0 ? [] : [files === 1 ? "1 file" : `${files} files`];
    return [...this.costly.keys(), ...counted].join(" and ");
  }

  /** What is not as it was, by name. */
  changed(withCostly: boolean): string[] {
    const all = withCostly ? [...this.looks, ...this.costly] : [...this.looks];
    return all.filter(([, { before, again }]) => again() !== before).map(([name]) => shortened(name));
  }

  /** How all files are now, to tell whether they still change. */
  now(): string {
    return [...this.looks.values()].map(({ again }) => again()).join("\n");
  }
}

/** A path in the working directory as relative to it. */
function shortened(name: string): string {
  const inside = isAbsolute(name) ? relative("", name) : name;
  return inside === "" || inside.startsWith("..") ? name : inside;
}

/** Differs for a file that was written, or replaced by another of its name. */
function stampOf(path: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return "";
  }
}
