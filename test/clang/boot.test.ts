/** What runs at boot: which functions are chosen, what memory holds, and what happens where boot fails. */
import { describe, expect, test } from "vitest";
import { checkC, fromText } from "./support/c.js";

const SUPPORTED = "if (!tdx_supports_dynamic_pamt(&tdx_sysinfo)) return 0;";
const SIZE = "DIV_ROUND_UP(max_pfn, 512) * sizeof(*users)";
const INIT = `static __init int init_users(void) { ${SUPPORTED} users = vzalloc(${SIZE}); return users ? 0 : -ENOMEM; }`;
const TOP = `static __init int init_all(void) { int ret = get_tdx_sys_info(&tdx_sysinfo); return ret ? ret : init_users(); }`;

/** Helpers under one lock, with the given text for boot. */
const withBoot = (boot: string): string => `
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <asm/tdx.h>
static struct tdx_sys_info tdx_sysinfo;
static atomic_t *users;
static DEFINE_SPINLOCK(lock);
${boot}
static void drop(struct page **p)
{
	for (int i = 0; i < 2; i++) {
		tdx_quirk_reset_paddr(page_to_phys(p[i]), PAGE_SIZE);
		__free_page(p[i]);
	}
}
int tdx_pamt_get(struct page *page)
{
	struct tdx_module_args args = { .rcx = ALIGN_DOWN(page_to_phys(page), PMD_SIZE) | TDX_PS_2M };
	struct page *p[2];
	atomic_t *count;

	${SUPPORTED}
	p[0] = alloc_page(GFP_KERNEL_ACCOUNT);
	if (!p[0])
		return -ENOMEM;
	p[1] = alloc_page(GFP_KERNEL_ACCOUNT);
	if (!p[1]) {
		__free_page(p[0]);
		return -ENOMEM;
	}
	count = &users[page_to_pfn(page) / 512];
	args.rdx = page_to_phys(p[0]);
	args.r8 = page_to_phys(p[1]);
	spin_lock(&lock);
	if (atomic_inc_not_zero(count)) {
		spin_unlock(&lock);
		drop(p);
		return 0;
	}
	WARN_ON(seamcall(TDH_PHYMEM_PAMT_ADD, &args));
	atomic_set(count, 1);
	spin_unlock(&lock);
	return 0;
}
void tdx_pamt_put(struct page *page)
{
	struct tdx_module_args args = { .rcx = ALIGN_DOWN(page_to_phys(page), PMD_SIZE) | TDX_PS_2M };
	struct page *p[2];
	atomic_t *count;

	if (!tdx_supports_dynamic_pamt(&tdx_sysinfo))
		return;
	count = &users[page_to_pfn(page) / 512];
	spin_lock(&lock);
	if (atomic_read(count) > 1) {
		atomic_dec(count);
		spin_unlock(&lock);
		return;
	}
	WARN_ON(seamcall_ret(TDH_PHYMEM_PAMT_REMOVE, &args));
	atomic_set(count, 0);
	spin_unlock(&lock);
	p[0] = phys_to_page(args.rdx);
	p[1] = phys_to_page(args.r8);
	drop(p);
}
`;

const SCENARIOS = ["main", "dpamt-off", "init-failure", "init-failure-off"];

async function brokenBy(boot: string): Promise<string[]> {
  const { scenarios } = await checkC(await fromText(withBoot(boot)), SCENARIOS, { cpus: 1 });
  return [...new Set(scenarios.flatMap(({ broken }) => broken))];
}

const second = (onError: string, end = ""): string =>
  `static u32 *spare; static __init int init_users(void) { ${SUPPORTED} users = vzalloc(${SIZE}); if (!users) return -ENOMEM;
   spare = kcalloc(16, 4, GFP_KERNEL); if (!spare) ${onError} return 0; ${end} } ${TOP}`;
const allocated = (how: string, then = ""): string =>
  `static __init int init_users(void) { ${SUPPORTED} users = ${how}; if (!users) return -ENOMEM; ${then} return 0; } ${TOP}`;
const loop = (body: string): string => `for (unsigned long i = 0; i < DIV_ROUND_UP(max_pfn, 512); i++) ${body}`;

