/** Texts of facts, word for word, where no run gets to them; which of them are trouble; and facts of words. */
import { describe, expect, it } from "vitest";
import { Leaf, Level, Operand, TDX_OPERAND_BUSY, TDX_OPERAND_INVALID, TDX_SUCCESS } from "../../src/abi/index.js";
import { type Action, categoryOf, isTrouble, type KnownAction, Setup, scenarioByName } from "../../src/check/index.js";
import { callAction, eventAction } from "../../src/check/trace/actions.js";
import { leafFact, statusFact } from "../../src/check/trace/codes.js";
import { fatalText, memoryMisuseText, misuseText, phraseOf, warningText } from "../../src/check/trace/phrases.js";
import { WordFacts } from "../../src/check/trace/word-facts.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { HelperKind, KernelEvent, MemoryMisuse, PageMisuse, PTRS_PER_PMD, Warning } from "../../src/kernel/index.js";
import { FatalCause, ModuleEvent } from "../../src/module/index.js";

const leaf = leafFact(Leaf.PhymemPamtAdd);
const busy = statusFact(TDX_OPERAND_BUSY | Operand.Rcx);
const invalid = statusFact(TDX_OPERAND_INVALID | Operand.Rcx);
const same = (address: number): number => address;
const nothing = (): object => ({});

/** What an event says, and whether it is trouble. */
function told(code: number, detail = 0, extra = 0): [text: string | undefined, trouble?: boolean] {
  const action = eventAction(code, detail, extra, same, nothing);
  return action === undefined ? [undefined] : [phraseOf(action), isTrouble(action)];
}

describe("events", () => {
  it.each([
    [KernelEvent.Leave, HelperKind.Get, -12, "tdx_pamt_get returns -12", false],
    [KernelEvent.Leave, HelperKind.Put, 0, "tdx_pamt_put returns", false],
    [KernelEvent.Leave, HelperKind.ExtraPut, 0, "tdx_pamt_put returns", false],
    [KernelEvent.Leave, HelperKind.Alloc, 0, "tdx_alloc_page returns NULL", false],
    [KernelEvent.Leave, HelperKind.Alloc, -12, "tdx_alloc_page returns ERR_PTR(-12)", false],
    [KernelEvent.Leave, HelperKind.Alloc, 77, "tdx_alloc_page returns page 0x4d000", false],
    [KernelEvent.Leave, HelperKind.Free, 0, "tdx_free_page returns", false],
    [KernelEvent.Leave, HelperKind.Split, 0, "split returns", false],
    [KernelEvent.Leave, HelperKind.Merge, 0, "merge returns", false],
    [KernelEvent.Leave, HelperKind.Fault, 0, "fault returns", false],
    [KernelEvent.SeamcallReturned, Leaf.PhymemPamtAdd, TDX_SUCCESS, "TDH.PHYMEM.PAMT.ADD returns TDX_SUCCESS", false],
    [
      KernelEvent.SeamcallFailed,
      Leaf.PhymemPamtRemove,
      TDX_OPERAND_BUSY | Operand.Rcx,
      "TDH.PHYMEM.PAMT.REMOVE returns TDX_OPERAND_BUSY | RCX, by nobody's fault",
      true,
    ],
    [KernelEvent.Warn, Warning.PamtAddFailed, 0, "WARN: PAMT.ADD failed", true],
    [KernelEvent.Warn, Warning.PamtRemoveFailed, 0, "WARN: PAMT.REMOVE failed, the pair is leaked", true],
    [KernelEvent.Warn, Warning.CountUnderflow, 0, "WARN: put without a user", true],
    [KernelEvent.Warn, Warning.InSource, 0, "WARN", true],
    [KernelEvent.Warn, Warning.Complaint, 0, "an error is logged", false],
    [KernelEvent.PageMisused, PageMisuse.GivenTwice, 5, "a page is given to the TDX module twice", true],
    [KernelEvent.MemoryMisused, MemoryMisuse.Bug, 0, "the kernel stops at a BUG", true],
    [KernelEvent.AllocationFailed, 0, 0, "the allocation fails", true],
    [KernelEvent.Yield, Leaf.MemPageAug, 0, "TDH.MEM.PAGE.AUG was BUSY and will be made again", true],
    [KernelEvent.CounterOutOfRange, 7, -5, "counter 7 is outside the array of 5", false],
    [KernelEvent.Softirq, 1, 0, "a softirq begins", false],
    [KernelEvent.Softirq, 0, 0, "the softirq ends", false],
    [KernelEvent.HardInterrupt, 1, 0, "an interrupt begins", false],
    [KernelEvent.HardInterrupt, 0, 0, "the interrupt ends", false],
    [
      ModuleEvent.Fatal,
      FatalCause.LockNotHeld,
      0,
      "the TDX module shuts down: a PAMT lock is released that nobody holds: the page pair was replaced meanwhile",
      true,
    ],
    [ModuleEvent.SilentWrite, 9, 0, "the module writes into a page that it has handed back", false],
  ])("%s, %s, %s", (code, detail, extra, text, trouble) => {
    expect(told(code, detail, extra)).toEqual([text, trouble]);
  });

  it("of which a reader need not know are left out", () => {
    expect(told(KernelEvent.Enter, HelperKind.Get)).toEqual([undefined]);
    expect(told(KernelEvent.Leave, HelperKind.Several)).toEqual([undefined]);
    expect(told(KernelEvent.Used)).toEqual([undefined]);
  });

  it("name the page that they are of, by the address that the CPU knows it by", () => {
    const moved = eventAction(KernelEvent.PageMisused, PageMisuse.NotLive, -3, (address) => address + 1, nothing);
    expect(moved).toMatchObject({ misuse: "NotLive", page: 3 * 4096 + 1 });
    expect(eventAction(KernelEvent.PageMisused, PageMisuse.NotLive, 0, same, nothing)).not.toHaveProperty("page");
  });

  it("have a text for each code, and each its own", () => {
    const tables: readonly (readonly [object, object])[] = [
      [Warning, warningText],
      [PageMisuse, misuseText],
      [MemoryMisuse, memoryMisuseText],
      [FatalCause, fatalText],
    ];
    for (const [codes, texts] of tables) {
      const names = Object.keys(codes).filter((key) => !/^\d+$/.test(key));
      expect(Object.keys(texts).sort()).toEqual(names.sort());
      expect(new Set(Object.values(texts)).size).toBe(names.length);
    }
  });
});

