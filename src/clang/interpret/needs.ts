/** What a C program shows to need of its host while it is explored. Whatever it shows makes exploration begin again. */
import { StepsChanged } from "../../machine/index.js";

export class ProgramNeeds {
  private pages = false;

  /** @param numbers the program asks for numbers of CPUs, whatever it shows */
  constructor(private numbers = false) {}

  /** CPUs reach pages that others have: anybody may look at the structure of a page. */
  get sharedPages(): boolean {
    return this.pages;
  }

  get numberedCpus(): boolean {
    return this.numbers;
  }

  /** CPUs reach pages that others have. @throws StepsChanged the first time */
  sharePages(): void {
    if (this.pages) return;
    this.pages = true;
    throw new StepsChanged("CPUs share pages");
  }

  /** Something that is another one on each CPU becomes known to others. @throws StepsChanged the first time */
  numberCpus(): void {
    if (this.numbers) return;
    this.numbers = true;
    throw new StepsChanged("CPUs are told apart");
  }
}