describe("boot that is right", () => {
  test.each([
    [
      "beside a function that returns an address",
      `${INIT} ${TOP} void *info(int n) { return n ? NULL : &tdx_sysinfo; }`,
    ],
    [
      "beside one that fills a member",
      `${INIT} ${TOP} static int fill(struct tdx_sys_info_version *v) { v->major_version = 1; return 0; }
      int updated(void) { return fill(&tdx_sysinfo.version); }`,
    ],
    [
      "in functions that take arguments",
      `static __init int init_users(unsigned long pfns, size_t each) { ${SUPPORTED}
      users = vzalloc(DIV_ROUND_UP(pfns, 512) * each); return users ? 0 : -ENOMEM; }
      static __init int init_all(void) { int ret = get_tdx_sys_info(&tdx_sysinfo); return ret ? ret : init_users(max_pfn, sizeof(*users)); }`,
    ],
    [
      "through a pointer",
      `static __init int make(atomic_t **out, unsigned long n) { *out = vzalloc(n * sizeof(**out)); return *out ? 0 : -ENOMEM; }
      static __init int init_all(void) { unsigned long n = DIV_ROUND_UP(max_pfn, 512); int ret = get_tdx_sys_info(&tdx_sysinfo);
      return ret ? ret : make(&users, n); }`,
    ],
    ["with memset", allocated(`vmalloc(${SIZE})`, `memset(users, 0, ${SIZE});`)],
    ["with a loop", allocated(`vmalloc(${SIZE})`, loop("atomic_set(&users[i], 0);"))],
    ["with an error path", second("goto err;", "err: vfree(users); users = NULL; return -ENOMEM;")],
    ["with a teardown", `${INIT} ${TOP} static void __exit leave_free(void) { vfree(users); users = NULL; }`],
    ["in a function that returns a long", `${INIT} ${TOP}`.replaceAll("__init int", "__init long")],
    [
      "in a function that says whether all went well",
      `static __init bool init_users(void) { if (!tdx_supports_dynamic_pamt(&tdx_sysinfo)) return true;
      users = vzalloc(${SIZE}); return users; }
      static __init int init_all(void) { int ret = get_tdx_sys_info(&tdx_sysinfo); return ret ? ret : init_users() ? 0 : -ENOMEM; }`,
    ],
    [
      "with two functions that give back, of which one is for the error path",
      `static u32 *spare; static void free_users(void) { vfree(users); }
      static __init int init_users(void) { ${SUPPORTED} users = vzalloc(${SIZE}); if (!users) return -ENOMEM;
      spare = kcalloc(16, 4, GFP_KERNEL); if (!spare) { free_users(); users = NULL; return -ENOMEM; } kfree(spare); spare = NULL; return 0; } ${TOP}
      void exit_users(void) { vfree(users); users = NULL; }`,
    ],
    [
      "that keeps what it has for another try",
      `static u32 *spare; static __init int init_users(void) { ${SUPPORTED} if (!users) users = vzalloc(${SIZE});
      if (!users) return -ENOMEM; if (!spare) spare = kcalloc(16, 4, GFP_KERNEL); return spare ? 0 : -ENOMEM; } ${TOP}`,
    ],
    [
      "whose caller, with an argument, gives back what a failure leaves",
      `static u32 *spare; static __init int init_users(void) { ${SUPPORTED} users = vzalloc(${SIZE}); if (!users) return -ENOMEM;
      spare = kcalloc(16, 4, GFP_KERNEL); return spare ? 0 : -ENOMEM; }
      static __init int init_all(int quiet) { int ret = get_tdx_sys_info(&tdx_sysinfo); if (!ret) ret = init_users();
      if (ret) { vfree(users); users = NULL; } return quiet ? 0 : ret; }`,
    ],
    [
      "with counters mapped range by range, between limits that are local to a macro's loop",
      `static int map_users(unsigned long first, unsigned long last) { unsigned long from, to;
      from = round_down((unsigned long)&users[first / 512], PAGE_SIZE); to = round_up((unsigned long)&users[last / 512] + 4, PAGE_SIZE);
      WARN_ON(!IS_ALIGNED(from, PAGE_SIZE)); return apply_to_page_range(&init_mm, from, to - from, NULL, NULL); }
      static int map_all(void) { unsigned long first, last; int i, nid, ret;
      for_each_mem_pfn_range(i, MAX_NUMNODES, &first, &last, &nid) { ret = map_users(first, last - 1); if (ret) return ret; } return 0; }
      static __init int init_users(void) { struct vm_struct *area; int ret; ${SUPPORTED}
      area = get_vm_area(${SIZE}, VM_SPARSE); if (!area) return -ENOMEM; users = area->addr; ret = map_all();
      if (ret) { free_vm_area(area); users = NULL; } return ret; } ${TOP}`,
    ],
    [
      "by an assignment in a function that needs too much",
      `static const struct tdx_sys_info *known; static void told(const struct tdx_sys_info *info) { known = info; }
      static const struct tdx_sys_info *sysinfo; ${INIT.replace("&tdx_sysinfo", "sysinfo")}
      static int __init bring_up(void) { int a = one_thing(), b = another(a), c = a_third(b); if (a | b | c) return c; told(sysinfo);
      sysinfo = tdx_get_sysinfo(); return init_users(); }
      static __init int init_all(void) { return get_tdx_sys_info(&tdx_sysinfo); }`,
    ],
    [
      "through a pointer that an attribute stands before",
      `static int make(atomic_t **out, unsigned long n) { *out = vzalloc(n * sizeof(**out)); return *out ? 0 : -ENOMEM; }
      static u32 * __read_mostly spare; static int fill(u32 **out) { *out = NULL; return 0; }
      static __init int init_users(void) { ${SUPPORTED} return make(&users, DIV_ROUND_UP(max_pfn, 512)) ?: fill(&spare); } ${TOP}`,
    ],
    [
      "with a hook that nobody has set",
      `struct hook { int (*note)(unsigned long pfn); }; static struct hook *hook;
      void set_hook(struct hook *to, int n) { hook = to; }
      ${INIT.replace("users = vzalloc", "if (hook) hook->note(0); users = vzalloc")} ${TOP}`,
    ],
    ["that stops the kernel without memory", allocated(`vzalloc(${SIZE})`).replace("return -ENOMEM;", "BUG();")],
  ])("%s holds", async (_name, boot) => {
    expect(await brokenBy(boot)).toEqual([]);
  });
});

