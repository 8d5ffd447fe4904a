/** What is there before anything was checked, for whoever has not met Dynamic PAMT yet: a picture, and where to begin. */
import { Glossed } from "./glossed.js";

/** Size of the picture, so that nothing moves when it comes. */
const PICTURE = { width: 880, height: 569 };

export function Welcome({ cpus }: { readonly cpus: string }) {
  const examples: [fragment: string, what: string, answer: string][] = [
    [`design=early-drop&cpus=${cpus}&rounds=1&run`, "See a race", "early-drop, v1 to v5 of the optimize patch"],
    [`design=global-lock&cpus=${cpus}&rounds=1&run`, "See the merged code hold", "one spinlock around everything"],
    [`design=region-locks&cpus=${cpus}&rounds=1&run`, "Why not one lock per region?", "region-locks"],
    [`flows=split%2Bfault&run`, "A split beside a fault of another TD", "KVM's flows"],
    [`mode=compare&cpus=${cpus}&rounds=1&run`, "Compare the nine designs", "design by requirement"],
  ];
  return (
    <div class="welcome">
      <h2>Which code for Dynamic PAMT survives every race?</h2>
      <p class="lead">
        <Glossed text="Before a TD may use a page, the kernel lends the TDX module a pair of pages for its region, and takes the pair back after the last user." />{" "}
        <Glossed text="dpamt runs the helpers that do this on a model of the module, in every order in which CPUs can take their steps, and shows the one that breaks a requirement." />
      </p>
      <div class="welcome-main">
        <a class="picture" href="docs/introduction.html">
          <img
            src="docs/images/intro-4.svg"
            {...PICTURE}
            alt="A race: the last put meets the first get of another CPU, and a pair is removed that is gone. Open the introduction in five pictures"
          />
        </a>
        <ul>
          {examples.map(([fragment, what, answer]) => (
            <li key={fragment}>
              <a href={`#${fragment}`}>
                <b>{what}</b> <span class="muted">{answer}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
      <p class="muted">
        <b>holds</b> means that every interleaving within the bounds was covered. <b>violated</b> comes with the failing
        interleaving, step by step, with the fewest context switches. <b>inconclusive</b> means that a limit was met,
        the run was stopped, or it was sampled.
      </p>
      <p class="ways">
        New to TDX? <a href="docs/introduction.html">Dynamic PAMT in five pictures</a>. Then:{" "}
        <a href="docs/designs.html">why each design holds or breaks</a>,{" "}
        <a href="docs/counterexamples.html">how to read a failure</a>, <a href="docs/c.html">checking C</a>,{" "}
        <a href="docs/glossary.html">the glossary</a>.
      </p>
    </div>
  );
}
