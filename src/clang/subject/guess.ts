/**
 * Which functions of a file get and put the pair of a region, allocate and free pages, and find counters. It is guessed
 * from what they call, from their signatures and from their names; whoever knows better names them.
 */
import { CError } from "../ir/errors.js";
import type { Outline, OutlinedFunction, OutlinedVariable } from "../slice/outline.js";
import { type Entry, entries as usualNames } from "./bindings.js";
import { type Argument, argumentsFor, COUNTER, isPointer, pointedTo } from "./meaning.js";

/** A function that is called for an entry, and with what. */
export interface Guessed {
  readonly entry: Entry;
  readonly function: OutlinedFunction;
  readonly arguments: readonly Argument[];
  /** It has a usual name, or the user named it. */
  readonly isCertain: boolean;
}

/** A variable of the file that nothing in it sets. */
export interface Unset {
  readonly variable: OutlinedVariable;
  /** Members of its structure that are locks, with what initialises each. */
  readonly locks: readonly { readonly member: string; readonly by: string }[];
}

export interface Guess {
  readonly get: Guessed;
  readonly put: Guessed;
  /** Both or none. */
  readonly pages: { readonly alloc: Guessed; readonly free: Guessed } | undefined;
  /** A function that finds a counter, or where counters are: an expression of `pfn`, and their type. */
  readonly counter: Guessed | { readonly text: string; readonly type: string } | undefined;
  /** The helpers ask whether the module has Dynamic PAMT. */
  readonly asksModule: boolean;
  readonly unset: readonly Unset[];
}

/** Verbs of functions that take and give back, best first. */
const VERBS: readonly (readonly [take: string, give: string])[] = [
  ["get", "put"],
  ["ref", "unref"],
  ["grab", "drop"],
  ["acquire", "release"],
  ["hold", "unhold"],
  ["take", "give"],
  ["inc", "dec"],
  ["up", "down"],
  ["charge", "uncharge"],
  ["install", "uninstall"],
  ["populate", "depopulate"],
  ["map", "unmap"],
  ["add", "remove"],
  ["add", "del"],
  ["alloc", "free"],
  ["new", "free"],
  ["alloc", "release"],
];

/** So many of them are of functions that count; the others may as well be of what calls these, or is called by them. */
const COUNTING_VERBS = 9;

const ADDS = /PAMT_ADD\b/i;
const REMOVES = /PAMT_REMOVE\b/i;
const ASKS = /dynamic_pamt\b|\bdpamt_(?:enabled|supported)\b/i;
const MEMBER_LOCKS: Readonly<Record<string, string>> = {
  spinlock_t: "spin_lock_init",
  raw_spinlock_t: "raw_spin_lock_init",
  rwlock_t: "rwlock_init",
  "struct mutex": "mutex_init",
  "struct rw_semaphore": "init_rwsem",
};
/** Types of plain numbers. */
const NUMBER = /^(?:(?:unsigned )?(?:int|short|char)|unsigned|[us](?:8|16|32))$/;
/** Names of what counts users. */
const COUNTS = /^(?:users?|refs?|refcount|refcnt|count|uses|nr_\w+)$/;

/**
 * Guesses what a file is about.
 *
 * @param named functions that the user names for entries
 * @throws CError when get and put are not to be found
 */
export function guess(file: string, outline: Outline, named: ReadonlyMap<Entry, string> = new Map()): Guess {
  return new Guesser(file, outline, named).guess();
}

class Guesser {
  private readonly texts = new Map<string, string>();

  constructor(
    private readonly file: string,
    private readonly outline: Outline,
    private readonly named: ReadonlyMap<Entry, string>,
  ) {}

  guess(): Guess {
    const { get, put } = this.getAndPut();
    const pages = this.allocAndFree(get, put);
    const used = [get, put, ...(pages === undefined ? [] : [pages.alloc, pages.free])];
    const text = used.map((each) => this.reached(each.function)).join(" ");
    return {
      get,
      put,
      pages,
      counter: this.counter(text),
      asksModule: ASKS.test(this.reached(get.function)),
      unset: this.unset(text),
    };
  }

  private functionNamed(name: string): OutlinedFunction | undefined {
    return this.outline.functions.find((each) => each.name === name);
  }

