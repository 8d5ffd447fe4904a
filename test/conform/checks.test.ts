/** The table of checks: complete, without ambiguity, and what the recorded vectors reach of it. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Leaf, leafName, TDX_PAGE_NOT_FREE } from "../../src/abi/index.js";
import { explanations } from "../../src/conform/checks/index.js";
import { ANY_LEAF, type CheckCoverage, checkTable, conform, vectorLines } from "../../src/conform/index.js";
import { Probe } from "../../src/conform/probe.js";
import { run } from "../../src/machine/index.js";
import { entryLock, entryOf, LOCK_EXCLUSIVE, TD, writeTdParams } from "../../src/module/index.js";
import { A, B, C, D, type Inputs, NULL_PA, PAGE, registersFor, TestHost } from "../module/support/host.js";
import { addPair, blockAndTrack, buildTd, FREE_PAGE, pamtPage, SEPT_1, TDR, TDVPR } from "../module/support/td.js";

const folder = fileURLToPath(new URL("../fixtures/vectors/", import.meta.url));
const text = (file: string): string => readFileSync(`${folder}${file}`, "utf8");

/** The checks that a file reached, as `leaf: check`. */
function reachedBy(checks: CheckCoverage | undefined): string[] {
  return Object.entries(checks?.leaves ?? {}).flatMap(([leaf, counts]) =>
    Object.entries(counts).flatMap(([name, times]) => (times > 0 ? [`${leaf}: ${name} ${times}`] : [])),
  );
}

describe("the table of checks", () => {
  it("has every leaf of the model, each name once, and success last", () => {
    expect([...checkTable.keys()].sort()).toEqual([ANY_LEAF, ...Object.values(Leaf).map(leafName)].sort());
    for (const [leaf, checks] of checkTable) {
      const names = checks.map(({ name }) => name);
      expect(new Set(names).size, leaf).toBe(names.length);
      if (leaf !== ANY_LEAF) expect(names.at(-1), leaf).toBe("success");
    }
  });

  it("names the checks of PAMT.ADD in the order in which they are made", () => {
    expect(checkTable.get("TDH.PHYMEM.PAMT.ADD")?.map(({ name }) => name)).toEqual([
      "RAX without Dynamic PAMT",
      "RCX format",
      "RDX format",
      "RDX range",
      "R8 format",
      "R8 range",
      "RCX range",
      "RCX busy",
      "RCX range not free",
      "RDX busy",
      "RDX not free (walk)",
      "R8 busy",
      "R8 not free (walk)",
      "RDX not free (bitmap)",
      "R8 not free (bitmap)",
      "success",
    ]);
  });

  it("does not explain a status that the leaf never returns", () => {
    const host = new TestHost();
    const registers = registersFor(Leaf.SysRd, {});
    const probe = new Probe(host.module, registers.copy());
    run(host.words, probe.watch(host.module.seamcall(registers)));
    expect(explanations(Leaf.SysRd, TDX_PAGE_NOT_FREE, probe)).toEqual([]);
  });
});

describe("recorded vectors", () => {
  const all: Record<string, Record<string, number>> = {};
  const unexplained: string[] = [];

  beforeAll(() => {
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".jsonl"))) {
      const { checks } = conform(text(file), { file, checks: true });
      for (const [leaf, counts] of Object.entries(checks?.leaves ?? {})) {
        all[leaf] ??= {};
        for (const [name, times] of Object.entries(counts)) all[leaf][name] = (all[leaf][name] ?? 0) + times;
      }
      unexplained.push(...(checks?.unexplained ?? []));
    }
  }, 60_000);

  const missed = (leaf: string): string[] =>
    Object.entries(all[leaf] ?? {}).flatMap(([name, n]) => (n > 0 ? [] : [name]));

  it("end at exactly one check each", () => {
    expect(unexplained).toEqual([]);
  });

  it("reach every check of the leaves that Dynamic PAMT is about", () => {
    for (const leaf of ["PAMT.ADD", "PAMT.REMOVE", "PAGE.RDMD", "PAGE.WBINVD"]) {
      expect(missed(`TDH.PHYMEM.${leaf}`), leaf).toEqual([]);
    }
    expect(missed("TDH.MNG.CREATE")).toEqual(["shutdown: page count out of its range"]);
  });

  it("reach this many checks in all", () => {
    const counts = Object.values(all).flatMap((checks) => Object.values(checks));
    expect([counts.filter((times) => times > 0).length, counts.length]).toEqual([265, 547]);
  });

  it("of one call reach one check", () => {
    const vector = JSON.parse(vectorLines(text("random-pamt.jsonl"))[0]?.text ?? "");
    vector.ops = vector.ops.slice(0, 1);
    const result = conform(JSON.stringify(vector), { file: "one", checks: true });
    expect(reachedBy(result.checks)).toEqual(["TDH.PHYMEM.PAGE.RECLAIM: RCX owned by no TD 1"]);
  });

  it("tell a page that is in use from one that is claimed", () => {
    const vector = JSON.parse(
      vectorLines(text("directed.jsonl")).find((line) => line.text.includes("pamt.add/page-states"))?.text ?? "",
    );
    const reached = reachedBy(conform(JSON.stringify(vector), { file: "states", checks: true }).checks);
    expect(reached.filter((line) => line.includes("not free (") && line.includes("PAMT.ADD"))).toEqual([
      expect.stringMatching(/RDX not free \(walk\) \d+$/),
      expect.stringMatching(/R8 not free \(walk\) \d+$/),
      expect.stringMatching(/RDX not free \(bitmap\) \d+$/),
      expect.stringMatching(/R8 not free \(bitmap\) \d+$/),
    ]);
  });

  it("are not watched unless asked", () => {
    expect(conform(text("random-static.jsonl"), { file: "x" }).checks).toBeUndefined();
  });
});

