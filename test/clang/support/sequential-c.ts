/**
 * Random C for one CPU: integers of all widths, structures, bit-fields, unions, arrays, pointers, loops. Nothing in it is left
 * open by the language as the kernel compiles it, so each program has one result, whoever compiles it.
 *
 * Each table below says what may stand where; `$e` stands for an expression, `$l` for something that can be assigned, `$t` for
 * a type, `$b` for statements, `$c` for a constant from 0 to 3.
 */
import fc from "fast-check";

/** Types that programs have in common. */
export const TYPES = `struct mixed { u8 c; s16 h; u32 w; s64 l; u8 tail[3]; };
struct small { u16 a; s8 b; };
struct fields { u32 x : 3; s32 y : 5; u64 z : 33; bool q : 1; s16 t : 9; u8 after; };
struct link { struct link *next; s32 value; };
union view { u64 whole; u32 w[2]; u16 h[4]; u8 c[8]; s32 s[2]; struct small small; };
static noinline u64 twist(u8 a, s16 b, u32 c, s64 d) { return ((u64)a << 7) + b * 3 + (c ^ (u64)d); }
static noinline s8 narrow(s8 a, u16 b) { return a - b; }
static noinline struct small turned(struct small s) { struct small r = { .a = s.b, .b = s.a }; return r; }
static noinline u64 peek(union view v, u8 at) { return v.c[at & 7] + v.s[0]; }
static noinline struct fields bumped(struct fields f, u16 by) { f.x += by; f.z ^= (u64)by << 20; f.t--; return f; }
static noinline struct mixed moved(struct mixed m, s32 by) { m.w += by; m.h -= m.c; m.tail[1] ^= by; return m; }
static noinline u32 steps(u32 n) { return n ? n * 3 + steps(n / 5) : 1; }
static noinline int ordered(const void *a, const void *b) { return *(const s16 *)a - *(const s16 *)b; }
static const u16 table[4] = { 3, 0x1234, 0xffff, 40000 };
static const struct { s8 small; u64 (*work)(u8, s16, u32, s64); const char *name; } rows[2] = {
	{ -4, twist, "first" }, { 5, twist, "second row" },
};
static noinline void through(union view *v, u8 at, u32 value) { v->c[at & 7] ^= value; v->h[(at >> 3) & 3] += value; }
#define MIX(value) (sum = (sum ^ (u64)(value)) * 0x100000001b3ull)
`;

/** Variables of a program, by name: all CPUs could see them. */
export const VARIABLES: Readonly<Record<string, string>> = {
  ga: "static s8 ga;",
  gb: "static u8 gb = 200;",
  gc: "static s16 gc = -300;",
  gd: "static u16 gd;",
  ge: "static s32 ge = -5;",
  gf: "static u32 gf;",
  gg: "static s64 gg;",
  gh: "static u64 gh = 0x8000000000000001;",
  gi: "static bool gi;",
  gj: "static char gj = 'x';",
  gm: "static struct mixed gm[2] = { { 1, -2, 3, -4, { 5, 6, 7 } } };",
  gn: "static struct fields gn;",
  gv: "static union view gv;",
  gr: "static u16 gr[4] = { 1, 0x8000 };",
  gq: "static s32 gq[2][3];",
  gs: "static struct small gs;",
  gl: "static struct link gl[2];",
  gp: "static struct link *gp;",
};

/** Variables of the function itself. */
export const LOCALS = [
  "s8 la = -1; u16 lb = 0xfff0; s32 lc = 9; u64 ld = 1ull << 40; bool le = 1;",
  "struct mixed lm = { 3, -3, 3, -3, { 3, 4, 5 } }; struct fields ln = { .x = 5, .y = -3 }; union view lv = { .whole = 0x0102030405060708 };",
  "struct small ls = { 7, -7 }; s16 lr[3] = { -1, 0, 1 };",
].join("\n\t");

