/** Where in a counterexample the reader is: at which step, and how closely he looks. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Counterexample } from "../../src/check/index.js";
import { useAddress } from "./address.js";
import { addressOfStep, failureOf, failureOfAddress, stepOfAddress, zoomOfAddress } from "./model.js";
import { type Zoom, zoomFor } from "./zoom.js";

export interface WhereProps {
  readonly counterexample: Counterexample;
  /** Number of the step to show, from 1, by whoever manages addresses; without it the view does (`#step=17`). */
  readonly step?: number | undefined;
  /** How closely to look, by whoever manages addresses; without it as closely as the step needs. */
  readonly zoom?: Zoom | undefined;
  /** Called when another step is asked for, or another zoom. */
  readonly onStep?: ((step: number, zoom: Zoom) => void) | undefined;
  /** Number of the failure among those of its result, from 0 (default), for the addresses of steps. */
  readonly failure?: number | undefined;
}

export interface Where {
  /** Number of the step, from 1. */
  readonly number: number;
  readonly zoom: Zoom;
}

/** Where the reader is, and how to go elsewhere. */
export function useWhere(props: WhereProps): [Where, (where: Where) => void] {
  const { counterexample, step, zoom, onStep, failure: which = 0 } = props;
  const count = counterexample.steps.length;
  const isManaged = step !== undefined;
  const asked = (): Where | undefined => {
    if (isManaged) return whereAt(counterexample, step, zoom);
    const number = failureOfAddress(location.hash) === which ? stepOfAddress(location.hash, count) : undefined;
    return number === undefined ? undefined : whereAt(counterexample, number, zoomOfAddress(location.hash));
  };
  const failure = failureOf(counterexample);
  const [own, setOwn] = useState<Where>(() => asked() ?? whereAt(counterexample, failure, undefined));
  const [chosen, choose] = useState<Where>();
  useAddress(isManaged || chosen === undefined ? undefined : addressOfStep(chosen.number, which, chosen.zoom));
  /** What was said last, to tell it from what comes from outside. */
  const said = useRef(own);
  // At once, not after the view was painted: a key that comes in between would be undone.
  useLayoutEffect(() => {
    const { number } = said.current;
    if (!isManaged || (number === step && (zoom === undefined || zoom === said.current.zoom))) return;
    said.current = whereAt(counterexample, step, zoom);
    setOwn(said.current);
  }, [step, zoom]);
  useLayoutEffect(() => {
    if (isManaged) return;
    setOwn(asked() ?? whereAt(counterexample, failure, undefined));
    const onHash = (): void => {
      choose(undefined);
      const found = asked();
      if (found !== undefined) setOwn(found);
    };
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, [counterexample, isManaged, which]);
  const go = (where: Where): void => {
    said.current = where;
    setOwn(where);
    onStep?.(where.number, where.zoom);
    if (!isManaged) choose(where);
  };
  return [own, go];
}

function whereAt(counterexample: Counterexample, step: number, zoom: Zoom | undefined): Where {
  const number = Math.min(Math.max(1, Math.trunc(step) || 1), Math.max(1, counterexample.steps.length));
  return { number, zoom: zoom ?? zoomFor(counterexample, number) };
}