/** Makes a call and names the checks that explain how it ended. */
function endsAt(host: TestHost, leaf: Leaf, inputs: Inputs): string[] {
  const registers = registersFor(leaf, inputs);
  const probe = new Probe(host.module, registers.copy());
  const status = run(host.words, probe.watch(host.module.seamcall(registers)));
  return explanations(leaf, status, probe).map(({ leaf: name, check }) =>
    name === ANY_LEAF ? `any: ${check.name}` : check.name,
  );
}

const NO_L2: Inputs = { r9: NULL_PA, r10: NULL_PA, r11: NULL_PA };
const GPA_2M = 0x200000;
const td = (host: TestHost): number => host.module.tds.record(host.module.pamt.frameOf(TDR));
const hold = (host: TestHost, word: number): void => host.words.write(word, LOCK_EXCLUSIVE);
const hold4k = (host: TestHost, hpa: number): void =>
  hold(host, host.module.pamt.lock4k(host.module.pamt.frameOf(hpa)));
const hold2m = (host: TestHost, hpa: number): void =>
  hold(host, host.module.pamt.entry2m(host.module.pamt.frameOf(hpa)));
/** Lock of the root entry of the TD's Secure EPT for guest address 0. */
const holdRootEntry = (host: TestHost): void =>
  hold(host, entryLock(entryOf(host.module.sept.root(host.module.pamt.frameOf(TDR), 0), 0)));

/** One preparation after another. */
const after =
  (first: (host: TestHost) => void, then: (host: TestHost) => void) =>
  (host: TestHost): void => {
    first(host);
    then(host);
  };
const running = (host: TestHost): void => buildTd(host);
const building = (host: TestHost): void => buildTd(host, { runnable: false });
const aug = (host: TestHost): void => {
  building(host);
  host.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B });
};
const demoted = (host: TestHost): void => {
  building(host);
  host.must(Leaf.MemPageAug, { rcx: GPA_2M + 1, rdx: TDR, r8: C });
  const pages = { r8: FREE_PAGE, r12: pamtPage(8), r13: pamtPage(9) };
  host.must(Leaf.MemPageDemote, { rcx: GPA_2M + 1, rdx: TDR, ...pages });
};
/** A TD with one L2 VM, which has tables as the TD has down to level 2. */
const withL2 = (host: TestHost): void => {
  addPair(host, A, 0);
  addPair(host, B, 2);
  host.must(Leaf.MngCreate, { rcx: TDR, rdx: 33 });
  host.must(Leaf.MngKeyConfig, { rcx: TDR });
  for (let i = 1; i <= 7; i++) host.must(Leaf.MngAddcx, { rcx: A + i * PAGE, rdx: TDR });
  writeTdParams(host.module.memory, 0x20000n, { numL2: 1 });
  host.must(Leaf.MngInit, { rcx: TDR, rdx: 0x20000 });
  for (const [i, rcx] of [3, 2, 1].entries()) {
    const pages = { r8: A + (20 + i) * PAGE, r9: B + i * PAGE };
    host.must(Leaf.MemSeptAdd, { ...NO_L2, rcx, rdx: TDR, ...pages, version: 1 });
  }
};
const septAdd = { ...NO_L2, rdx: TDR + 1, r8: FREE_PAGE, version: 1 };

type Row = readonly [expected: string, leaf: Leaf, inputs: Inputs, prepare: (host: TestHost) => void];