  /** What is certain of an entry. @throws CError for a name of the user's that there is not */
  private certain(entry: Entry): Guessed | undefined {
    const wanted = this.named.get(entry);
    const found = (wanted === undefined ? usualNames[entry] : [wanted])
      .map((name) => this.functionNamed(name))
      .find((each) => each !== undefined);
    if (found !== undefined) return this.guessed(entry, found, true);
    if (wanted === undefined) return undefined;
    throw new CError(`--entry ${entry}=${wanted}: there is no function ${wanted}() in ${this.file}`);
  }

  private guessed(entry: Entry, called: OutlinedFunction, isCertain = false): Guessed {
    return { entry, function: called, arguments: argumentsFor(entry, called, this.outline), isCertain };
  }

  /** The words of a function and of all that it calls. */
  private reached({ name, body }: OutlinedFunction): string {
    const known = this.texts.get(name);
    if (known !== undefined) return known;
    const seen = new Set([name]);
    const texts = [body];
    for (const text of texts) {
      for (const word of new Set(text.split(" "))) {
        if (seen.has(word)) continue;
        const more = this.functionNamed(word)?.body ?? this.outline.macros.get(word);
        if (more === undefined) continue;
        seen.add(word);
        texts.push(more);
      }
    }
    const all = texts.join(" ");
    this.texts.set(name, all);
    return all;
  }

  private getAndPut(): { readonly get: Guessed; readonly put: Guessed } {
    const [get, put] = [this.certain("get"), this.certain("put")];
    const gets = get === undefined ? this.candidates("get") : [get];
    const puts = put === undefined ? this.candidates("put") : [put];
    let best: { get: Guessed; put: Guessed; score: number } | undefined;
    for (const one of gets) {
      for (const other of puts) {
        const score = this.scoreOf(one, other);
        if (one.function !== other.function && score > (best?.score ?? 0)) best = { get: one, put: other, score };
      }
    }
    if (best !== undefined) return best;
    const adds = this.outline.functions.find((each) => ADDS.test(each.body));
    const what =
      adds === undefined
        ? "makes no TDH.PHYMEM.PAMT.ADD: give the file that does, or name"
        : `has no two functions that take a page and look like get and put (PAMT.ADD is in ${adds.name}()): name`;
    throw new CError(`${this.file} ${what} its functions with --entry get=FUNCTION --entry put=FUNCTION`);
  }

  /** Functions that are given a page by whatever names it. */
  private candidates(entry: "get" | "put" | "free"): Guessed[] {
    return this.outline.functions
      .filter(({ parameters }) => parameters.length > 0)
      .map((each) => this.guessed(entry, each))
      .filter((each) => each.arguments.some(({ names, isRegion }) => names !== undefined || isRegion === true));
  }

  /** How much two functions look like get and put; 0 and less: not at all. */
  private scoreOf(get: Guessed, put: Guessed): number {
    const [taking, giving] = [this.reached(get.function), this.reached(put.function)];
    const [adds, removes] = [ADDS.test(taking), REMOVES.test(giving)];
    if ((!adds && !get.isCertain) || (!removes && ADDS.test(giving) && !put.isCertain)) return 0;
    const unknowns = [...get.arguments, ...put.arguments].filter(
      ({ doubt, names }) => doubt !== undefined && names === undefined,
    );
    const inner = [get, put].filter((each) => this.isCalledByAnother(each.function));
    const types = (each: Guessed): string => each.function.parameters.map(({ type }) => type).join();
    return (
      (removes ? 4 : 0) +
      verbScore(get.function.name, put.function.name) +
      (types(get) === types(put) ? 3 : 0) -
      unknowns.length -
      3 * inner.length +
      (get.function.returns === "void" ? -1 : 1)
    );
  }

  /** Whether a function that takes a page, too, calls it: then that one is the helper. */
  private isCalledByAnother({ name }: OutlinedFunction): boolean {
    return this.outline.functions.some(
      (each) =>
        each.name !== name &&
        each.body.includes(` ${name} (`) &&
        !isPointer(each.returns) &&
        this.guessed("get", each).arguments.some(({ names, isRegion }) => names !== undefined || isRegion === true),
    );
  }

