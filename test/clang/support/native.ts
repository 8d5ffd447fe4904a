/** C compiled by the system's compiler, and run: an opinion that owes nothing to the checker. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The kernel's names that programs use, in user space. The flags are those that say what the kernel's C means. */
const SHIM = `#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef signed char s8; typedef unsigned char u8; typedef short s16; typedef unsigned short u16;
typedef int s32; typedef unsigned int u32; typedef long long s64; typedef unsigned long long u64;
#define noinline __attribute__((noinline))
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) ((void)(*(volatile __typeof__(x) *)&(x) = (value)))
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define cpu_relax() sched_yield()
#define xchg(p, v) __atomic_exchange_n(p, (__typeof__(*(p)))(v), __ATOMIC_SEQ_CST)
#define cmpxchg(p, old, new) ({ __typeof__(*(p)) found_ = (__typeof__(*(p)))(old); \\
	__atomic_compare_exchange_n(p, &found_, (__typeof__(*(p)))(new), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); found_; })
typedef struct { int counter; } atomic_t;
#define atomic_read(v) __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic_add(i, v) ((void)__atomic_fetch_add(&(v)->counter, i, __ATOMIC_SEQ_CST))
#define atomic_inc(v) atomic_add(1, v)
typedef struct { u32 word; } spinlock_t;
#define DEFINE_SPINLOCK(name) spinlock_t name
static void spin_lock(spinlock_t *lock) { while (xchg(&lock->word, 1)) sched_yield(); }
static void spin_unlock(spinlock_t *lock) { smp_store_release(&lock->word, 0); }
static void __clear_bit(long nr, unsigned long *at) { at[nr / 64] &= ~(1ul << nr % 64); }
static bool test_bit(long nr, const unsigned long *at) { return at[nr / 64] >> nr % 64 & 1; }
static bool __test_and_set_bit(long nr, unsigned long *at)
{ bool was = test_bit(nr, at); at[nr / 64] |= 1ul << nr % 64; return was; }
#define min_t(t, a, b) ({ t a_ = (a); t b_ = (b); a_ < b_ ? a_ : b_; })
#define max_t(t, a, b) ({ t a_ = (a); t b_ = (b); a_ > b_ ? a_ : b_; })
#define swap(a, b) do { __typeof__(a) was_ = (a); (a) = (b); (b) = was_; } while (0)
#define hweight64(x) ((u32)__builtin_popcountll(x))
#define ffs(x) __builtin_ffs(x)
static int fls(u32 x) { return x ? 32 - __builtin_clz(x) : 0; }
static int fls64(u64 x) { return x ? 64 - __builtin_clzll(x) : 0; }
#define __ffs(x) ((unsigned long)__builtin_ctzl(x))
#define fls_long(x) fls64(x)
#define ffz(x) ((unsigned long)__builtin_ctzl(~(x)))
static unsigned long find_next_bit(const unsigned long *at, unsigned long size, unsigned long from)
{ for (; from < size; from++) if (test_bit(from, at)) return from; return size; }
#define BIT(n) (1ul << (n))
#define GENMASK(high, low) ((~0ul << (low)) & (~0ul >> (63 - (high))))
#define ALIGN(x, a) (((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define check_add_overflow(a, b, r) __builtin_add_overflow(a, b, r)
#define check_mul_overflow(a, b, r) __builtin_mul_overflow(a, b, r)
#define round_up(x, y) (((x) + ((__typeof__(x))(y) - 1)) / (y) * (y))
#define round_down(x, y) ((x) / (y) * (y))
#define roundup(x, y) (((x) + ((y) - 1)) / (y) * (y))
#define clamp_t(t, v, low, high) ({ t v_ = (v); v_ < (t)(low) ? (t)(low) : v_ > (t)(high) ? (t)(high) : v_; })
#define ilog2(n) (31 - __builtin_clz(n))
#define abs(x) ({ s32 x_ = (x); x_ < 0 ? -x_ : x_; })
#define FIELD_PREP(mask, v) (((u64)(v) << __builtin_ctzll(mask)) & (mask))
#define FIELD_GET(mask, v) (((u64)(v) & (mask)) >> __builtin_ctzll(mask))
#define is_power_of_2(n) ({ u64 n_ = (n); n_ && !(n_ & (n_ - 1)); })
#define DIV_ROUND_CLOSEST(n, d) (((n) + (d) / 2) / (d))
#define div_u64(n, d) ((u64)(n) / (u32)(d))
#define IS_ALIGNED(x, a) ((x) % (a) == 0)
#define do_div(n, d) ({ u32 rest_ = (n) % (u32)(d); (n) /= (u32)(d); rest_; })
#define likely(x) __builtin_expect(!!(x), 1)
typedef void (*swap_func_t)(void *, void *, int);
static void sort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *), swap_func_t swap)
{ qsort(base, count, size, compare); }
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
`;

const FLAGS = ["-std=gnu11", "-fwrapv", "-fno-strict-aliasing", "-funsigned-char", "-w", "-pthread"];
const COMPILERS = ["gcc", "clang", "cc"];
const RUN_MS = 60_000;

let compiler: string | undefined | null = null;

/** The system's compiler, if there is one. */
export function systemCompiler(): string | undefined {
  if (compiler === null) compiler = COMPILERS.find((name) => spawnSync(name, ["--version"]).status === 0);
  return compiler;
}

/** Compiles a program behind the shim, runs it, and returns the lines that it prints. @throws Error where either fails */
export function nativeLines(text: string, level: number): string[] {
  const folder = mkdtempSync(join(tmpdir(), "dpamt-native-"));
  try {
    const [source, binary] = [join(folder, "test.c"), join(folder, "test")];
    writeFileSync(source, SHIM + text);
    execFileSync(systemCompiler() as string, [...FLAGS, `-O${level}`, source, "-o", binary], { stdio: "pipe" });
    return execFileSync(binary, { encoding: "utf8", timeout: RUN_MS }).trim().split("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