const rows: readonly Row[] = [
  ["any: RAX version of a leaf without versions", Leaf.PhymemPamtAdd, { version: 1 }, building],
  ["any: RAX unknown leaf", 63 as Leaf, {}, building],
  ["any: module not ready", Leaf.MemTrack, { rcx: TDR }, (host) => host.words.write(host.module.system, 1)],
  ["any: module shut down", Leaf.MemTrack, { rcx: TDR }, (host) => host.words.write(host.module.system, 8)],
  ["RAX version", Leaf.MemSeptAdd, { version: 2 }, building],
  ["RDX flags", Leaf.MemSeptAdd, { rcx: 1, rdx: TDR + 2 }, building],
  ["RDX flags", Leaf.MemPageDemote, { rcx: 1, rdx: TDR + 4 }, building],
  ["RDX format", Leaf.MemPageDemote, { rcx: 1, rdx: TDR + 2 ** 45 }, building],
  ["RDX attributes for L2 VMs", Leaf.MemSeptRd, { rcx: 1, rdx: TDR + 1 }, building],
  ["RDX format", Leaf.MemSeptRd, { rcx: 1, rdx: TDR + 2 }, building],
  ["RCX entry busy", Leaf.MemSeptRd, { rcx: 3, rdx: TDR }, after(building, (host) => holdRootEntry(host))],
  ["R8 the page itself", Leaf.MemPageRelocate, { rcx: 0, rdx: TDR, r8: B }, aug],
  ["R8 format", Leaf.MemPageRelocate, { rcx: 0, rdx: TDR, r8: B + 1 }, aug],
  ["page busy", Leaf.MemPageRelocate, { rcx: 0, rdx: TDR, r8: FREE_PAGE }, after(aug, (host) => hold4k(host, B))],
  ["page busy", Leaf.MemPageRemove, { rcx: 0, rdx: TDR }, after(aug, (host) => hold4k(host, B))],
  ["R8 in use", Leaf.MemPageAug, { rcx: GPA_2M + 1, rdx: TDR, r8: B }, building],
  [
    "R8 of 2 MiB in use in part",
    Leaf.MemPageAug,
    { rcx: GPA_2M + 1, rdx: TDR, r8: C },
    (host) => {
      building(host);
      host.must(Leaf.PhymemPamtAdd, { rcx: D + 1, rdx: C, r8: C + PAGE });
    },
  ],
  ["R8 without page pair", Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: C }, building],
  [
    "Secure EPT page busy",
    Leaf.MemPagePromote,
    { rcx: GPA_2M + 1, rdx: TDR },
    (host) => {
      demoted(host);
      hold4k(host, FREE_PAGE);
    },
  ],
  ["merged page busy", Leaf.MemPagePromote, { rcx: GPA_2M + 1, rdx: TDR }, after(demoted, (host) => hold2m(host, C))],
  ["success", Leaf.MemPagePromote, { rcx: GPA_2M + 1, rdx: TDR }, demoted],
  ["Secure EPT page busy", Leaf.MemSeptRemove, { rcx: 1, rdx: TDR }, after(building, (host) => hold4k(host, SEPT_1))],
  [
    "L2 Secure EPT page busy",
    Leaf.MemSeptRemove,
    { rcx: 1, rdx: TDR },
    after(withL2, (host) => hold4k(host, B + 2 * PAGE)),
  ],
  ["R9 to R11 without such an L2 VM", Leaf.MemSeptAdd, { ...septAdd, rcx: 1, r10: B + 9 * PAGE }, withL2],
  ["R9 to R11 format", Leaf.MemSeptAdd, { ...septAdd, rcx: GPA_2M + 1, r9: B + 1 }, withL2],
  ["R9 to R11 in use", Leaf.MemSeptAdd, { ...septAdd, rcx: GPA_2M + 1, r9: B }, withL2],
  ["R9 to R11 busy", Leaf.MemSeptAdd, { ...septAdd, rcx: GPA_2M + 1, r9: FREE_PAGE }, withL2],
  [
    "L2 Secure EPT entry not free",
    Leaf.MemSeptAdd,
    { ...NO_L2, rcx: 1, rdx: TDR, r8: NULL_PA, r9: B + 9 * PAGE, version: 1 },
    withL2,
  ],
  [
    "RCX not tracked",
    Leaf.MemRangeUnblock,
    { rcx: 1, rdx: TDR },
    (host) => {
      running(host);
      host.must(Leaf.MemRangeBlock, { rcx: 1, rdx: TDR });
    },
  ],
  ["success", Leaf.MemRangeUnblock, { rcx: 1, rdx: TDR }, after(running, (host) => blockAndTrack(host, 0, 1))],
  ["TD fatal", Leaf.MemTrack, { rcx: TDR }, after(running, (host) => host.words.write(td(host) + TD.FATAL, 1))],
  ["TD_EPOCH busy", Leaf.MemTrack, { rcx: TDR }, after(running, (host) => hold(host, td(host) + TD.EPOCH_LOCK))],
  [
    "shutdown: page count out of its range",
    Leaf.MemPageAug,
    { rcx: 0, rdx: TDR, r8: B },
    (host) => {
      building(host);
      host.words.write(host.module.pamt.tailAt(host.module.pamt.frameOf(B), 1), 512);
    },
  ],
  [
    "shutdown: no entry for a page in use",
    Leaf.MemPageRemove,
    { rcx: 0, rdx: TDR },
    (host) => {
      aug(host);
      host.words.write(host.module.pamt.headAt(host.module.pamt.frameOf(B), 0), 0);
    },
  ],
  [
    "TDCS not allocated for L2 VMs",
    Leaf.MngInit,
    { rcx: TDR, rdx: 0x20000 },
    (host) => {
      addPair(host, A, 0);
      host.must(Leaf.MngCreate, { rcx: TDR, rdx: 33 });
      host.must(Leaf.MngKeyConfig, { rcx: TDR });
      for (let i = 1; i <= 6; i++) host.must(Leaf.MngAddcx, { rcx: A + i * PAGE, rdx: TDR });
      writeTdParams(host.module.memory, 0x20000n, { numL2: 1 });
    },
  ],
  [
    "RCX not aligned to its page's size",
    Leaf.PhymemPageReclaim,
    { rcx: C + PAGE },
    (host) => {
      building(host);
      host.must(Leaf.MemPageAug, { rcx: GPA_2M + 1, rdx: TDR, r8: C });
    },
  ],
  ["RCX level or reserved bits", Leaf.PhymemPageRdmd, { rcx: B + 3 }, building],
  ["RCX alignment or HKID", Leaf.PhymemPageRdmd, { rcx: B + PAGE + 1 }, building],
];

