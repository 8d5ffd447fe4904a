/**
 * Finds the allocations along a path whose pages nobody accounts for in the end. It follows the path when it is walked
 * for a reader, so that states need not remember them.
 */
import { FRAME_TAKE, FRAMES_TAKE, frameState, HANDLE_SLOTS, HelperKind, KernelEvent } from "../../kernel/index.js";
import type { Words } from "../../machine/index.js";
import type { Setup } from "../setup.js";

/** An allocation that was made. */
export interface Allocation {
  readonly cpu: number;
  /** Number of steps recorded before it. */
  readonly at: number;
  /** Place in a source text; 0 for none. */
  readonly site: number;
  /** Calls that it was made in, outermost first. */
  readonly calls: readonly string[];
}

export class Allocations {
  /** The last of each CPU. */
  private readonly last: (Allocation | undefined)[] = [];
  /** By CPU and handle: of pages without a place. */
  private readonly ofHandles = new Map<string, Allocation>();
  /** By address of the frame's word, and CPU where each has the frame for itself. */
  private readonly ofFrames = new Map<string, { readonly words: Words; readonly address: number; from: Allocation }>();
  /** Frames of pages that users have. */
  private readonly used = new Set<string>();
  private readonly own: ReadonlySet<number>;

  constructor(private readonly setup: Setup) {
    const { kernel } = setup;
    this.own = new Set(kernel.placement.cpuFrames().map((pfn) => kernel.frames.word(pfn)));
  }

  /** An event of `cpu`, with what is known of where it comes from. */
  onEvent(code: number, detail: number, extra: number, here: Allocation): void {
    if (code === KernelEvent.Allocate) this.last[here.cpu] = here;
    if (extra <= 0) return;
    if (code === KernelEvent.Leave && detail === HelperKind.Alloc) this.used.add(this.keyOfPfn(extra, here.cpu));
    if (code === KernelEvent.Enter && detail === HelperKind.Free) this.used.delete(this.keyOfPfn(extra, here.cpu));
  }

  /** A word operation of `cpu` that is done. */
  onWord(cpu: number, node: number, result: number, before: number, after: number): void {
    const { kernel, system } = this.setup;
    const { automaton } = system;
    const word = automaton.word[node];
    const address = automaton.addressOf(node);
    const from = this.last[cpu];
    if (from === undefined) return;
    if (word === FRAME_TAKE && result === 0) this.note(address, cpu, from);
    if (word === FRAMES_TAKE && automaton.argumentOf(node) !== 0) {
      for (let at = 0; at < automaton.countOf(node); at++) this.note(address + at, cpu, from);
    }
    if (address === kernel.cpu.handlesInUse) {
      for (let slot = 0; slot < HANDLE_SLOTS; slot++) {
        const isTaken = ((after & ~before) >>> slot) & 1;
        if (isTaken === 1) this.ofHandles.set(`${cpu} ${slot}`, from);
      }
    }
    const slot = address - kernel.cpu.place(0);
    if (slot < 0 || slot >= HANDLE_SLOTS || after === 0 || after === before) return;
    const known = this.ofHandles.get(`${cpu} ${slot}`);
    if (known !== undefined) this.note(kernel.frames.word(after), cpu, known);
  }

  private note(address: number, cpu: number, from: Allocation): void {
    const { system } = this.setup;
    const words = this.own.has(address) ? (system.own[cpu] as Words) : system.shared;
    this.ofFrames.set(this.keyOf(address, cpu), { words, address, from });
  }

  private keyOf(address: number, cpu: number): string {
    return this.own.has(address) ? `${address} ${cpu}` : `${address}`;
  }

  private keyOfPfn(pfn: number, cpu: number): string {
    return this.keyOf(this.setup.kernel.frames.word(pfn), cpu);
  }

  /**
   * Allocations of the `count` pages that nobody accounts for; none where it is not clear which they are: pages that
   * a caller keeps without saying where look the same, unless they all come from one place.
   */
  lost(count: number): readonly Allocation[] {
    const left = [...this.withoutPlace(), ...this.withPlace()];
    const places = new Set(left.map(({ site, calls }) => (site === 0 ? calls.join("\n") : site)));
    if (left.length === count) return [...new Set(left)];
    return left.length > count && places.size === 1 ? left.slice(-1) : [];
  }

  private withoutPlace(): Allocation[] {
    const { kernel, system } = this.setup;
    return system.own.flatMap((own, cpu) => {
      const cached = new Set<number>();
      const pages = own.read(kernel.cpu.cache);
      for (let at = 1; at <= pages; at++) cached.add(-1 - own.read(kernel.cpu.cache + at));
      const found: Allocation[] = [];
      for (let slot = 0; slot < HANDLE_SLOTS; slot++) {
        const isHeld = ((own.read(kernel.cpu.handlesInUse) >>> slot) & 1) === 1;
        const from = this.ofHandles.get(`${cpu} ${slot}`);
        if (isHeld && from !== undefined && !cached.has(slot) && own.read(kernel.cpu.place(slot)) === 0)
          found.push(from);
      }
      return found;
    });
  }

  private withPlace(): Allocation[] {
    // What the module has backs a region, or is some TD's.
    const lost = [...this.ofFrames].filter(([key, { words, address }]) => {
      const state = frameState(words.read(address));
      return state !== undefined && state !== "module" && !this.used.has(key);
    });
    return lost.map(([, { from }]) => from);
  }
}