describe("other facts", () => {
  const change = { before: 0, after: 1, changed: true };
  const lock = { kind: "lock", lock: "TD 0: lock", mode: "exclusive", effect: "acquire", ...change } as const;
  const cases: readonly (readonly [string, KnownAction, trouble?: boolean])[] = [
    ["TDH.PHYMEM.PAMT.ADD(0x1, 0x2)", { kind: "call", of: "seamcall", leaf, operands: ["0x1", "0x2"] }],
    ["tdx_pamt_put(0x1000)", { kind: "call", of: "helper", helper: "tdx_pamt_put", page: 4096 }],
    ["tdx_topup_pamt_cache(5)", { kind: "call", of: "helper", helper: "tdx_topup_pamt_cache", pairs: 5 }],
    ["tdx_free_pamt_cache()", { kind: "call", of: "helper", helper: "tdx_free_pamt_cache" }],
    ["turn", { kind: "call", of: "other", name: "turn" }],
    [
      "TDH.PHYMEM.PAMT.ADD returns TDX_OPERAND_BUSY | RCX",
      { kind: "return", of: "seamcall", leaf, status: busy },
      true,
    ],
    [
      "TDH.PHYMEM.PAMT.ADD returns TDX_OPERAND_INVALID | RCX",
      { kind: "return", of: "seamcall", leaf, status: invalid },
    ],
    ["inc(w): 0 -> 1", { kind: "word", operation: "inc", word: "w", ...change }],
    ["inc(w): 0 -> 1, in the store buffer", { kind: "word", operation: "inc", word: "w", ...change, buffered: true }],
    ["read(w): &x", { kind: "word", operation: "read", word: "w", before: "&x", after: "&x", changed: false }],
    ["store of w reaches memory: 0 -> 1", { kind: "drain", word: "w", words: 1, ...change }],
    ["store of 3 words from w on reaches memory: 0 -> 1", { kind: "drain", word: "w", words: 3, ...change }],
    ["smp_mb()", { kind: "fence", operation: "smp_mb" }],
    ["where it fails: 2", { kind: "choice", choice: "where it fails", alternative: 2 }],
    ["waits in spin_lock(l)", { kind: "wait", for: "word", operation: "spin_lock", word: "l" }, true],
    ["waits for another CPU: its SEAMCALL stays BUSY", { kind: "wait", for: "cpu", why: "busy" }, true],
    ["waits for another CPU: it goes round in vain", { kind: "wait", for: "cpu", why: "loop" }, true],
    ["spin_trylock(TD 0: lock)", { ...lock, operation: "spin_trylock", owner: "kernel", busy: true }],
    [
      "clear_bit_unlock(TD 0: lock), in the store buffer",
      { ...lock, operation: "clear_bit_unlock", owner: "kernel", busy: false, buffered: true },
    ],
    [
      "acquire exclusive TD 0: BUSY",
      { ...lock, operation: "acquire exclusive", guards: "TD 0", owner: "module", busy: true },
      true,
    ],
    ["acquire exclusive TD 0: lock", { ...lock, operation: "acquire exclusive", owner: "module", busy: false }],
    ["allocates a page, which is lost", { kind: "event", event: "Allocate", lost: true }],
  ];

  it("have their texts, and are trouble where something goes wrong", () => {
    for (const [text, action, trouble = false] of cases) {
      expect([phraseOf(action), isTrouble(action)]).toEqual([text, trouble]);
    }
  });

  it("do not become trouble by the words in names", () => {
    for (const name of ["WARN", "BUSY", "fails", "waits "]) {
      const actions: readonly Action[] = [
        { kind: "call", of: "other", name },
        { kind: "word", operation: name, word: name, ...change },
        { kind: "choice", choice: name, alternative: 1 },
        { kind: "unknown", category: "event" },
      ];
      expect(actions.map(isTrouble)).toEqual([false, false, false, false]);
    }
  });

  it("are of the categories that tracks and style sheets know", () => {
    const actions: readonly Action[] = [
      { kind: "wait", for: "cpu", why: "busy" },
      { kind: "fence", operation: "smp_mb" },
      { kind: "choice", choice: "x", alternative: 0 },
      { kind: "unknown", category: "return" },
    ];
    expect(actions.map(categoryOf)).toEqual(["word", "word", "choice", "return"]);
  });

  it("of calls come from the call; the name stands for what nobody describes", () => {
    expect(callAction(null, "turn", same)).toEqual({ kind: "call", of: "other", name: "turn" });
  });

  it("of statuses have the number that the module returns, and the outcome", () => {
    expect(busy).toEqual({
      value: "0x8000020000000001",
      code: "TDX_OPERAND_BUSY",
      name: "TDX_OPERAND_BUSY | RCX",
      outcome: "busy",
    });
    expect(statusFact(TDX_SUCCESS)).toMatchObject({ value: "0x0", outcome: "success" });
    expect(invalid.outcome).toBe("failure");
  });
});

