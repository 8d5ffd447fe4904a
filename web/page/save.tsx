/** Saving a result as a file that `dpamt replay` and this page open, and what such a file leaves out. */
import { useEffect, useState } from "preact/hooks";
import { failuresOf } from "../../src/report/result.js";
import type { Result } from "./messages.js";

const KEPT_MS = 10_000;

/** A button that saves a result, and then says what the file leaves out. */
export function SaveButton({ result }: { readonly result: Result }) {
  const [said, say] = useState("");
  useEffect(() => say(""), [result]);
  return (
    <>
      <button
        type="button"
        onClick={() => {
          save(result);
          say(`${fileNameFor(result)}: ${leftOutOf(result)}`);
        }}
      >
        Save result
      </button>
      <p class="hint said left-out" role="status">
        {said}
      </p>
    </>
  );
}

function fileNameFor({ subject }: Result): string {
  return `dpamt-${subject.name.replace(/[^\w.-]+/g, "-").slice(-60)}.json`;
}

/** What the file has not, in one sentence. */
export function leftOutOf(result: Result): string {
  const failures = failuresOf(result).length;
  const { harness, shim, entry } = result.c ?? {};
  const beside = [...(harness === undefined ? [] : [harness]), ...(shim === undefined ? [] : ["the shim"])];
  const c = ["the text of the C", ...beside].join(", ");
  const kept = entry === undefined ? "" : "; entries are in it";
  const parts = [
    ...(result.c === undefined ? [] : [`${c}: keep it, since a replay needs it${kept}`]),
    ...(failures === 0 ? [] : ["other paths to the same failures: it has one for each requirement that broke"]),
    "the states that were explored",
  ];
  return `saved. It leaves out ${parts.join("; ")}.`;
}

/** Hands a result over as a file. */
function save(result: Result): void {
  const address = URL.createObjectURL(new Blob([`${JSON.stringify(result, null, 2)}\n`], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileNameFor(result);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
