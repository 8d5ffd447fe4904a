/** What a C program shows to need of its host while it is explored. Whatever it shows makes exploration begin again. */
import { StepsChanged } from "../../machine/index.js";

export class ProgramNeeds {
  private pages = false;
  private entries = 0;
  private hardInterrupts = false;
  private stacks = false;
  private pagesNumbered = false;
  private readonly deferring = new Set<string>();

  /** @param numbers the program asks for numbers of CPUs, whatever it shows */
  constructor(private readonly numbers = false) {}

  /** CPUs reach pages that others have: anybody may look at the structure of a page. */
  get sharedPages(): boolean {
    return this.pages;
  }

  get numberedCpus(): boolean {
    return this.numbers || this.pagesNumbered;
  }

  get numberedPages(): boolean {
    return this.pagesNumbered;
  }

  /** Functions that wait to run, or run, at once: as many as there were room for so far. */
  get deferred(): number {
    return this.entries;
  }

  /** Whether calls of the function with this name ask for functions to run later. */
  defers(called: string): boolean {
    return this.deferring.has(called);
  }

  /** Functions are to run in hard interrupt context. */
  get interrupts(): boolean {
    return this.hardInterrupts;
  }

  /** They are. @throws StepsChanged the first time, unless nothing is explored yet */
  learnInterrupts(isBooting: boolean): void {
    if (this.hardInterrupts) return;
    this.hardInterrupts = true;
    if (!isBooting) throw new StepsChanged("functions run in hard interrupt context");
  }

  /** They do. @throws StepsChanged the first time */
  learnDeferring(called: string): void {
    if (this.deferring.has(called)) return;
    this.deferring.add(called);
    throw new StepsChanged(`${called}() defers functions`);
  }

  /** @throws StepsChanged because there is room for one more from here on */
  deferMore(): never {
    this.entries++;
    throw new StepsChanged("more functions are deferred at once");
  }

  /** Others look at variables on the stack of a call. */
  get sharedStacks(): boolean {
    return this.stacks;
  }

  /** They do. @throws StepsChanged the first time */
  shareStacks(): void {
    if (this.stacks) return;
    this.stacks = true;
    throw new StepsChanged("CPUs look at variables on stacks");
  }

  /** CPUs reach pages that others have. @throws StepsChanged the first time */
  sharePages(): void {
    if (this.pages) return;
    this.pages = true;
    throw new StepsChanged("CPUs share pages");
  }

  /** A page of which each CPU has one of its own becomes known to others. @throws StepsChanged the first time */
  numberCpus(): void {
    if (this.numberedCpus) return;
    this.pagesNumbered = true;
    throw new StepsChanged("CPUs are told apart");
  }
}