const TYPE_NAMES = ["s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "bool", "char"];
const CONSTANTS = [
  ..."0 1 -1 2 3 7 -8 100 127 128 255 -128 256 32767 0x8000 0xffff 65536 0x7fffffff 0x80000000u 0xffffffffu".split(" "),
  ..."1ull<<40 -1ll 0x7fffffffffffffffll 0x8000000000000000ull 0xdeadbeefcafeull 0x81525340 0x3fffffff 0x40000000ll".split(
    " ",
  ),
].map((each) => `(${each})`);

/** What can be read and assigned. */
const TARGETS: readonly string[] = [
  ...["ga", "gb", "gc", "gd", "ge", "gf", "gg", "gh", "gi", "gj", "la", "lb", "lc", "ld", "le"],
  ...["gm[$c & 1].c", "gm[$c & 1].h", "gm[1].w", "gm[0].l", "gm[$c & 1].tail[$c % 3]", "lm.c", "lm.w", "lm.tail[2]"],
  ...["gn.x", "gn.y", "gn.z", "gn.q", "gn.t", "gn.after", "ln.x", "ln.y", "ln.z", "ln.q", "ln.t"],
  ...["gv.whole", "gv.w[$c & 1]", "gv.h[$c]", "gv.c[$c + 4]", "gv.s[$c & 1]", "gv.small.b"],
  ...["lv.whole", "lv.w[$c & 1]", "lv.h[$c]", "lv.c[$c + 2]", "lv.small.a"],
  ...["gr[$c]", "gq[$c & 1][$c % 3]", "gs.a", "gs.b", "ls.a", "ls.b", "lr[$c % 3]"],
];

/** What an expression can be, of others, without side effects: C does not say which operand comes first. Divisors are above 0, and shifts within the width. */
const EXPRESSIONS: readonly string[] = [
  ...["($e + $e)", "($e - $e)", "($e * $e)", "($e & $e)", "($e | $e)", "($e ^ $e)", "(~$e)", "(-$e)", "(!$e)"],
  ...["($e < $e)", "($e <= $e)", "($e == $e)", "($e != $e)", "($e > $e)", "($e && $e)", "($e || $e)", "($e ? $e : $e)"],
  ...["(($t)$e)", "(($t)$e)", "((u32)$e << ($e & 31))", "((s32)$e >> ($e & 31))", "((u32)$e >> ($e & 31))"],
  ...["((u64)$e << ($e & 63))", "((s64)$e >> ($e & 63))", "((u64)$e >> ($e & 63))", "((u8)$e << ($e & 7))"],
  ...["((u64)$e / ((u64)$e | 1))", "((u32)$e % ((u32)$e | 1))", "((s64)$e / (($e & 0xff) + 1))"],
  ...["((s32)$e % ((s32)($e & 0x7f) + 1))", "((s16)$e / (s16)(($e & 7) + 1))"],
  ...["gr[$e & 3]", "gq[$e & 1][$c % 3]", "gv.c[$e & 7]", "lv.c[$e & 7]", "gm[$e & 1].w", "gm[$e & 1].tail[$c % 3]"],
  ...["((&gr[$e & 3] - &gr[$c]))", "(&gq[$e & 1][0] < &gq[1][$c % 3])", "(&gm[$e & 1] == &gm[1])"],
  ...["*(&gr[$c] + ($e & 0))", "((struct small){ $e, $e }).b", "twist($e, $e, $e, $e)", "narrow($e, $e)"],
  ...["min_t($t, $e, $e)", "max_t($t, $e, $e)", "hweight64((u64)$e)", "ffs($e)", "fls((u32)$e)", "fls64((u64)$e)"],
  ...["GENMASK(20 + $c, $c)", "BIT($c * 9)", "ALIGN((u32)$e, 8)", "DIV_ROUND_UP((u32)$e, 7u)", "sizeof(struct mixed)"],
  ...["({ u64 r = $e; r * 3; })", "({ u32 r; check_add_overflow((u32)$e, (u32)$e, &r) + r; })"],
  ...["({ s32 r; check_mul_overflow((s32)$e, (s32)$e, &r) ^ r; })", "(__builtin_bswap32($e) ^ __builtin_bswap64($e))"],
  ...["(u64)(((unsigned __int128)(u64)$e * (u64)$e) >> 64)", "(u64)(((__int128)(s64)$e * (s64)$e) >> ($e & 63))"],
  ...[
    "table[$e & 3]",
    "rows[$e & 1].small",
    "rows[$e & 1].work($e, $e, $e, $e)",
    "rows[$e & 1].name[$c]",
    "strlen(rows[$c & 1].name)",
  ],
  ...['"text"[$e & 3]', "((const u8[]){ 1, 200, 3, 4 })[$e & 3]", "steps((u8)$e)", "memcmp(&gv, &lv, $c + 1) > 0"],
  ...[
    "round_up((u32)$e, 16)",
    "round_down((u64)$e, 64)",
    "clamp_t($t, $e, 3, 100)",
    "ilog2((u32)$e | 1)",
    "abs((s32)(s16)$e)",
  ],
  ...["FIELD_PREP(GENMASK(11, 5), (u64)$e)", "FIELD_GET(GENMASK(43, 30), (u64)$e)", "is_power_of_2((u64)$e)"],
  ...[
    "DIV_ROUND_CLOSEST((u32)$e, 10u)",
    "roundup((u32)$e, 12u)",
    "div_u64((u64)$e, (u32)$e | 1)",
    "IS_ALIGNED((u64)$e, 8)",
  ],
  ...[
    "gl[$e & 1].value",
    "(gp == &gl[$c & 1])",
    "(gp ? gp->value : -1)",
    "(gp && gp->next ? gp->next->value : 5)",
    "(gp != NULL)",
  ],
  ...[
    "(gp ? gp - gl : 7)",

    "(gp >= &gl[0])",
    "peek(gv, $e)",
    "(u64)bumped(gn, $e).z",
    "bumped(ln, $e).t",
  ],
  ...[
    "__ffs((u64)$e | 256)",
    "fls_long((u64)$e)",
    "find_next_bit((unsigned long *)&gh, 64, $e & 63)",
    "ffz((u64)$e & 0xfff)",
  ],
  ...["({ u64 n = $e; u32 r = do_div(n, 1000); n + r; })", "((u32)$e << 7 | (u32)$e >> 25)", "likely($e)", "($e, $e)"],
  ...["((u64 *)((unsigned long)&gh | 1) == &gh)", "*(u64 *)(((unsigned long)&gh | $c) & ~7ul)"],
  ...[
    "__builtin_clzll((u64)$e | 1)",
    "__builtin_ctz((u32)$e | 0x80000000u)",
    "__builtin_parity((u32)$e)",
    "(s8)__builtin_popcount($e)",
  ],
  "__atomic_load_n(&gd, __ATOMIC_ACQUIRE)",
  ...["offsetof(struct mixed, tail[$c % 3])", "container_of(&gm[$c & 1].w, struct mixed, w)->c"],
];

const STATEMENTS: readonly string[] = [
  ...[
    "$l = $e;",
    "$l = $e;",
    "$l = $e;",
    "$l += $e;",
    "$l -= $e;",
    "$l ^= $e;",
    "$l |= $e;",
    "$l &= $e;",
    "$l++;",
    "--$l;",
  ],
  ...["$l *= $e;", "$l <<= $c;", "$l >>= $c;", "gr[$e & 3] = $e;", "gv.c[$e & 7] += $e;", "gm[$e & 1].w ^= $e;"],
  ...["if ($e) { $b }", "if ($e) { $b } else { $b }", "for (u8 i = 0; i < $c; i++) { $b $l += i; }"],
  ...[
    "{ u32 i = $c; while (i) { $b if ($e) break; i--; } }",
    "{ s8 i = $c; do { if (i == 1) continue; $b } while (i-- > 0); }",
  ],
  ...["switch ($e & 3) { case 0: $b break; case 1: $b case 2: $l = $e; break; default: $b }"],
  ...[
    "switch ((s8)$e) { case -1: $b break; case 0 ... 7: $l = $e; break; case -128: case 127: $b break; default: $l ^= 5; }",
  ],
  ...[
    "gm[1] = gm[0];",
    "lm = gm[$c & 1];",
    "gm[$c & 1] = lm;",
    "ln = gn;",
    "gn = ln;",
    "gs = turned(ls);",
    "ls = turned(gs);",
  ],
  ...["lm = moved(gm[$c & 1], $e);", "gm[0] = moved(lm, $e);", "through(&gv, $e, $e);", "through(&lv, $e, $e);"],
  ...[
    "memcpy(&gv, &gh, $c + 1);",
    "memcpy(&ld, &gv.c[$c], 4);",
    "memmove(&gr[1], &gr[0], 4);",
    "memmove(&gr[0], &gr[1], 6);",
  ],
  ...[
    "memset(&gv.c[$c], $e, $c + 1);",
    "memset(&gr[1], $e, 4);",
    "memset(lr, $e, sizeof(lr));",
    "memcpy(lr, gr, sizeof(lr));",
  ],
  ...[
    "memcpy(&gq[1], &gq[0], sizeof(gq[0]));",
    "memmove(&lv.c[1], &lv.c[0], $c + 3);",
    "memcpy(&lm.w, &gf, 4);",
    "lv = gv;",
  ],
  ...[
    "{ u8 *p = &gv.c[$e & 7]; *p ^= $e; }",
    "{ u16 *p = &lv.h[$e & 3]; *p += $e; }",
    "{ s32 *p = &gq[0][0] + $c; *p = $e; }",
  ],
  ...[
    "{ struct mixed *p = $e ? &gm[1] : &lm; p->h = $e; p->tail[$c % 3] = $e; }",
    "{ u64 *p = &gh, **pp = &p; **pp += $e; }",
  ],
  ...[
    "{ $t t = $e; $l = t; }",
    "{ $t t[2] = { $e, $e }; $l = t[$e & 1] + t[0]; }",
    "{ u8 c[8]; memcpy(c, &gh, 8); $l = c[$e & 7]; }",
  ],
  ...["{ union view t = { .whole = $e }; t.h[$c] = $e; $l = t.s[$c & 1]; }", "swap(ga, gj);", "swap(gr[0], gr[$c]);"],
  ...["ld = __test_and_set_bit($e & 63, (unsigned long *)&gh);", "__clear_bit($e & 63, (unsigned long *)&gv);"],
  ...[
    "gi = test_bit($e & 63, (unsigned long *)&gh);",
    "gf = xchg(&gf, $e) + 1;",
    "gc = cmpxchg(&gc, (s16)$e, (s16)$e);",
    "{ u16 was = __atomic_fetch_add(&lv.h[$c], (u16)$e, __ATOMIC_SEQ_CST); $l = was; }",
  ],
  ...[
    "{ u64 (*f)(u8, s16, u32, s64) = twist; gg = f($e, $e, $e, $e); }",
    "{ s8 (*f)(s8, u16) = narrow; ga ^= f($e, $e); }",
  ],
];

/** What is taken up into the result: all members of all variables, and no byte that pads them. */
export const CHECKSUM = [
  ..."ga gb gc gd ge gf gg gh gi gj la lb lc ld le gn.x gn.y gn.z gn.q gn.t gn.after ln.x ln.y ln.z ln.q ln.t".split(
    " ",
  ),
  ..."gv.whole lv.whole gr[0] gr[1] gr[2] gr[3] gs.a gs.b ls.a ls.b lr[0] lr[1] lr[2]".split(" "),
  ...["gl[0].value", "gl[1].value", "(gp == &gl[0])", "(gp == &gl[1])", "(gl[0].next == gp)", "(gl[1].next == NULL)"],
  ...["gm[0]", "gm[1]", "lm"].flatMap((each) =>
    ["c", "h", "w", "l", "tail[0]", "tail[1]", "tail[2]"].map((m) => `${each}.${m}`),
  ),
  ...[0, 1].flatMap((row) => [0, 1, 2].map((column) => `gq[${row}][${column}]`)),
];

const HOLES = /\$[elbct]/g;

function filled(template: string, holes: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const found = template.match(HOLES) ?? [];
  return fc
    .tuple(...found.map((hole) => holes[hole] as fc.Arbitrary<string>))
    .map((texts) => template.split(HOLES).reduce((text, rest, index) => `${text}${texts[index - 1]}${rest}`));
}

const constant = fc.nat({ max: 3 }).map(String);
const type = fc.constantFrom(...TYPE_NAMES);
/** Something that can be read and assigned. */
export const aTarget: fc.Arbitrary<string> = fc.oneof(...TARGETS.map((each) => filled(each, { $c: constant })));

/** What is read of it. gcc computes with as many bits as a wide bit-field has, clang with those of its type. */
const aRead = aTarget.map((target) => (target.endsWith(".z") ? `((u64)${target})` : target));

function expression(depth: number): fc.Arbitrary<string> {
  const simple = fc.oneof({ weight: 2, arbitrary: aRead }, { weight: 1, arbitrary: fc.constantFrom(...CONSTANTS) });
  if (depth === 0) return simple;
  const holes = { $e: expression(depth - 1), $t: type, $c: constant };
  // Whatever it stands in keeps it whole.
  const compound = fc.oneof(...EXPRESSIONS.map((each) => filled(each, holes))).map((text) => `(${text})`);
  return fc.oneof({ weight: 1, arbitrary: simple }, { weight: 3, arbitrary: compound });
}

function statement(templates: readonly string[], depth: number, body: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const holes = { $e: expression(depth), $l: aTarget, $t: type, $c: constant, $b: body };
  return fc.oneof(...templates.map((each) => filled(each, holes)));
}

/** Statements like those of a table, with simple expressions. */
export function statementsLike(templates: readonly string[], most: number): fc.Arbitrary<string[]> {
  return fc.array(statement(templates, 0, fc.constant("")), { minLength: 1, maxLength: most });
}

/** Some statements. @param most of them on each level */
export function sequentialCode(most: number, depth = 2): fc.Arbitrary<string[]> {
  const inner = fc.array(statement(STATEMENTS, 1, fc.constant("")), { maxLength: 2 }).map((all) => all.join(" "));
  return fc.array(statement(STATEMENTS, depth, inner), { minLength: 1, maxLength: most });
}
