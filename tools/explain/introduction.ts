/** The introduction for newcomers: five pictures with a paragraph each, from numbers and runs of the code. */
import type { Counterexample } from "../../src/check/index.js";
import { formatCount, plural } from "../../src/report/words.js";
import { checkPicture } from "./intro-check.js";
import { countPicture, racePicture } from "./intro-count.js";
import { dynamicPicture, pamtPicture } from "./intro-memory.js";
import { WRITTEN, wrapped } from "./markdown.js";
import { numbersOf } from "./numbers.js";
import type { Explained } from "./page.js";

/** The design that shows how counting works, and the one that shows how it fails. */
const COUNTING = "global-lock";
const RACING = "early-drop";

/** Files of the introduction by their paths below docs/. */
export function introduction(all: readonly Explained[]): ReadonlyMap<string, string> {
  const counting = named(all, COUNTING);
  const racing = named(all, RACING);
  const failure = racing.result.counterexample;
  if (failure === null) throw new Error(`${RACING} breaks nothing: the introduction needs another race`);
  const numbers = numbersOf();
  const pictures = [
    pamtPicture(numbers),
    dynamicPicture(numbers),
    countPicture(counting.calls),
    racePicture(failure),
    checkPicture(counting.result, racing.result),
  ];
  return new Map([
    ["introduction.md", textOf(failure, racing)],
    ...pictures.map((text, index): [string, string] => [`images/intro-${index + 1}.svg`, text]),
  ]);
}

function named(all: readonly Explained[], name: string): Explained {
  const found = all.find(({ design }) => design.name === name);
  if (found === undefined) throw new Error(`no design ${name}`);
  return found;
}

function textOf(failure: Counterexample, racing: Explained): string {
  const { entryBytes, pageKib, regionMib, regionPages, pairPages, staticMib, staticShare, bitmapKib } = numbersOf();
  const { bounds, statistics } = racing.result;
  const flags = `--cpus ${bounds.cpus} --rounds ${bounds.rounds}`;
  const parts = [
    WRITTEN,
    "# Dynamic PAMT in five pictures",
    "For readers who know what a kernel and a virtual machine are, and have not met TDX yet.",
    "## What a PAMT is",
    "![Every page has an entry in the PAMT](images/intro-1.svg)",
    "Intel TDX runs virtual machines that the host cannot look into: trust domains, TDs. Between host and TDs runs a piece " +
      "of software, the TDX module. It records for every page whose it is and what it is for. This table is the " +
      `*physical address metadata table*, PAMT. Each page of ${pageKib} KiB has an entry of ${entryBytes} bytes in it. So the ` +
      `table takes ${staticMib} MiB of each GiB, ${(staticShare * 100).toFixed(1)} % of the memory, although TDs may use hardly any of it.`,
    "## Dynamic PAMT",
    "![Entries only for regions in use](images/intro-2.svg)",
    `With *Dynamic PAMT* the host starts without these entries. From the beginning there is one bit for each page, ` +
      `${bitmapKib} KiB of each GiB. Before a TD can get a page, the kernel lends the module ${pairPages} pages, a *page pair*. ` +
      `It has room for the entries of ${regionPages} pages, which is a region of ${regionMib} MiB. Two calls of the module, ` +
      "*SEAMCALLs*, do it: PAMT.ADD brings a pair, PAMT.REMOVE gives it back.",
    "## Counting users",
    "![The kernel counts the users of each region](images/intro-3.svg)",
    "Many pages share the pair of their region, so the kernel counts. `tdx_pamt_get` says that one more page of the region " +
      "is in use, `tdx_pamt_put` that one fewer is. The first get adds the pair, the last put removes it. Every page that a TD " +
      "gets or gives back passes through these helpers, on all CPUs at once. So the counting should be quick, and that makes " +
      "it difficult.",
    "## The race",
    "![The last put meets the first get](images/intro-4.svg)",
    `Here the count goes to 0 before the put takes the lock (the design [${RACING}](designs/${RACING}.md), an early version of ` +
      "the kernel patches). In between another CPU gets the region, uses it, and puts it: its put finds the count 0 and " +
      "removes the pair. Then the first put gets the lock. It sees a count of 0 as well, takes it for its own, and removes a " +
      `pair that is gone. That needs ${plural(failure.switches, "context switch", "context switches")} at just the wrong places; a test on a ` +
      "real machine may run for weeks without them.",
    "## What dpamt does",
    "![Every order is tried](images/intro-5.svg)",
    "`dpamt` runs the helpers on a model of the TDX module. It tries every order in which the CPUs can take their steps, and " +
      `every place where pages can lie. For ${RACING} that is ${formatCount(statistics.states)} states with ${plural(bounds.cpus, "CPU")} ` +
      `and ${plural(bounds.rounds, "round")}. It says which [requirement](requirements/README.md) breaks, and how:\n\n` +
      `    npx dpamt check --design ${RACING} ${flags}`,
    "## Where to go from here",
    "- [The designs, one page each](designs/README.md): pictures of how get and put work, verdicts, counterexamples.\n" +
      "- [Reading a counterexample](counterexamples.md).\n" +
      "- [Why each design holds or breaks](designs.md), and [what a verdict leaves open](limits.md).\n" +
      "- [How dpamt works](architecture.md).",
  ];
  return `${parts.map(wrapped).join("\n\n")}\n`;
}