describe("calls that end at the same status in different places", () => {
  it.each(rows.map((row) => [`${leafName(row[1]) ?? row[1]}: ${row[0]}`, row] as const))("%s", (_name, row) => {
    const [expected, leaf, inputs, prepare] = row;
    const host = new TestHost();
    prepare(host);
    expect(endsAt(host, leaf, inputs)).toEqual([expected]);
  });
});

describe("any call", () => {
  const pages = [
    TDR,
    TDVPR,
    A + PAGE,
    SEPT_1,
    FREE_PAGE,
    B,
    B + PAGE,
    B + 9 * PAGE,
    C,
    C + PAGE,
    D,
    pamtPage(0),
    pamtPage(8),
    pamtPage(9),
  ];
  const low = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 4, 8, 0x800);
  const address = fc
    .tuple(fc.constantFrom(...pages, 0, GPA_2M, 2 ** 30, 2 ** 45, 2 ** 52), low)
    .map(([page, bits]) => page + bits);
  const guest = fc.tuple(fc.constantFrom(0, PAGE, GPA_2M, 2 ** 30, 2 ** 47), low).map(([page, bits]) => page + bits);
  const leaf = fc.constantFrom(...Object.values(Leaf));
  const call = fc.record({
    leaf,
    version: fc.constantFrom(0, 0, 0, 1, 2),
    rcx: fc.oneof(address, guest),
    rdx: fc.oneof(address, fc.constant(TDR), fc.constant(TDR), fc.constant(34)),
    r8: address,
    r9: fc.oneof(address, fc.constant(NULL_PA)),
    r10: fc.constantFrom(NULL_PA, B + 5 * PAGE),
    r11: fc.constantFrom(NULL_PA, B + 6 * PAGE),
    r12: address,
    r13: address,
    held: fc.constantFrom(...pages, -1, -1, -1, -1),
    level: fc.constantFrom(0, 1, 2),
    interrupt: fc.constantFrom(0, 0, 0, 1),
  });
  const stage = fc.constantFrom(running, building, aug, demoted, withL2, () => {});

  it("ends at exactly one check", () => {
    fc.assert(
      fc.property(stage, fc.array(call, { minLength: 40, maxLength: 40 }), fc.boolean(), (prepare, calls, dynamic) => {
        const host = new TestHost({ dynamic: dynamic || prepare !== running });
        prepare(host);
        for (const { leaf: number, held, level, interrupt, ...inputs } of calls) {
          const word = held < 0 ? -1 : host.module.pamt.lockAt(host.module.pamt.frameOf(held), level);
          const free = word < 0 ? 0 : host.words.read(word);
          if (word >= 0) hold(host, word);
          host.words.write(host.module.interrupt, interrupt);
          const found = endsAt(host, number, inputs);
          if (word >= 0) host.words.write(word, free);
          expect(found, `${leafName(number)} ${JSON.stringify(inputs)}`).toHaveLength(1);
          if (found[0]?.startsWith("shutdown") === true) return;
        }
      }),
      { numRuns: 60 },
    );
  });
});
