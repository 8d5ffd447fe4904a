/** The smallest record that a call can hand over by reference: one number. */
import type { CallRecord } from "../../../src/machine/index.js";

export class Box implements CallRecord {
  constructor(public content = 0) {}
  copy(): Box {
    return new Box(this.content);
  }
  load(from: CallRecord): void {
    this.content = (from as Box).content;
  }
  key(): string {
    return `${this.content}`;
  }
}
