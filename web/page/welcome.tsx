/** What is there before anything was checked: where to begin. */

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
      <h2>Choose what to check, or begin here</h2>
      <ul>
        {examples.map(([fragment, what, answer]) => (
          <li key={fragment}>
            <a href={`#${fragment}`}>
              <b>{what}</b> <span class="muted">{answer}</span>
            </a>
          </li>
        ))}
      </ul>
      <p class="muted">
        <b>holds</b> means that every interleaving within the bounds was covered. <b>violated</b> comes with the failing
        interleaving, step by step, with the fewest context switches. <b>inconclusive</b> means that a limit was met,
        the run was stopped, or it was sampled.
      </p>
    </div>
  );
}