describe("boot that is wrong", () => {
  test.each([
    [
      "memory is had by a function that nobody calls at boot",
      "R7",
      `void debugfs_write(int level) { one_thing(level); another(level); a_third(level); users = vzalloc(${SIZE.replace("*users", "atomic_t")}); }
      static __init int init_all(void) { return get_tdx_sys_info(&tdx_sysinfo); }`,
    ],
    ["memory of vmalloc is not zeroed", "R7", allocated(`vmalloc(${SIZE})`)],
    ["memory of kmalloc is not zeroed", "R7", allocated(`kvmalloc(${SIZE}, GFP_KERNEL)`)],
    ["a part of it is zeroed", "R7", allocated(`vmalloc(${SIZE})`, "memset(users, 0, DIV_ROUND_UP(max_pfn, 512));")],
    [
      "nothing is mapped behind an address",
      "R7",
      `static __init int init_users(void) { struct vm_struct *area; ${SUPPORTED}
      area = get_vm_area(${SIZE}, VM_SPARSE); if (!area) return -ENOMEM; users = area->addr; return 0; } ${TOP}`,
    ],
    ["an error path keeps memory", "R6", second("return -ENOMEM;")],
    [
      "an error path keeps memory and says so in a long",
      "R6",
      second("return -ENOMEM;").replaceAll("__init int", "__init long"),
    ],
    [
      "the last of many error paths keeps memory",
      "R6",
      `static u32 *many[200]; static __init int init_users(void) { ${SUPPORTED} users = vzalloc(${SIZE}); if (!users) return -ENOMEM;
      for (int i = 0; i < 200; i++) { many[i] = kcalloc(4, 4, GFP_KERNEL); if (!many[i]) { while (--i >= 0) if (i != 180) kfree(many[i]);
      vfree(users); users = NULL; return -ENOMEM; } } return 0; } ${TOP}`,
    ],
    ["an error path frees twice", "R7", second("goto err;", "err: vfree(users); vfree(users); return -ENOMEM;")],
    [
      "a failure is not told",
      "R7",
      `static __init int init_users(void) { ${SUPPORTED} users = vzalloc(${SIZE}); return 0; } ${TOP}`,
    ],
    [
      "a teardown forgets memory",
      "R6",
      `${INIT} ${TOP} static void __exit free_users(void) { kfree(NULL); users = NULL; }`,
    ],
    [
      "a teardown looks at what is not there",
      "R7",
      `${INIT} ${TOP} static void __exit free_users(void) { WARN_ON(atomic_read(users)); vfree(users); users = NULL; }`,
    ],
  ])("%s: %s", async (_name, id, boot) => {
    expect(await brokenBy(boot)).toContain(id);
  });
});

describe("boot that sets the feature without having asked the module", () => {
  const set = `static __init int get_tdx_sys_info(struct tdx_sys_info *info) {
    info->features.tdx_features0 = TDX_FEATURES0_DYNAMIC_PAMT; info->tdmr.pamt_4k_entry_size = 16; return 0; } ${INIT} ${TOP}`;
  const asked = (type: string, value: string): string =>
    `${type} tdx_supports_dynamic_pamt(const struct tdx_sys_info *info) { return ${value}; } ${set}`;

  test.each([
    ["the shim's", set],
    ["a bool", asked("bool", "info->features.tdx_features0 & TDX_FEATURES0_DYNAMIC_PAMT")],
    ["a number", asked("int", "!!(info->features.tdx_features0 & TDX_FEATURES0_DYNAMIC_PAMT)")],
    ["a wide number", asked("u64", "info->features.tdx_features0 & TDX_FEATURES0_DYNAMIC_PAMT")],
  ])("runs no helper with Dynamic PAMT off, where the predicate is %s", async (_name, boot) => {
    const result = await checkC(await fromText(withBoot(boot)), SCENARIOS, { cpus: 1 });
    expect(result.verdict).toBe("holds");
    expect(result.scenarios.find(({ name }) => name === "dpamt-off")?.transitions).toBeLessThan(3);
  });
});

