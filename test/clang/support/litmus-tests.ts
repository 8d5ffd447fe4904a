/**
 * Litmus tests in C: the shapes that the kernel's documentation names, written anew over the kernel's API, each with an end
 * and who allows it.
 *
 * Names are those of tools/memory-model/litmus-tests and Documentation/litmus-tests of Linux. Where a name has no such
 * file, it follows Maranget, Sarkar, Sewell, "A Tutorial Introduction to the ARM and POWER Relaxed Memory Models" (2012).
 * `kernel` is the verdict of the kernel's memory model (LKMM): what it allows and x86-TSO forbids no x86 CPU shows.
 */

/** Who allows an end: everybody, whoever has store buffers, or nobody. */
export type AllowedBy = "sc" | "tso" | "none";

export interface LitmusTest {
  readonly name: string;
  /** Variables. */
  readonly shared: string;
  /** Body of each CPU's function; it returns what the CPU saw. */
  readonly cpus: readonly string[];
  /** The end that is asked about: what each CPU returns, and what variables hold. */
  readonly returns: readonly number[];
  readonly data?: Readonly<Record<string, number>>;
  readonly allowed: AllowedBy;
  /** Whether the kernel's memory model allows it; absent where it has no such file. */
  readonly kernel?: boolean;
}

const XY = "static int x, y;";
const XYZ = "static int x, y, z;";
const LOCKED = "static DEFINE_SPINLOCK(s);";
const store = (word: string, value = 1): string => `WRITE_ONCE(${word}, ${value});`;
const load = (word: string): string => `READ_ONCE(${word})`;
const see = (word: string): string => `return ${load(word)};`;
/** Two loads, the first of them the first digit. */
const see2 = (first: string, second: string, between = ""): string =>
  `int a = ${load(first)}; ${between} int b = ${load(second)}; return 10 * a + b;`;
const acquire = (word: string): string => `smp_load_acquire(&${word})`;
const release = (word: string, value = 1): string => `smp_store_release(&${word}, ${value});`;
const locked = (body: string): string => `spin_lock(&s); ${body} spin_unlock(&s);`;
const NOTHING = "return 0;";

