/** A C program after compilation: its functions and globals, and which of its lines are the user's own. */
import { placeText } from "../ir/errors.js";
import type { IrFunction, IrModule, Place } from "../ir/module.js";

/** A line of the user's C that does something. */
export interface CoveredLine {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly reached: boolean;
}

/** Functions of intrinsics.h that are about CPUs with numbers. */
const NUMBERED = ["__dpamt_cpu", "__dpamt_cpus", "__dpamt_per_cpu", "__dpamt_alloc_percpu"];

export class CProgram {
  /** It asks for the number of a CPU, or for what another CPU has. */
  readonly numbersCpus: boolean;
  /** For each place: itself or the place it was inlined at, if it is in a file of the user; else 0. */
  private readonly ownPlaces: Int32Array;
  /** For each place: whether it has been reached. */
  readonly covered: Uint8Array;
  /** Functions whose body is known, by name. */
  private readonly bodies: ReadonlyMap<string, IrFunction>;

  /**
   * @param isOwn tells the user's files from the headers that come with the checker
   * @param sourceLine text of a line of one of the user's files, if it is known
   */
  constructor(
    readonly module: IrModule,
    private readonly isOwn: (file: string) => boolean,
    private readonly sourceLine: (file: string, line: number) => string | undefined,
  ) {
    const { places } = module;
    this.bodies = new Map([...module.functions].filter(([, { blocks }]) => blocks.size > 0));
    this.numbersCpus = NUMBERED.some((name) => this.declares(name));
    this.covered = new Uint8Array(places.length);
    this.ownPlaces = new Int32Array(places.length);
    for (let place = 1; place < places.length; place++) this.ownPlaces[place] = this.ownPlace(place);
  }

  private ownPlace(place: number): number {
    let at = place;
    while (at !== 0) {
      const { file, line, inlinedAt } = this.module.places[at] as Place;
      if (line !== 0 && this.isOwn(file)) return at;
      at = inlinedAt;
    }
    return 0;
  }

  /** Whether it names this function. */
  declares(name: string): boolean {
    return this.module.functions.has(name);
  }

  /** Names of functions whose bodies are known. */
  defined(): Iterable<string> {
    return this.bodies.keys();
  }

  /** The place in the user's files for an instruction at `place` of a function called from `caller`. */
  site(place: number, caller: number): number {
    const own = this.ownPlaces[place] as number;
    return own === 0 ? caller : own;
  }

  /** Whether an instruction stands in the user's files itself, and not in a header's function that they call. */
  isOwnPlace(place: number): boolean {
    return place !== 0 && this.ownPlaces[place] === place;
  }

  /** `file:line` of a place, or the empty text. */
  where(place: number): string {
    return placeText(this.module.places[place]);
  }

  /** File, line and text of a place, for counterexamples. */
  source(place: number): { readonly file: string; readonly line: number; readonly text: string } | undefined {
    const found = this.module.places[place];
    if (found === undefined || found.line === 0) return undefined;
    const { file, line } = found;
    return { file, line, text: (this.sourceLine(file, line) ?? "").trim() };
  }

  /** The function with this name, if its body is known. */
  function(name: string): IrFunction | undefined {
    return this.bodies.get(name);
  }

  /** Places that instructions have. */
  private used(): ReadonlySet<number> {
    const places = new Set<number>();
    for (const { blocks } of this.module.functions.values()) {
      for (const { instructions } of blocks.values()) for (const { place } of instructions) places.add(place);
    }
    return places;
  }

  /** Lines of the user's files that have instructions, and those of them that were reached. */
  coverage(): CoveredLine[] {
    const lines = new Map<string, { file: string; line: number; function: string; reached: boolean }>();
    for (const index of this.used()) {
      const place = this.module.places[index] as Place;
      if (place.line === 0 || !this.isOwn(place.file)) continue;
      const key = `${place.line} ${place.file}`;
      const known = lines.get(key);
      const reached = this.covered[index] !== 0;
      if (known === undefined)
        lines.set(key, { file: place.file, line: place.line, function: place.function, reached });
      else known.reached ||= reached;
    }
    return [...lines.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  }
}
