/** Verdicts as shapes: told apart without their colours. */
import type { ComponentChildren } from "preact";
import type { RequirementVerdict, Verdict } from "../../src/check/index.js";

export type Tone = "good" | "bad" | "unsure" | "open" | "none";

const tones: Record<Verdict | RequirementVerdict, Tone> = {
  holds: "good",
  held: "good",
  violated: "bad",
  warning: "unsure",
  inconclusive: "open",
  "not-exercised": "none",
  ignored: "none",
};

/**
 * A ring with a tick, a square with a cross, a triangle, a hollow diamond with a question mark, a dashed ring.
 *
 * What broke is the only one that is filled: it is what one looks for.
 */
const shapes: Record<Verdict | RequirementVerdict, ComponentChildren> = {
  holds: <Tick />,
  held: <Tick />,
  violated: (
    <>
      <rect class="shape" x="1" y="1" width="14" height="14" rx="2" />
      <path class="sign" d="M5 5l6 6M11 5l-6 6" />
    </>
  ),
  warning: (
    <>
      <path class="shape" d="M8 1 15.5 15H.5z" />
      <path class="sign" d="M8 6v4M8 12.2v.6" />
    </>
  ),
  inconclusive: (
    <>
      <path class="shape" d="M8 1l7 7-7 7-7-7z" />
      <path class="sign" d="M6.2 6.4a1.9 1.9 0 1 1 2.7 1.7c-.7.4-.9.7-.9 1.3M8 11.4v.5" />
    </>
  ),
  "not-exercised": <circle class="ring" cx="8" cy="8" r="6" />,
  ignored: (
    <>
      <circle class="ring" cx="8" cy="8" r="6" />
      <path class="ring" d="M4 12 12 4" />
    </>
  ),
};

function Tick() {
  return (
    <>
      <circle class="shape" cx="8" cy="8" r="7.25" />
      <path class="sign" d="M4.5 8.4l2.4 2.4 4.6-5.2" />
    </>
  );
}

export function toneOf(verdict: Verdict | RequirementVerdict): Tone {
  return tones[verdict];
}

export function MarkShape({ verdict }: { readonly verdict: Verdict | RequirementVerdict }) {
  return (
    <svg class={`mark ${toneOf(verdict)}`} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[verdict]}
    </svg>
  );
}

/** A verdict with its shape, and in words where there is more to it. */
export function VerdictMark({
  verdict,
  words = verdict,
}: {
  readonly verdict: Verdict | RequirementVerdict;
  readonly words?: string;
}) {
  return (
    <span class={`verdict-mark ${toneOf(verdict)}`}>
      <MarkShape verdict={verdict} />
      {words}
    </span>
  );
}