test("boot that loses memory leaves nothing open but what boot can break", async () => {
  const result = await checkC(await fromText(withBoot(second("return -ENOMEM;"))), SCENARIOS, { cpus: 1 });
  const verdicts = new Map(result.requirements.map(({ id, verdict }) => [id, verdict]));
  expect(verdicts.get("R6")).toBe("violated");
  expect(result.requirements.filter(({ verdict }) => verdict === "inconclusive").map(({ id }) => id)).toEqual(["R7"]);
  expect(verdicts.get("R3")).toBe("held");
});

test("what boot runs of a function alone is known", async () => {
  const boot = `static const struct tdx_sys_info *sysinfo; ${INIT.replace("&tdx_sysinfo", "sysinfo")}
    static int __init bring_up(int n) { one_thing(n); another(n); a_third(n); sysinfo = tdx_get_sysinfo(); return 0; } ${TOP}`;
  expect((await fromText(withBoot(boot))).assumed).toEqual(["sysinfo = tdx_get_sysinfo()"]);
  expect((await fromText(withBoot(`${INIT} ${TOP}`))).assumed).toEqual([]);
});

test("initcalls that boot does not run are known, and no others", async () => {
  const own = "static int ready; static int __init get_ready(void) { ready = 1; return 0; }";
  const notRun = async (more: string) =>
    (await fromText(withBoot(`${INIT} ${TOP} ${own} ${more}`))).notRun.map((each) => `${each.macro} ${each.function}`);
  expect(await notRun("late_initcall(get_ready); early_initcall(init_all);")).toEqual(["late_initcall get_ready"]);
  expect(await notRun("device_initcall_sync(get_ready);")).toEqual(["device_initcall_sync get_ready"]);
  expect(await notRun("early_initcall(init_all);")).toEqual([]);
  // Its calls that count are made one by one.
  expect(
    await notRun("static int __init all(void) { return init_all() ? -EIO : get_ready(); } core_initcall(all);"),
  ).toEqual([]);
});

describe("a variable that nothing known sets", () => {
  const pointer = (text: string): string =>
    text
      .replace("static struct tdx_sys_info tdx_sysinfo;", "static const struct tdx_sys_info *tdx_sysinfo;")
      .replaceAll("&tdx_sysinfo", "tdx_sysinfo");

  test("is a null pointer to the helpers: R7", async () => {
    const text = pointer(withBoot("").replace("atomic_t *users", "atomic_t users[8192]"));
    for (const scenario of SCENARIOS.slice(0, 2)) {
      const { requirements } = await checkC(await fromText(text), [scenario]);
      expect(requirements.find(({ id }) => id === "R7")).toMatchObject({
        verdict: "violated",
        message: "NULL tdx_sysinfo is followed",
      });
    }
  });

  test("is asked for where only boot that cannot be run sets it", async () => {
    const boot = `static int __init bring_up(int n) { tdx_sysinfo = one_thing(n); return another(n) + a_third(n); }`;
    const text = pointer(withBoot(boot).replace("atomic_t *users", "atomic_t users[8192]"));
    const subject = await fromText(text);
    expect(subject.lacking).toEqual(["tdx_sysinfo"]);
    await expect(checkC(subject, ["main"])).rejects.toThrow(
      /^test\.c:\d+: tdx_sysinfo is never initialised: no function in the slice writes it\. Write an __init function that does, and pass it with --harness FILE\.$/,
    );
  });
});

describe("a feature that is switched off", () => {
  test.each([
    ["function", "static bool tdx_supports_dynamic_pamt(const struct tdx_sys_info *info) { return false; }"],
    [
      "expression",
      "static bool tdx_supports_dynamic_pamt(const struct tdx_sys_info *info) { return 0 && info->features.tdx_features0; }",
    ],
    ["macro", "#undef tdx_supports_dynamic_pamt\n#define tdx_supports_dynamic_pamt(info) false"],
  ])("as a %s ends the check with its place", async (_name, off) => {
    await expect(brokenBy(`\n${off}\n${INIT} ${TOP}`)).rejects.toThrow(
      /^test\.c:\d+: tdx_supports_dynamic_pamt\(\) is always false here/,
    );
  });
});
