/** Keys of the counterexample view. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface Actions {
  back(): void;
  forward(): void;
  first(): void;
  last(): void;
  failure(): void;
  play(): void;
  /** To the row whose value or lock the current one meets. */
  met(): void;
  nearer(): void;
  further(): void;
}

const keys: Readonly<Record<string, keyof Actions>> = {
  ArrowLeft: "back",
  k: "back",
  ArrowRight: "forward",
  j: "forward",
  Home: "first",
  End: "last",
  f: "failure",
  m: "met",
  "+": "nearer",
  "=": "nearer",
  "-": "further",
  " ": "play",
};

/** For the help below the controls. */
export const keysHelp: readonly (readonly [keys: readonly string[], does: string])[] = [
  [["→", "j"], "next"],
  [["←", "k"], "back"],
  [["Home"], "first"],
  [["End"], "last"],
  [["Space"], "play, pause"],
  [["f"], "failure"],
  [["m"], "to what it meets"],
  [["+", "−"], "nearer, further"],
];

/** Keys act while the focus is in the view; where it is not `isSecond`, also while it is nowhere and the view in sight. */
export function useKeys(view: RefObject<HTMLElement | null>, actions: Actions, isSecond = false): void {
  // Keys may come faster than the page is painted: each finds what the one before it led to.
  const latest = useRef(actions);
  latest.current = actions;
  // At once, not after the view was painted: what is seen answers.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const action = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
      if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || !isMeant(view.current, event, isSecond)) return;
      event.preventDefault();
      latest.current[action]();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [view, isSecond]);
}

function isMeant(view: HTMLElement | null, { key, target }: KeyboardEvent, isSecond: boolean): boolean {
  if (view === null || !(target instanceof Element)) return false;
  if (target.closest("input[type=text], textarea, select, [contenteditable]") !== null) return false;
  if (view.contains(target)) return key !== " " || target.closest("button, input, summary") === null;
  return !isSecond && target === document.body && isInSight(view);
}

function isInSight(view: HTMLElement): boolean {
  const { top, bottom } = view.getBoundingClientRect();
  return top < window.innerHeight && bottom > 0;
}
