/** Which failure of a result is looked at, and which step of it. */

/** What is looked at of a result. */
export interface Looked {
  /** Number of the failure, from 0. */
  readonly failure: number;
  /** Step of it, from 1; none said is where it breaks. */
  readonly step: number | undefined;
  readonly setFailure: (failure: number) => void;
  readonly setStep: (step: number | undefined) => void;
  /** Address of a step, for whoever opens it elsewhere. */
  readonly stepHref: (step: number) => string;
  /** Address of a failure of one that is compared; undefined where results have none. */
  readonly failureHref: (name: string, failure: number) => string | undefined;
}
