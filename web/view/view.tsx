/** A counterexample to look at: lanes of CPUs, locks, regions, one step at a time. */
import type { Counterexample } from "../../src/explore/index.js";

export function CounterexampleView({ counterexample }: { readonly counterexample: Counterexample }) {
  return <p>{counterexample.message}</p>;
}