export const litmusTests: readonly LitmusTest[] = [
  {
    name: "CoRR+poonceonce+Once",
    shared: "static int x;",
    cpus: [`${store("x")} ${NOTHING}`, see2("x", "x")],
    returns: [0, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "CoRW+poonceonce+Once",
    shared: "static int x;",
    cpus: [`int a = ${load("x")}; ${store("x", 1)} return a;`, `${store("x", 2)} ${NOTHING}`],
    returns: [2, 0],
    data: { x: 2 },
    allowed: "none",
    kernel: false,
  },
  {
    name: "CoWR+poonceonce+Once",
    shared: "static int x;",
    cpus: [`${store("x", 1)} ${see("x")}`, `${store("x", 2)} ${NOTHING}`],
    returns: [2, 0],
    data: { x: 1 },
    allowed: "none",
    kernel: false,
  },
  {
    name: "CoWW+poonceonce",
    shared: "static int x;",
    cpus: [`${store("x", 1)} ${store("x", 2)} ${NOTHING}`],
    returns: [0],
    data: { x: 1 },
    allowed: "none",
    kernel: false,
  },
  {
    name: "SB+poonceonces",
    shared: XY,
    cpus: [`${store("x")} ${see("y")}`, `${store("y")} ${see("x")}`],
    returns: [0, 0],
    allowed: "tso",
    kernel: true,
  },
  {
    name: "SB+mbonceonces",
    shared: XY,
    cpus: [`${store("x")} smp_mb(); ${see("y")}`, `${store("y")} smp_mb(); ${see("x")}`],
    returns: [0, 0],
    allowed: "none",
    kernel: false,
  },
  {
    name: "SB+wmbonceonces",
    shared: XY,
    cpus: [`${store("x")} smp_wmb(); ${see("y")}`, `${store("y")} smp_rmb(); ${see("x")}`],
    returns: [0, 0],
    allowed: "tso",
  },
  {
    name: "SB+mbonceonce+poonceonce",
    shared: XY,
    cpus: [`${store("x")} smp_mb(); ${see("y")}`, `${store("y")} ${see("x")}`],
    returns: [0, 0],
    allowed: "tso",
  },
  {
    name: "SB+pooncerelease+poacquireonce",
    shared: XY,
    cpus: [`${release("x")} return ${acquire("y")};`, `${release("y")} return ${acquire("x")};`],
    returns: [0, 0],
    allowed: "tso",
  },
  {
    name: "SB+smp_store_mb",
    shared: XY,
    cpus: [`smp_store_mb(x, 1); ${see("y")}`, `smp_store_mb(y, 1); ${see("x")}`],
    returns: [0, 0],
    allowed: "none",
  },
  {
    name: "SB+xchgs",
    shared: XY,
    cpus: [`xchg(&x, 1); ${see("y")}`, `xchg(&y, 1); ${see("x")}`],
    returns: [0, 0],
    allowed: "none",
  },
  {
    name: "SB+rfionceonce-poonceonces",
    shared: XY,
    cpus: [`${store("x")} ${see2("x", "y")}`, `${store("y")} ${see2("y", "x")}`],
    returns: [10, 10],
    allowed: "tso",
    kernel: true,
  },
  {
    name: "SB+polocks: stores and loads under two locks",
    shared: "static int x, y; static DEFINE_SPINLOCK(s); static DEFINE_SPINLOCK(t);",
    cpus: [
      `spin_lock(&s); ${store("x")} ${see("y").replace("return", "int a =")} spin_unlock(&s); return a;`,
      `spin_lock(&t); ${store("y")} ${see("x").replace("return", "int a =")} spin_unlock(&t); return a;`,
    ],
    returns: [0, 0],
    allowed: "tso",
  },
  {
    // A real CPU shows it, and the kernel's model allows it: here all stores are made when a lock is given back
    // (docs/limits.md, "Unlocking").
    name: "SB+polocks: two stores under two locks, and loads behind them",
    shared: "static int x, y; static DEFINE_SPINLOCK(s); static DEFINE_SPINLOCK(t);",
    cpus: [
      `spin_lock(&s); ${store("x")} spin_unlock(&s); ${see("y")}`,
      `spin_lock(&t); ${store("y")} spin_unlock(&t); ${see("x")}`,
    ],
    returns: [0, 0],
    allowed: "none",
  },
  {
    name: "SB+atomic_inc_returns",
    shared: "static atomic_t x, y; static int u, v;",
    cpus: [`${store("u")} atomic_inc_return(&x); ${see("v")}`, `${store("v")} atomic_inc_return(&y); ${see("u")}`],
    returns: [0, 0],
    data: { x: 1, y: 1 },
    allowed: "none",
  },
  {
    name: "MP+poonceonces",
    shared: XY,
    cpus: [`${store("x")} ${store("y")} ${NOTHING}`, see2("y", "x")],
    returns: [0, 10],
    allowed: "none",
    kernel: true,
  },
  {
    name: "MP+pooncerelease+poacquireonce",
    shared: XY,
    cpus: [`${store("x")} ${release("y")} ${NOTHING}`, `int a = ${acquire("y")}; return 10 * a + ${load("x")};`],
    returns: [0, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "MP+wmbonceonce+rmbonceonce",
    shared: XY,
    cpus: [`${store("x")} smp_wmb(); ${store("y")} ${NOTHING}`, see2("y", "x", "smp_rmb();")],
    returns: [0, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "MP+onceassign+derefonce",
    shared: "static int x, y, *p = &x;",
    cpus: [
      `${store("y")} ${release("p").replace("1)", "&y)")} ${NOTHING}`,
      "int *q = READ_ONCE(p); return q == &y ? 10 + READ_ONCE(*q) : 0;",
    ],
    returns: [0, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "MP+polocks",
    shared: `${XY} ${LOCKED}`,
    cpus: [
      `${store("x")} ${locked(store("y"))} ${NOTHING}`,
      `int a, b; ${locked(`a = ${load("y")};`)} b = ${load("x")}; return 10 * a + b;`,
    ],
    returns: [0, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "MP+porevlocks",
    shared: `${XY} ${LOCKED}`,
    cpus: [
      `${locked(store("y"))} ${store("x")} ${NOTHING}`,
      `int a = ${load("x")}, b; ${locked(`b = ${load("y")};`)} return 10 * a + b;`,
    ],
    returns: [0, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "MP+polockonce+poacquiresilsil",
    shared: `static int x; ${LOCKED}`,
    cpus: [
      `${locked(store("x"))} ${NOTHING}`,
      `int a = ${acquire("x")}; int b = spin_is_locked(&s); int c = spin_is_locked(&s); return 100 * a + 10 * b + c;`,
    ],
    returns: [0, 101],
    allowed: "none",
    kernel: true,
  },
  {
    name: "LB+poonceonces",
    shared: XY,
    cpus: [`int a = ${load("x")}; ${store("y")} return a;`, `int a = ${load("y")}; ${store("x")} return a;`],
    returns: [1, 1],
    allowed: "none",
    kernel: true,
  },
  {
    name: "LB+poacquireonce+pooncerelease",
    shared: XY,
    cpus: [`int a = ${load("x")}; ${release("y")} return a;`, `int a = ${acquire("y")}; ${store("x")} return a;`],
    returns: [1, 1],
    allowed: "none",
    kernel: false,
  },
  {
    name: "LB+ctrlonceonce+mbonceonce",
    shared: XY,
    cpus: [
      `int a = ${load("x")}; if (a) ${store("y")} return a;`,
      `int a = ${load("y")}; smp_mb(); ${store("x")} return a;`,
    ],
    returns: [1, 1],
    allowed: "none",
    kernel: false,
  },
  {
    name: "R+poonceonces",
    shared: XY,
    cpus: [`${store("x")} ${store("y")} ${NOTHING}`, `${store("y", 2)} ${see("x")}`],
    returns: [0, 0],
    data: { y: 2 },
    allowed: "tso",
    kernel: true,
  },
  {
    name: "R+mbonceonces",
    shared: XY,
    cpus: [`${store("x")} smp_mb(); ${store("y")} ${NOTHING}`, `${store("y", 2)} smp_mb(); ${see("x")}`],
    returns: [0, 0],
    data: { y: 2 },
    allowed: "none",
    kernel: false,
  },
  {
    name: "S+poonceonces",
    shared: XY,
    cpus: [`${store("x", 2)} ${store("y")} ${NOTHING}`, `int a = ${load("y")}; ${store("x")} return a;`],
    returns: [0, 1],
    data: { x: 2 },
    allowed: "none",
    kernel: true,
  },
  {
    name: "S+wmbonceonce+poacquireonce",
    shared: XY,
    cpus: [`${store("x", 2)} smp_wmb(); ${store("y")} ${NOTHING}`, `int a = ${acquire("y")}; ${store("x")} return a;`],
    returns: [0, 1],
    data: { x: 2 },
    allowed: "none",
    kernel: false,
  },
  {
    name: "2+2W",
    shared: XY,
    cpus: [`${store("x", 1)} ${store("y", 2)} ${NOTHING}`, `${store("y", 1)} ${store("x", 2)} ${NOTHING}`],
    returns: [0, 0],
    data: { x: 1, y: 1 },
    allowed: "none",
  },
  {
    name: "WRC+poonceonces+Once",
    shared: XY,
    cpus: [`${store("x")} ${NOTHING}`, `int a = ${load("x")}; ${store("y")} return a;`, see2("y", "x")],
    returns: [0, 1, 10],
    allowed: "none",
    kernel: true,
  },
  {
    name: "WRC+pooncerelease+rmbonceonce+Once",
    shared: XY,
    cpus: [`${store("x")} ${NOTHING}`, `int a = ${load("x")}; ${release("y")} return a;`, see2("y", "x", "smp_rmb();")],
    returns: [0, 1, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "IRIW+poonceonces+OnceOnce",
    shared: XY,
    cpus: [`${store("x")} ${NOTHING}`, `${store("y")} ${NOTHING}`, see2("x", "y"), see2("y", "x")],
    returns: [0, 0, 10, 10],
    allowed: "none",
    kernel: true,
  },
  {
    name: "IRIW+mbonceonces+OnceOnce",
    shared: XY,
    cpus: [
      `${store("x")} ${NOTHING}`,
      `${store("y")} ${NOTHING}`,
      see2("x", "y", "smp_mb();"),
      see2("y", "x", "smp_mb();"),
    ],
    returns: [0, 0, 10, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "ISA2+poonceonces",
    shared: XYZ,
    cpus: [`${store("x")} ${store("y")} ${NOTHING}`, `int a = ${load("y")}; ${store("z")} return a;`, see2("z", "x")],
    returns: [0, 1, 10],
    allowed: "none",
    kernel: true,
  },
  {
    name: "ISA2+pooncelock+pooncelock+pombonce",
    shared: `${XYZ} ${LOCKED}`,
    cpus: [
      `${locked(store("x") + store("y"))} ${NOTHING}`,
      `int a; ${locked(`a = ${load("y")}; ${store("z")}`)} return a;`,
      see2("z", "x", "smp_mb();"),
    ],
    returns: [0, 1, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "ISA2+pooncerelease+poacquirerelease+poacquireonce",
    shared: XYZ,
    cpus: [
      `${store("x")} ${release("y")} ${NOTHING}`,
      `int a = ${acquire("y")}; ${release("z")} return a;`,
      `int a = ${acquire("z")}; return 10 * a + ${load("x")};`,
    ],
    returns: [0, 1, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "Z6.0+pooncelock+pooncelock+pombonce",
    shared: `${XYZ} ${LOCKED}`,
    cpus: [
      `${locked(store("x") + store("y"))} ${NOTHING}`,
      `int a; ${locked(`a = ${load("y")}; ${store("z")}`)} return a;`,
      `${store("z", 2)} smp_mb(); ${see("x")}`,
    ],
    returns: [0, 1, 0],
    data: { z: 2 },
    allowed: "none",
    kernel: true,
  },
  {
    name: "Z6.0+pooncelock+poonceLock+pombonce",
    shared: `${XYZ} ${LOCKED}`,
    cpus: [
      `${locked(store("x") + store("y"))} ${NOTHING}`,
      `int a; ${locked(`smp_mb__after_spinlock(); a = ${load("y")}; ${store("z")}`)} return a;`,
      `${store("z", 2)} smp_mb(); ${see("x")}`,
    ],
    returns: [0, 1, 0],
    data: { z: 2 },
    allowed: "none",
    kernel: false,
  },
  {
    name: "Z6.0+pooncerelease+poacquirerelease+mbonceonce",
    shared: XYZ,
    cpus: [
      `${store("x")} ${release("y")} ${NOTHING}`,
      `int a = ${acquire("y")}; ${release("z")} return a;`,
      `${store("z", 2)} smp_mb(); ${see("x")}`,
    ],
    returns: [0, 1, 0],
    data: { z: 2 },
    allowed: "none",
    kernel: true,
  },
  {
    name: "Atomic-RMW-ops-are-atomic-WRT-atomic_set",
    shared: "static atomic_t x = ATOMIC_INIT(1);",
    cpus: ["atomic_add_unless(&x, 1, 0); return 0;", "atomic_set(&x, 0); return 0;"],
    returns: [0, 0],
    data: { x: 2 },
    allowed: "none",
    kernel: false,
  },
  {
    name: "Atomic-RMW-ops-are-atomic-WRT-atomic_set, the addition last",
    shared: "static atomic_t x = ATOMIC_INIT(1);",
    cpus: ["return atomic_add_unless(&x, 1, 0);", "atomic_set(&x, 0); return 0;"],
    returns: [0, 0],
    data: { x: 0 },
    allowed: "sc",
  },
  {
    name: "Atomic-RMW+mb__after_atomic-is-stronger-than-acquire",
    shared: "static int x; static atomic_t y;",
    cpus: [
      `int a = ${load("x")}; smp_rmb(); return 10 * a + atomic_read(&y);`,
      `atomic_inc(&y); smp_mb__after_atomic(); ${store("x")} ${NOTHING}`,
    ],
    returns: [10, 0],
    allowed: "none",
    kernel: false,
  },
  {
    name: "cmpxchg-fail-ordered-1",
    shared: XYZ,
    cpus: [
      `${store("x")} int a = cmpxchg(&z, 1, 0); smp_mb__after_atomic(); return 10 * a + ${load("y")};`,
      `${store("y")} int a = cmpxchg(&z, 1, 0); smp_mb__after_atomic(); return 10 * a + ${load("x")};`,
    ],
    returns: [0, 0],
    allowed: "none",
    kernel: false,
  },
  {
    name: "cmpxchg-fail-ordered, by a barrier before it",
    shared: XYZ,
    cpus: [
      `${store("x")} smp_mb__before_atomic(); int a = cmpxchg(&z, 1, 0); return 10 * a + ${load("y")};`,
      `${store("y")} smp_mb__before_atomic(); int a = cmpxchg(&z, 1, 0); return 10 * a + ${load("x")};`,
    ],
    returns: [0, 0],
    allowed: "none",
  },
  {
    name: "cmpxchg-fail-ordered-2",
    shared: XY,
    cpus: [
      `${store("x")} int a = cmpxchg(&y, 0, 1); return a;`,
      `int a = cmpxchg(&y, 0, 1); smp_mb__after_atomic(); return 10 * a + ${load("x")};`,
    ],
    returns: [0, 10],
    allowed: "none",
    kernel: false,
  },
  {
    name: "cmpxchg-fail-unordered-1",
    shared: XYZ,
    cpus: [
      `${store("x")} int a = cmpxchg(&z, 1, 0); return 10 * a + ${load("y")};`,
      `${store("y")} int a = cmpxchg(&z, 1, 0); return 10 * a + ${load("x")};`,
    ],
    returns: [0, 0],
    allowed: "tso",
    kernel: true,
  },
  {
    name: "cmpxchg-fail-unordered-2",
    shared: XY,
    cpus: [
      `${store("x")} int a = cmpxchg(&y, 0, 1); return a;`,
      `int a = cmpxchg(&y, 0, 1); return 10 * a + ${load("x")};`,
    ],
    returns: [0, 10],
    allowed: "none",
    kernel: true,
  },
  {
    name: "DCL-broken: under a lock data, then a flag; the flag without the lock, then data",
    shared: `${XY} ${LOCKED}`,
    cpus: [
      `int a = ${load("y")}; if (!a) { spin_lock(&s); if (!${load("y")}) { ${store("x")} ${store("y")} } spin_unlock(&s); } return ${load("x")};`,
      `int a = ${load("y")}; if (!a) { spin_lock(&s); if (!${load("y")}) { ${store("x")} ${store("y")} } spin_unlock(&s); } return 10 + ${load("x")};`,
    ],
    returns: [1, 10],
    allowed: "none",
    kernel: true,
  },
  {
    name: "RM-fixed: looks before the lock, and a store under it",
    shared: `${XY} ${LOCKED}`,
    cpus: [
      `int a = ${load("x")}; int b; ${locked(`b = ${load("y")};`)} return 10 * a + b;`,
      `${locked(store("y"))} ${store("x")} ${NOTHING}`,
    ],
    returns: [10, 0],
    allowed: "none",
    kernel: false,
  },
  {
    name: "exclusion: two additions under a lock",
    shared: `static int x; ${LOCKED}`,
    cpus: [`${locked("x = x + 1;")} ${NOTHING}`, `${locked("x = x + 1;")} ${NOTHING}`],
    returns: [0, 0],
    data: { x: 1 },
    allowed: "none",
  },
  {
    name: "lost update: two additions without a lock",
    shared: "static int x;",
    cpus: [
      `${store("x", 0).replace("0", "READ_ONCE(x) + 1")} ${NOTHING}`,
      `WRITE_ONCE(x, READ_ONCE(x) + 1); ${NOTHING}`,
    ],
    returns: [0, 0],
    data: { x: 1 },
    allowed: "sc",
  },
  {
    name: "Dekker by spin_trylock: both fail to get the other's lock",
    shared: "static DEFINE_SPINLOCK(s); static DEFINE_SPINLOCK(t);",
    cpus: [
      "spin_lock(&s); int a = spin_trylock(&t); if (a) spin_unlock(&t); spin_unlock(&s); return a;",
      "spin_lock(&t); int a = spin_trylock(&s); if (a) spin_unlock(&s); spin_unlock(&t); return a;",
    ],
    returns: [0, 0],
    allowed: "sc",
  },
  {
    name: "Peterson without a barrier: both are inside",
    shared: "static int x, y, z, u;",
    cpus: [
      `${store("x")} ${store("z", 1)} if (${load("y")} && ${load("z")} == 1) return 0; u++; return u;`,
      `${store("y")} ${store("z", 2)} if (${load("x")} && ${load("z")} == 2) return 0; u++; return u;`,
    ],
    returns: [1, 1],
    data: { u: 1 },
    allowed: "tso",
  },
];