  private allocAndFree(get: Guessed, put: Guessed): Guess["pages"] {
    const [alloc, free] = [this.certain("alloc"), this.certain("free")];
    const isOther = (each: OutlinedFunction): boolean => each !== get.function && each !== put.function;
    const allocs =
      alloc === undefined
        ? this.outline.functions
            .filter((each) => isOther(each) && allocates(each) && ADDS.test(this.reached(each)))
            .map((each) => this.guessed("alloc", each))
        : [alloc];
    const frees =
      free === undefined
        ? this.candidates("free").filter((each) => isOther(each.function) && REMOVES.test(this.reached(each.function)))
        : [free];
    let best: { alloc: Guessed; free: Guessed; score: number } | undefined;
    for (const one of allocs) {
      for (const other of frees) {
        const score = verbScore(one.function.name, other.function.name);
        const isSure = one.isCertain && other.isCertain;
        if (isSure || score > (best?.score ?? 0)) best = { alloc: one, free: other, score };
      }
    }
    return best;
  }

  private counter(text: string): Guess["counter"] {
    const certain = this.certain("counter");
    if (certain !== undefined) return certain;
    const { functions, variables, records } = this.outline;
    const finder = functions.find(
      ({ returns, parameters }) => isPointer(returns) && COUNTER.test(pointedTo(returns)) && parameters.length === 1,
    );
    if (finder !== undefined) {
      const found = this.guessed("counter", finder);
      if (found.arguments.every(({ names }) => names !== undefined)) return found;
    }
    const isUsed = ({ name }: OutlinedVariable): boolean => text.includes(` ${name} `);
    for (const { name, type, stars, brackets } of variables.filter(isUsed)) {
      if (stars + brackets !== 1) continue;
      const at = `${name}[pfn / PTRS_PER_PMD]`;
      if (COUNTER.test(type) || (NUMBER.test(type) && COUNTS.test(name))) return { text: `&${at}`, type };
      const member = records
        .find((each) => each.type === type)
        ?.members.find((each) => !isPointer(each.type) && (COUNTER.test(each.type) || COUNTS.test(each.name)));
      if (member !== undefined && !member.words.includes(":"))
        return { text: `&${at}.${member.name}`, type: member.type };
    }
    return undefined;
  }

  /** Pointers at file level that the helpers follow and nothing sets. */
  private unset(text: string): Unset[] {
    const { variables, functions, records, macros } = this.outline;
    const bodies = [...functions.map(({ body }) => body), ...macros.values()];
    const isSet = (name: string): boolean =>
      bodies.some(
        (body) => body.includes(` ${name} = `) || body.includes(` & ${name} ,`) || body.includes(` & ${name} )`),
      );
    return variables
      .filter(
        ({ name, stars, brackets, isInitialised }) => stars === 1 && brackets === 0 && !isInitialised && !isSet(name),
      )
      .filter(({ name, type }) => {
        const isKnown = COUNTER.test(type) || records.some((each) => each.type === type);
        return isKnown && text.includes(` ${name} `);
      })
      .map((variable) => {
        const members = records.find((each) => each.type === variable.type)?.members ?? [];
        const locks = members.flatMap(({ name, type }) => {
          const by = MEMBER_LOCKS[type];
          return by === undefined ? [] : [{ member: name, by }];
        });
        return { variable, locks };
      });
  }
}

/** Whether a function gives back a page, or puts it where it is told. */
function allocates({ returns, parameters }: OutlinedFunction): boolean {
  const takesPage = parameters.some(({ type }) => /\bstruct (?:page|folio) \*$/.test(type));
  if (takesPage) return false;
  if (/\bstruct (?:page|folio) \*$|^void \*$/.test(returns)) return true;
  return parameters.some(({ type }) => /\bstruct page \* \*$/.test(type)) && returns === "int";
}

/** How well two names go together: the same but for verbs that belong together, or verbs alone. */
function verbScore(take: string, give: string): number {
  let best = 0;
  const [taking, giving] = [take.toLowerCase().split("_"), give.toLowerCase().split("_")];
  for (const [index, [one, other]] of VERBS.entries()) {
    if (!taking.includes(one) || !giving.includes(other)) continue;
    const rest = (words: readonly string[], verb: string): string => words.filter((each) => each !== verb).join("_");
    const isSame = rest(taking, one) === rest(giving, other);
    const score = (isSame ? 5 : 2) * (index < COUNTING_VERBS ? 1 : 0.5) - index / 100;
    best = Math.max(best, score);
  }
  return best;
}