describe("words", () => {
  const bounds = { cpus: 2, rounds: 1, regions: 2, placement: "adversarial", allocFailures: 1, use: "rdmd" } as const;
  const scenario = scenarioByName("main")!;
  const setupOf = (name: string) => new Setup({ design: designByName(name) as Design, scenario, bounds });

  it("that count users know their region; what a design sets aside is told apart", () => {
    const setup = setupOf("reserved-pool");
    const facts = new WordFacts(setup);
    const region = setup.kernel.memory.contended[1] as number;
    const address = region * PTRS_PER_PMD * 4096;
    const count = facts.word(setup.helpers.refcount?.(region) as number);
    expect(count).toEqual({ word: `count of 0x${address.toString(16)}`, role: "count", region: address });
    expect(facts.word(setup.helpers.pool as number)).toEqual({ word: "pairs in the pool", role: "pool" });
    expect(facts.word(setup.kernel.cpu.busyTurns)).toEqual({ word: "BUSY since another CPU moved" });
  });

  it("that are locks of the module know their entry, at each level", () => {
    const setup = setupOf("global-lock");
    const { pamt } = setup.kernel.tdx;
    const facts = new WordFacts(setup);
    const frame = pamt.frameOfPfn((setup.kernel.memory.contended[0] as number) * PTRS_PER_PMD + 5);
    const found = [Level.Page4K, Level.Page2M, Level.Page1G].map((level) =>
      facts.lock(pamt.lockAt(frame, level), "module"),
    );
    expect(found).toEqual([
      {
        lock: "4K entry of 0x102005000: lock",
        guards: "4K entry of 0x102005000",
        owner: "module",
        entry: { level: "4K", address: 0x102005000 },
      },
      {
        lock: "2M entry of 0x102000000: lock",
        guards: "2M entry of 0x102000000",
        owner: "module",
        entry: { level: "2M", address: 0x102000000 },
      },
      {
        lock: "1G entry of 0x100000000: lock",
        guards: "1G entry of 0x100000000",
        owner: "module",
        entry: { level: "1G", address: 0x100000000 },
      },
    ]);
    expect(pamt.entryOfLock(pamt.headAt(frame, Level.Page2M))).toBeUndefined();
    expect(pamt.entryOfLock(pamt.headAt(frame, Level.Page1G))).toBeUndefined();
    expect(pamt.entryOfLock(setup.kernel.cpu.busyTurns)).toBeUndefined();
  });
});
