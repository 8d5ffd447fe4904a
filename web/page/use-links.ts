/** The addresses of what is shown: of the page itself, of steps and failures, and the link that is copied. */
import { useCallback } from "preact/hooks";
import { useAddress } from "../view/address.js";
import { addressOfStep } from "../view/model.js";
import { isSameC } from "./c-text.js";
import type { Form } from "./form.js";
import { type Extra, fragmentOf } from "./link.js";
import { type PackedC, packC } from "./packing.js";
import type { Checker } from "./use-checker.js";

export interface Shown {
  readonly form: Form;
  readonly checker: Checker;
  /** The C of the form, packed, where it is known. */
  readonly packed: PackedC | undefined;
  /** Number of the failure that is shown, from 0, and step of it. */
  readonly failure: number;
  readonly step: number | undefined;
}

export function useLinks({ form, checker, packed, failure, step }: Shown) {
  const { outcome, asked } = checker;
  const isRun = asked === form;
  const isC = form.mode === "c";
  const shown =
    outcome?.isComparison === true && outcome.shown !== undefined ? outcome.rows[outcome.shown]?.name : undefined;
  const which = failure === 0 ? undefined : failure + 1;
  const extra: Extra = isRun ? { run: true, show: shown, failure: which, step } : {};
  const isOpened = asked === undefined && outcome !== undefined;
  const fragment = isRun ? `#${fragmentOf(form, { ...extra, packed: isC ? packed : undefined })}` : undefined;
  useAddress(isOpened ? location.pathname + location.search : fragment);
  const askedC = asked?.mode === "c" && isSameC(asked, form) ? packed : undefined;
  const resultLink =
    asked === undefined ? undefined : fragmentOf(asked, { run: true, show: shown, failure: which, packed: askedC });
  /** What was opened has no link, and so its steps have none either. */
  const stepHref = useCallback(
    (number: number) => (resultLink === undefined ? addressOfStep(number, failure) : `#${resultLink}&step=${number}`),
    [resultLink, failure],
  );
  const failureHref = (name: string, index: number): string | undefined =>
    asked === undefined ? undefined : `#${fragmentOf(asked, { run: true, show: name, failure: index + 1 })}`;
  const link = async () => {
    const hasC = isC && form.text !== "";
    const c = hasC ? (packed ?? (await packC(form))) : undefined;
    const lacks = hasC && c === undefined ? ", without the C: it is too long for a link" : "";
    return { fragment: fragmentOf(form, { ...extra, packed: c }), lacks };
  };
  return { stepHref, failureHref, link };
}
