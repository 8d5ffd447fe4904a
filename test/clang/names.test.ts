/** What the checker's own headers make of names of the kernel: each does at boot what the kernel's documentation says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CheckResult } from "../../src/check/index.js";
import { treeSources } from "../../src/cli/c-sources.js";
import { checkC, fixtures, fromText } from "./support/c.js";

const PUT = "void tdx_pamt_put(struct page *page) { }\n";

/** Checks helpers that do nothing, after boot has run `body`, which says with BUG_ON what must not be. */
async function atBoot(body: string, before = ""): Promise<CheckResult> {
  const text = `#include <asm/tdx.h>
${before}
static int done;

static __init int check_names(void)
{
	${body}
	done = 1;
	return 0;
}

int tdx_pamt_get(struct page *page) { return done ? 0 : -EIO; }
${PUT}`;
  return checkC(await fromText(text), ["dpamt-off"], { cpus: 1 });
}

/** Checks helpers of which get runs `body`. */
async function inGet(body: string, before = "", cpus = 1, memory: "sc" | "tso" = "sc"): Promise<CheckResult> {
  const text = `#include <asm/tdx.h>\n${before}\nint tdx_pamt_get(struct page *page) { ${body} return 0; }\n${PUT}`;
  return checkC(await fromText(text), ["dpamt-off"], { cpus, memory });
}

/** What helpers of these tests share. */
const LOCKS = `DEFINE_FREE(spare, int *, WRITE_ONCE(*_T, 0))
DEFINE_GUARD(region, spinlock_t *, spin_lock(_T), spin_unlock(_T))
static DEFINE_SPINLOCK(s); static DEFINE_SPINLOCK(t); static DEFINE_MUTEX(m); static DECLARE_RWSEM(r);
static DEFINE_SEMAPHORE(sem, 1); static DECLARE_COMPLETION(c); static unsigned long bits; static int flag, shared;
static local_lock_t l; static DEFINE_STATIC_KEY_FALSE(key); static DECLARE_WAIT_QUEUE_HEAD(wq); static seqcount_t seq;
static DEFINE_PER_CPU(int, tally); static DEFINE_PER_CPU(spinlock_t, own); static DEFINE_XARRAY(xa); static DEFINE_IDR(idr);
static DEFINE_XARRAY_FLAGS(irqs, XA_FLAGS_LOCK_IRQ); static struct lockref ref = LOCKREF_INIT(1);
static struct percpu_counter sum; static struct percpu_ref refs; static void gone(struct percpu_ref *ref) { }
static __init int init_sum(void) { return percpu_counter_init(&sum, 0, GFP_KERNEL); }
static __init int init_refs(void) { return percpu_ref_init(&refs, gone, 0, GFP_KERNEL); }`;

const broken = ({ scenarios }: CheckResult): string[] => scenarios.flatMap((each) => each.broken);

test("an assertion that fails is found", async () => {
  expect(broken(await atBoot("BUG_ON(find_first_bit((unsigned long[]){ 4 }, 64) != 3);"))).toEqual(["R7"]);
  // The kernel warns before it stops.
  expect(broken(await inGet("BUG_ON(hash_32(1, 4) == hash_32(1, 4));"))).toEqual(["R2"]);
});

describe("at boot", () => {
  test.each([
    [
      "kref",
      `static struct kref k;
       kref_init(&k); kref_get(&k); BUG_ON(kref_read(&k) != 2);
       BUG_ON(kref_put(&k, gone)); BUG_ON(freed); BUG_ON(!kref_put(&k, gone)); BUG_ON(freed != 1);
       BUG_ON(kref_get_unless_zero(&k));
       kref_init(&k); BUG_ON(!kref_put_lock(&k, gone, &lock)); BUG_ON(!spin_is_locked(&lock)); spin_unlock(&lock);
       kref_init(&k); BUG_ON(!kref_put_mutex(&k, gone, &mutex)); BUG_ON(!mutex_is_locked(&mutex)); mutex_unlock(&mutex);`,
      `static int freed; static void gone(struct kref *kref) { freed++; }
       static DEFINE_SPINLOCK(lock); static DEFINE_MUTEX(mutex);`,
    ],
    [
      "refcount_t",
      `static refcount_t r = REFCOUNT_INIT(1);
       refcount_add(3, &r); BUG_ON(refcount_read(&r) != 4); BUG_ON(refcount_sub_and_test(2, &r));
       BUG_ON(refcount_dec_if_one(&r)); BUG_ON(!refcount_sub_and_test(2, &r)); BUG_ON(refcount_add_not_zero(1, &r));
       refcount_set(&r, 1); BUG_ON(!refcount_add_not_zero(1, &r)); BUG_ON(refcount_read(&r) != 2);
       BUG_ON(!refcount_dec_not_one(&r)); BUG_ON(refcount_dec_not_one(&r)); BUG_ON(!refcount_dec_if_one(&r));`,
    ],
    [
      "atomic64_t and atomic_long_t",
      `static atomic64_t a = ATOMIC64_INIT(1LL << 40); s64 old = 0;
       BUG_ON(atomic64_add_return(2, &a) != (1LL << 40) + 2); atomic64_sub(2, &a);
       BUG_ON(atomic64_fetch_andnot(1LL << 40, &a) != 1LL << 40); BUG_ON(atomic64_read(&a));
       BUG_ON(atomic64_inc_not_zero(&a)); BUG_ON(!atomic64_try_cmpxchg_acquire(&a, &old, -5));
       BUG_ON(atomic64_inc_unless_negative(&a)); BUG_ON(!atomic64_dec_unless_positive(&a));
       BUG_ON(atomic64_read(&a) != -6); BUG_ON(!atomic64_add_negative(1, &a)); BUG_ON(atomic64_cmpxchg(&a, -5, 7) != -5);
       BUG_ON(atomic_long_xchg(&a, 3) != 7); BUG_ON(!atomic_long_sub_and_test(3, &a)); BUG_ON(atomic_long_fetch_inc_relaxed(&a));`,
    ],
    [
      "bitmaps",
      `DECLARE_BITMAP(map, 130); DECLARE_BITMAP(other, 130); unsigned long bit, sum = 0;
       bitmap_zero(map, 130); bitmap_zero(other, 130); bitmap_set(map, 62, 4);
       BUG_ON(bitmap_weight(map, 130) != 4); BUG_ON(find_first_bit(map, 130) != 62); BUG_ON(find_last_bit(map, 130) != 65);
       BUG_ON(find_next_zero_bit(map, 130, 62) != 66); BUG_ON(find_next_bit(map, 130, 66) != 130);
       BUG_ON(find_nth_bit(map, 130, 2) != 64);
       for_each_set_bit(bit, map, 130) sum += bit;
       BUG_ON(sum != 62 + 63 + 64 + 65); bitmap_clear(map, 63, 2); BUG_ON(find_next_bit(map, 130, 63) != 65);
       __set_bit(65, other); BUG_ON(!bitmap_subset(other, map, 130)); BUG_ON(!bitmap_intersects(map, other, 130));
       BUG_ON(!bitmap_andnot(map, map, other, 130)); BUG_ON(!test_bit(62, map)); BUG_ON(test_bit(65, map));
       BUG_ON(bitmap_find_next_zero_area(map, 130, 0, 64, 0) != 63); bitmap_fill(map, 130); BUG_ON(!bitmap_full(map, 130));
       BUG_ON(bitmap_find_next_zero_area(map, 130, 0, 1, 0) < 130); bitmap_clear(map, 0, 130); BUG_ON(!bitmap_empty(map, 130));
       BUG_ON(bitmap_find_free_region(map, 130, 3)); BUG_ON(bitmap_find_free_region(map, 130, 3) != 8);
       BUG_ON(test_and_change_bit(1, map) != 1); assign_bit(1, map, true); BUG_ON(!__test_and_clear_bit(1, map));`,
    ],
    [
      "hash tables",
      `struct thing { int key; struct hlist_node link; }; static struct thing a = { 5 }, b = { 9 }, *at; struct hlist_node *next;
       int bucket, sum = 0; static DEFINE_HASHTABLE(table, 3);
       BUG_ON(!hash_empty(table)); hash_add(table, &a.link, a.key); hash_add(table, &b.link, b.key);
       hash_for_each(table, bucket, at, link) sum += at->key;
       BUG_ON(sum != 14); hash_for_each_possible(table, at, link, 5) if (at->key == 5) break;
       BUG_ON(at != &a); hash_for_each_safe(table, bucket, next, at, link) hash_del(&at->link);
       BUG_ON(!hash_empty(table)); BUG_ON(hash_hashed(&a.link)); BUG_ON(hash_64(3, 8) >= 256); BUG_ON(hash_long(3, 1) > 1);`,
    ],
    [
      "trees",
      `static struct thing things[7]; struct rb_node *at; int key = 4, last = 0, count = 0;
       for (int i = 0; i < 7; i++) { things[i].key = (i * 3) % 7 + 1; rb_add(&things[i].node, &root, less); }
       for (at = rb_first(&root); at; at = rb_next(at), count++) { int is = rb_entry(at, struct thing, node)->key;
         BUG_ON(is <= last); last = is; }
       BUG_ON(count != 7); at = rb_find(&key, &root, compare); BUG_ON(!at || rb_entry(at, struct thing, node)->key != 4);
       for (int i = 0; i < 6; i++) { rb_erase(&things[i].node, &root); count = 0;
         for (at = rb_last(&root); at; at = rb_prev(at)) count++; BUG_ON(count != 6 - i); }
       BUG_ON(rb_first(&root) != &things[6].node); rb_erase(&things[6].node, &root); BUG_ON(!RB_EMPTY_ROOT(&root));`,
      `struct thing { int key; struct rb_node node; }; static struct rb_root root = RB_ROOT;
       static bool less(struct rb_node *a, const struct rb_node *b) {
         return rb_entry(a, struct thing, node)->key < rb_entry(b, struct thing, node)->key; }
       static int compare(const void *key, const struct rb_node *node) {
         return *(const int *)key - rb_entry(node, struct thing, node)->key; }`,
    ],
    [
      "xarrays",
      `static DEFINE_XARRAY(xa); int things[3]; unsigned long index; void *entry; int count = 0; static int a, b;
       BUG_ON(xa_load(&xa, 5)); BUG_ON(xa_store(&xa, 5, &a, GFP_KERNEL)); BUG_ON(xa_load(&xa, 5) != &a);
       BUG_ON(xa_insert(&xa, 5, &b, GFP_KERNEL) != -EBUSY); BUG_ON(xa_insert(&xa, 100000, &b, GFP_KERNEL));
       BUG_ON(xa_store(&xa, 70, xa_mk_value(3), GFP_KERNEL)); BUG_ON(xa_to_value(xa_load(&xa, 70)) != 3);
       xa_for_each(&xa, index, entry) count += index; BUG_ON(count != 5 + 70 + 100000);
       BUG_ON(xa_cmpxchg(&xa, 5, &b, NULL, 0) != &a); BUG_ON(xa_erase(&xa, 5) != &a); BUG_ON(xa_load(&xa, 5));
       BUG_ON(xa_erase(&xa, 1UL << 60)); BUG_ON(xa_empty(&xa)); xa_destroy(&xa); BUG_ON(!xa_empty(&xa));`,
    ],
    [
      "numbers for objects",
      `static DEFINE_IDA(ida); static DEFINE_IDR(idr); static int a, b; int id; void *at; int sum = 0;
       BUG_ON(ida_alloc(&ida, GFP_KERNEL)); BUG_ON(ida_alloc_min(&ida, 1, GFP_KERNEL) != 1); ida_free(&ida, 0);
       BUG_ON(ida_alloc(&ida, GFP_KERNEL)); BUG_ON(ida_alloc_max(&ida, 1, GFP_KERNEL) != -ENOSPC);
       BUG_ON(idr_alloc(&idr, &a, 1, 0, GFP_KERNEL) != 1); BUG_ON(idr_alloc(&idr, &b, 1, 0, GFP_KERNEL) != 2);
       BUG_ON(idr_alloc(&idr, &b, 1, 3, GFP_KERNEL) != -ENOSPC); BUG_ON(idr_find(&idr, 2) != &b);
       idr_for_each_entry(&idr, at, id) sum += id; BUG_ON(sum != 3); BUG_ON(idr_remove(&idr, 1) != &a); BUG_ON(idr_find(&idr, 1));`,
    ],
    [
      "lists",
      `struct thing { int key; struct list_head link; }; struct thing a = { 1 }, b = { 2 }, c = { 3 }, *at, *next; int sum = 0;
       LIST_HEAD(head); LIST_HEAD(other);
       list_add_tail(&a.link, &head); list_add_tail(&b.link, &head); list_add_tail(&c.link, &head); list_swap(&a.link, &c.link);
       BUG_ON(list_first_entry(&head, struct thing, link) != &c); BUG_ON(list_last_entry(&head, struct thing, link) != &a);
       list_rotate_to_front(&b.link, &head); BUG_ON(list_first_entry(&head, struct thing, link) != &b);
       list_bulk_move_tail(&other, &b.link, &a.link); BUG_ON(list_count_nodes(&other) != 2); BUG_ON(!list_is_singular(&head));
       list_for_each_entry_safe(at, next, &other, link) { sum = 10 * sum + at->key; list_del(&at->link); } BUG_ON(sum != 21);`,
    ],
    [
      "locks that are tried",
      `static DEFINE_MUTEX(m); static DECLARE_RWSEM(r); static DEFINE_RWLOCK(w); static DEFINE_SEMAPHORE(s, 2); static unsigned long bits;
       BUG_ON(!mutex_trylock(&m)); BUG_ON(mutex_trylock(&m)); BUG_ON(!mutex_is_locked(&m)); mutex_unlock(&m);
       BUG_ON(!down_read_trylock(&r)); BUG_ON(!down_read_trylock(&r)); BUG_ON(down_write_trylock(&r)); up_read(&r); up_read(&r);
       down_write(&r); BUG_ON(down_read_trylock(&r)); downgrade_write(&r); BUG_ON(!down_read_trylock(&r)); up_read(&r); up_read(&r);
       BUG_ON(rwsem_is_locked(&r)); BUG_ON(!read_trylock(&w)); BUG_ON(write_trylock(&w)); read_unlock(&w); BUG_ON(!write_trylock(&w));
       BUG_ON(read_trylock(&w)); write_unlock(&w); down(&s); BUG_ON(down_trylock(&s)); BUG_ON(!down_trylock(&s)); up(&s); down(&s);
       BUG_ON(!bit_spin_trylock(3, &bits)); BUG_ON(bit_spin_trylock(3, &bits)); BUG_ON(bits != 8); bit_spin_unlock(3, &bits);
       bit_spin_lock(0, &bits); bit_spin_lock(1, &bits); BUG_ON(bits != 3); __bit_spin_unlock(0, &bits); BUG_ON(bits != 2);`,
    ],
    [
      "completions, sequence counts, static keys and calls",
      `static DECLARE_COMPLETION(c); static DEFINE_SEQLOCK(s); unsigned int start; static DEFINE_STATIC_KEY_FALSE(key);
       BUG_ON(try_wait_for_completion(&c)); complete(&c); complete(&c); wait_for_completion(&c); BUG_ON(!completion_done(&c));
       BUG_ON(!try_wait_for_completion(&c)); BUG_ON(completion_done(&c)); complete_all(&c); wait_for_completion(&c);
       BUG_ON(!try_wait_for_completion(&c)); reinit_completion(&c); BUG_ON(completion_done(&c));
       start = read_seqbegin(&s); BUG_ON(read_seqretry(&s, start)); write_seqlock(&s); BUG_ON(!read_seqretry(&s, start));
       write_sequnlock(&s); BUG_ON(!read_seqretry(&s, start)); BUG_ON(read_seqbegin(&s) != start + 2);
       BUG_ON(static_branch_unlikely(&key)); static_branch_enable(&key); BUG_ON(!static_branch_likely(&key));
       static_branch_disable(&key); static_branch_inc(&key); static_branch_inc(&key); static_branch_dec(&key);
       BUG_ON(!static_branch_unlikely(&key)); BUG_ON(static_call(which)() != 1); static_call_update(which, two);
       BUG_ON(static_call(which)() != 2);`,
      `static int one(void) { return 1; } static int two(void) { return 2; } DEFINE_STATIC_CALL(which, one);`,
    ],
    [
      "guards that may fail",
      `static DEFINE_MUTEX(m); static DEFINE_SPINLOCK(s); int had = 0;
       scoped_cond_guard(mutex_try, return -EBUSY, &m) { BUG_ON(!mutex_is_locked(&m)); had++; }
       BUG_ON(mutex_is_locked(&m)); mutex_lock(&m); BUG_ON(tries(&m) != -EBUSY); BUG_ON(!mutex_is_locked(&m)); mutex_unlock(&m);
       BUG_ON(tries(&m)); BUG_ON(interrupted(&m)); BUG_ON(mutex_is_locked(&m));
       scoped_cond_guard(spinlock_try, return -EBUSY, &s) had++; BUG_ON(spin_is_locked(&s));
       spin_lock(&s); scoped_guard(spinlock_try, &s) had += 10; BUG_ON(!spin_is_locked(&s)); spin_unlock(&s); BUG_ON(had != 2);`,
      `static int tries(struct mutex *m) { scoped_cond_guard(mutex_try, return -EBUSY, m) return 0; return 1; }
       static int interrupted(struct mutex *m) { ACQUIRE(mutex_intr, held)(m); return ACQUIRE_ERR(mutex_intr, &held); }`,
    ],
    [
      "counts with a lock of their own, reserves, and limits",
      `static struct lockref ref = LOCKREF_INIT(1); static struct percpu_counter sum; mempool_t *pool; void *a;
       lockref_get(&ref); BUG_ON(!lockref_put_or_lock(&ref)); BUG_ON(lockref_put_or_lock(&ref)); BUG_ON(ref.count != 1);
       lockref_mark_dead(&ref); spin_unlock(&ref.lock); BUG_ON(lockref_get_not_dead(&ref)); BUG_ON(percpu_counter_init(&sum, 5, GFP_KERNEL));
       percpu_counter_sub(&sum, 6); BUG_ON(percpu_counter_sum(&sum) != -1); BUG_ON(percpu_counter_read_positive(&sum));
       pool = mempool_create_kmalloc_pool(1, 16); BUG_ON(!pool); a = mempool_alloc(pool, GFP_KERNEL); BUG_ON(!a || pool->curr_nr != 1);
       mempool_free(a, pool); BUG_ON(pool->curr_nr != 1); mempool_destroy(pool); BUG_ON(clamp_val(9, 1, 4) != 4);`,
    ],
    [
      "variables of each CPU",
      `unsigned int cpu; int __percpu *more = alloc_percpu(int); BUG_ON(!more);
       for_each_possible_cpu(cpu) { BUG_ON(per_cpu(tally, cpu) != 7); *per_cpu_ptr(more, cpu) = cpu + 1; }
       this_cpu_add(tally, 2); BUG_ON(per_cpu(tally, smp_processor_id()) != 9); BUG_ON(this_cpu_inc_return(*more) != 2);
       BUG_ON(this_cpu_cmpxchg(tally, 9, 1) != 9); BUG_ON(this_cpu_read(tally) != 1); BUG_ON(*get_cpu_ptr(more) != 2);
       put_cpu_ptr(more); free_percpu(more);`,
      `static DEFINE_PER_CPU(int, tally) = 7;`,
    ],
    [
      "pages",
      `struct page *page = alloc_page(GFP_KERNEL); BUG_ON(!page || page_count(page) != 1); get_page(page); BUG_ON(page_ref_count(page) != 2);
       put_page(page); SetPagePrivate(page); BUG_ON(!PagePrivate(page)); BUG_ON(!TestClearPagePrivate(page)); BUG_ON(PagePrivate(page));
       __SetPageReserved(page); BUG_ON(!PageReserved(page)); __ClearPageReserved(page); get_page(page); __free_page(page);
       BUG_ON(page_count(page) != 1); __free_page(page);`,
    ],
    [
      "references to pages that may be free",
      `struct page *page = alloc_page(GFP_KERNEL); struct folio *folio; BUG_ON(!page || !get_page_unless_zero(page)); folio = page_folio(page);
       BUG_ON(page_count(page) != 2 || put_page_testzero(page)); BUG_ON(page_ref_add_unless(page, 3, 1)); BUG_ON(!page_ref_add_unless(page, 3, 2));
       BUG_ON(page_ref_sub_return(page, 2) != 2 || page_ref_inc_return(page) != 3 || folio_ref_sub_and_test(folio, 2)); BUG_ON(!folio_try_get(folio));
       BUG_ON(page_ref_freeze(page, 1) || !page_ref_freeze(page, 2)); BUG_ON(page_count(page) || folio_try_get(folio)); page_ref_unfreeze(page, 2);
       folio_put_refs(folio, 1); BUG_ON(folio_ref_count(folio) != 1); set_page_count(page, 4); BUG_ON(page_ref_sub_and_test(page, 3));
       init_page_count(page); BUG_ON(page_count(page) != 1); BUG_ON(!folio_put_testzero(folio)); BUG_ON(get_page_unless_zero(page)); __folio_put(folio);`,
    ],
    [
      "trees that know their first node",
      `static struct thing things[3] = { { 2 }, { 1 }, { 3 } };
       BUG_ON(rb_first_cached(&root)); BUG_ON(rb_add_cached(&things[0].node, &root, less) != &things[0].node);
       BUG_ON(rb_add_cached(&things[1].node, &root, less) != &things[1].node); BUG_ON(rb_add_cached(&things[2].node, &root, less));
       BUG_ON(rb_erase_cached(&things[0].node, &root)); BUG_ON(rb_erase_cached(&things[1].node, &root) != &things[2].node);
       BUG_ON(rb_erase_cached(&things[2].node, &root)); BUG_ON(!RB_EMPTY_ROOT(&root.rb_root));`,
      `struct thing { int key; struct rb_node node; }; static struct rb_root_cached root = RB_ROOT_CACHED;
       static bool less(struct rb_node *a, const struct rb_node *b) {
         return rb_entry(a, struct thing, node)->key < rb_entry(b, struct thing, node)->key; }`,
    ],
    [
      "arrays with reserved and rotating indices",
      `static DEFINE_XARRAY(xa); static DEFINE_XARRAY_ALLOC(ids); static int a, b; unsigned long at = 0; u32 id = 9, next = 0;
       BUG_ON(xa_reserve(&xa, 70, GFP_KERNEL)); BUG_ON(xa_load(&xa, 70)); BUG_ON(xa_insert(&xa, 70, &a, GFP_KERNEL) != -EBUSY);
       BUG_ON(xa_find(&xa, &at, ULONG_MAX, XA_PRESENT)); BUG_ON(xa_cmpxchg(&xa, 70, NULL, &a, GFP_KERNEL)); BUG_ON(xa_load(&xa, 70));
       BUG_ON(xa_empty(&xa)); BUG_ON(xa_store(&xa, 70, &a, GFP_KERNEL)); xa_release(&xa, 70); BUG_ON(xa_load(&xa, 70) != &a); BUG_ON(xa_erase(&xa, 70) != &a);
       BUG_ON(xa_reserve(&xa, 5, GFP_KERNEL)); xa_release(&xa, 5); BUG_ON(xa_insert(&xa, 5, &b, GFP_KERNEL)); xa_erase(&xa, 5);
       BUG_ON(xa_insert(&xa, 5, NULL, GFP_KERNEL)); BUG_ON(xa_insert(&xa, 5, &b, GFP_KERNEL) != -EBUSY); xa_erase(&xa, 5);
       BUG_ON(xa_alloc(&ids, &id, &a, XA_LIMIT(3, 3), GFP_KERNEL)); BUG_ON(id != 3 || xa_store(&ids, 3, NULL, GFP_KERNEL) != &a);
       BUG_ON(xa_alloc(&ids, &id, &a, XA_LIMIT(3, 3), GFP_KERNEL) != -EBUSY); xa_erase(&ids, 3); BUG_ON(!xa_empty(&ids));
       BUG_ON(xa_alloc_cyclic(&ids, &id, &a, XA_LIMIT(0, 1), &next, GFP_KERNEL) || id != 0 || next != 1);
       BUG_ON(xa_alloc_cyclic(&ids, &id, &b, XA_LIMIT(0, 1), &next, GFP_KERNEL) || id != 1 || next != 2); xa_erase(&ids, 0);
       BUG_ON(xa_alloc_cyclic(&ids, &id, &b, XA_LIMIT(0, 1), &next, GFP_KERNEL) != 1 || id != 0);
       BUG_ON(xa_alloc_cyclic(&ids, &id, &b, XA_LIMIT(0, 1), &next, GFP_KERNEL) != -EBUSY); xa_destroy(&xa); xa_destroy(&ids);`,
    ],
    [
      "asking again, and folios",
      `int value; struct folio *folio = folio_alloc(GFP_KERNEL, 0); BUG_ON(!folio || folio_ref_count(folio) != 1);
       BUG_ON(page_folio(folio_page(folio, 0)) != folio); folio_put(folio); asked = 0;
       BUG_ON(read_poll_timeout(ask, value, value == 3, 10, 0, false, 1)); BUG_ON(value != 3 || asked != 3); asked = 0;
       BUG_ON(readx_poll_timeout_atomic(ask, 1, value, value >= 1, 0, 5)); BUG_ON(value != 1);
       BUG_ON(memalloc_nofs_save()); memalloc_nofs_restore(0); kmemleak_not_leak(folio);
       BUG_ON(wait_on_bit(&bits, 1, TASK_UNINTERRUPTIBLE)); BUG_ON(wait_on_bit_lock(&bits, 2, TASK_UNINTERRUPTIBLE)); BUG_ON(bits != 4);
       clear_and_wake_up_bit(2, &bits); BUG_ON(bits);`,
      `static int asked; static unsigned long bits; static int ask(int by) { return asked += by; }`,
    ],
    [
      "counts that go wrong are saturated",
      `static refcount_t up = REFCOUNT_INIT(0), down = REFCOUNT_INIT(0), last = REFCOUNT_INIT(1), none = REFCOUNT_INIT(0);
       refcount_inc(&up); BUG_ON(refcount_read(&up) != (unsigned)REFCOUNT_SATURATED); BUG_ON(!refcount_inc_not_zero(&up));
       BUG_ON(refcount_dec_and_test(&up)); BUG_ON(!refcount_dec_not_one(&up)); BUG_ON(refcount_read(&up) != (unsigned)REFCOUNT_SATURATED);
       BUG_ON(refcount_dec_and_test(&down)); BUG_ON(refcount_read(&down) != (unsigned)REFCOUNT_SATURATED);
       refcount_dec(&last); BUG_ON(refcount_read(&last) != (unsigned)REFCOUNT_SATURATED);
       BUG_ON(refcount_inc_not_zero(&none) || refcount_read(&none)); BUG_ON(!refcount_dec_not_one(&none) || refcount_read(&none));`,
    ],
    [
      "reserves of pages, of any size",
      `static mempool_t *pool; void *page; pool = mempool_create_page_pool(7, 0); BUG_ON(!pool); page = mempool_alloc(pool, GFP_KERNEL);
       BUG_ON(!page); mempool_free(page, pool); mempool_destroy(pool);`,
    ],
    [
      "radix trees",
      `static RADIX_TREE(tree, GFP_ATOMIC); static int a, b; void *found[3];
       BUG_ON(!radix_tree_empty(&tree)); BUG_ON(radix_tree_preload(GFP_KERNEL)); BUG_ON(radix_tree_insert(&tree, 70, &a));
       radix_tree_preload_end(); BUG_ON(radix_tree_insert(&tree, 70, &b) != -EEXIST); BUG_ON(radix_tree_insert(&tree, 4, &b));
       BUG_ON(radix_tree_lookup(&tree, 70) != &a); BUG_ON(radix_tree_lookup(&tree, 71));
       BUG_ON(radix_tree_gang_lookup(&tree, found, 0, 3) != 2 || found[0] != &b || found[1] != &a);
       BUG_ON(radix_tree_gang_lookup(&tree, found, 5, 1) != 1 || found[0] != &a); BUG_ON(radix_tree_delete_item(&tree, 70, &b));
       BUG_ON(radix_tree_delete(&tree, 70) != &a); BUG_ON(radix_tree_delete(&tree, 70)); BUG_ON(radix_tree_delete_item(&tree, 4, NULL) != &b);`,
    ],
    [
      "references of all CPUs",
      `static struct percpu_ref ref; BUG_ON(percpu_ref_init(&ref, gone, 0, GFP_KERNEL));
       percpu_ref_get(&ref); BUG_ON(!percpu_ref_tryget_live(&ref)); percpu_ref_put(&ref); BUG_ON(percpu_ref_is_dying(&ref));
       percpu_ref_kill_and_confirm(&ref, told); BUG_ON(confirmed != 1 || released || percpu_ref_is_zero(&ref));
       BUG_ON(percpu_ref_tryget_live(&ref)); BUG_ON(!percpu_ref_tryget(&ref)); percpu_ref_put_many(&ref, 2);
       BUG_ON(released != 1 || !percpu_ref_is_zero(&ref)); BUG_ON(percpu_ref_tryget(&ref)); percpu_ref_reinit(&ref);
       BUG_ON(!percpu_ref_tryget_live(&ref)); percpu_ref_put(&ref); percpu_ref_kill(&ref); BUG_ON(released != 2); percpu_ref_exit(&ref);`,
      `static int released, confirmed; static void gone(struct percpu_ref *ref) { released++; }
       static void told(struct percpu_ref *ref) { confirmed++; }`,
    ],
    [
      "texts",
      `char text[4]; static char other[8] = "pamt"; BUG_ON(strscpy(text, "abc") != 3 || strcmp(text, "abc"));
       BUG_ON(strscpy(text, other, sizeof(text)) != -E2BIG || memcmp(text, "pam", 4)); BUG_ON(strncmp(text, other, 3));
       BUG_ON(strncmp(text, other, 4) >= 0); BUG_ON(strlen(other) != 4 || strnlen(other, 2) != 2); BUG_ON(strchr(other, 'm') != other + 2);
       BUG_ON(strchr(other, 'x')); BUG_ON(memchr(other, 't', 8) != other + 3); BUG_ON(snprintf(text, 4, "%d", 7)); BUG_ON(text[0]);`,
    ],
    [
      "memory of another size",
      `u32 *a = kmalloc(8, GFP_KERNEL), *b; BUG_ON(!a || ksize(a) < 8); a[0] = 3; a[1] = 4; b = krealloc(a, 16, GFP_KERNEL | __GFP_ZERO);
       BUG_ON(!b || b == a || b[0] != 3 || b[1] != 4 || b[2] || b[3]); a = kmemdup(b, 4, GFP_KERNEL); BUG_ON(!a || a[0] != 3); kfree(a);
       a = krealloc(b, 4, GFP_KERNEL); BUG_ON(a[0] != 3); a = krealloc(a, 0, GFP_KERNEL); BUG_ON(a != ZERO_SIZE_PTR); kfree(a);
       a = krealloc(NULL, 4, GFP_KERNEL); BUG_ON(!a); kfree(a);`,
    ],
    [
      "pages that are locked",
      `struct page *page = alloc_page(GFP_KERNEL); BUG_ON(!page); BUG_ON(PageLocked(page)); lock_page(page); BUG_ON(!PageLocked(page));
       BUG_ON(trylock_page(page)); unlock_page(page); BUG_ON(!trylock_page(page)); SetPagePrivate(page); unlock_page(page);
       BUG_ON(PageLocked(page) || !PagePrivate(page)); wait_on_page_locked(page); BUG_ON(lock_page_killable(page)); unlock_page(page);
       __free_page(page);`,
    ],
    [
      "sums of CPUs",
      `static struct percpu_counter sum; BUG_ON(percpu_counter_init(&sum, 5, GFP_KERNEL)); percpu_counter_add(&sum, 40);
       BUG_ON(percpu_counter_read(&sum) != 45); percpu_counter_sync(&sum); percpu_counter_dec(&sum); BUG_ON(percpu_counter_sum(&sum) != 44);
       BUG_ON(percpu_counter_compare(&sum, 43) != 1); percpu_counter_set(&sum, 1); BUG_ON(percpu_counter_read(&sum) != 1);`,
    ],
    [
      "numbers by chance",
      `for (int i = 0; i < 3; i++) { BUG_ON(get_random_u32_below(3) > 2); BUG_ON(get_random_u32_below(1));
         BUG_ON(get_random_u32_inclusive(5, 100) < 5); BUG_ON(get_random_u8() > 255); }`,
    ],
  ] as [name: string, body: string, before?: string][])("%s", async (_name, body, before = "") => {
    expect(await atBoot(body, before)).toMatchObject({ verdict: "holds" });
  });
});

describe("while helpers run", () => {
  test.each([
    ["R8", "spin_trylock() is held and somebody sleeps", "BUG_ON(!spin_trylock(&s)); msleep(1); spin_unlock(&s);"],
    [
      "R8",
      "a lock that was tried is given back, another one is still held",
      "spin_lock(&s); BUG_ON(!spin_trylock(&t)); spin_unlock(&t); msleep(1); spin_unlock(&s);",
    ],
    ["R8", "down_read() with preemption off", "preempt_disable(); down_read(&r); up_read(&r); preempt_enable();"],
    ["R8", "down_write() under a spinlock", "spin_lock(&s); down_write(&r); up_write(&r); spin_unlock(&s);"],
    ["R8", "down() under a bit spinlock", "bit_spin_lock(0, &bits); down(&sem); up(&sem); bit_spin_unlock(0, &bits);"],
    [
      "R8",
      "a static key is switched under a local lock",
      "local_lock(&l); static_branch_enable(&key); local_unlock(&l);",
    ],
    ["R8", "lock_page() under a spinlock", "spin_lock(&s); lock_page(page); unlock_page(page); spin_unlock(&s);"],
    ["R2", "a page that nobody has locked is given back", "unlock_page(page);"],
    ["R9", "a page is locked twice", "lock_page(page); lock_page(page);"],
    ["R2", "a number by chance is the largest one", "BUG_ON(get_random_u32() == U32_MAX);"],
    ["R2", "a number by chance is one between", "BUG_ON(get_random_u32_below(3) == 1);"],
    [
      "R2",
      "a sum of CPUs is read before it is seen",
      "percpu_counter_add(&sum, 2); BUG_ON(percpu_counter_read(&sum) == 0);",
    ],
    [
      "R2",
      "a sum of CPUs is read when it is seen",
      "percpu_counter_add(&sum, 2); BUG_ON(percpu_counter_read(&sum) == 2);",
    ],
    ["R2", "a reference of all CPUs is put too often", "percpu_ref_put(&refs);"],
    ["R8", "wait_event() with interrupts off", "local_irq_disable(); wait_event(wq, true); local_irq_enable();"],
    ["R9", "a bit is locked twice", "bit_spin_lock(0, &bits); bit_spin_lock(0, &bits);"],
    ["R9", "a lock of a CPU is locked twice", "spin_lock(this_cpu_ptr(&own)); spin_lock(this_cpu_ptr(&own));"],
    ["R9", "nobody completes", "wait_for_completion(&c);"],
    ["R9", "nobody gives a semaphore back", "down(&sem); down(&sem);"],
    ["R9", "a writer never ends", "write_seqcount_begin(&seq); read_seqcount_begin(&seq);"],
    ["R9", "what is waited for never comes", "wait_event(wq, READ_ONCE(flag));"],
    ["R2", "a spinlock that nobody has is given back", "spin_lock(&s); spin_unlock(&s); spin_unlock(&s);"],
    ["R2", "a mutex that nobody has is given back", "mutex_unlock(&m);"],
    [
      "R2",
      "an array that gives no ids is asked for one",
      "u32 id; (void)xa_alloc(&xa, &id, &flag, xa_limit_32b, GFP_ATOMIC);",
    ],
    [
      "R8",
      "an index is stored to under a lock, as if that could wait",
      "spin_lock(&s); xa_cmpxchg(&xa, 3, &flag, NULL, GFP_KERNEL); spin_unlock(&s);",
    ],
    ["R2", "a task is woken in time", "if (schedule_timeout(5)) WARN_ON(1);"],
    ["R2", "a task is not woken in time", "if (!schedule_timeout(5)) WARN_ON(1);"],
    ["R2", "a context is said to be what it is not", "WARN_ON(!in_interrupt());"],
    ["R2", "preemption is said to be off", "lockdep_assert_preemption_disabled();"],
    [
      "R8",
      "asking again sleeps",
      "int v; spin_lock(&s); (void)read_poll_timeout(READ_ONCE, v, v == 0, 5, 0, false, flag); spin_unlock(&s);",
    ],
    ["R9", "a variable never becomes what is waited for", "wait_var_event(&flag, READ_ONCE(flag));"],
    [
      "R2",
      "more shares of a lock are given back than were taken",
      "static DEFINE_RWLOCK(rw); read_lock(&rw); read_lock(&rw); read_unlock(&rw); read_unlock(&rw); read_unlock(&rw);",
    ],
    [
      "R2",
      "a share that was given back is said to be held",
      "static DEFINE_RWLOCK(rw); read_lock(&rw); read_unlock(&rw); lockdep_assert_held(&rw);",
    ],
    ["R2", "a static key is counted below 0", "static_branch_dec(&key);"],
    [
      "R2",
      "a static key that is counted is switched",
      "static_branch_inc(&key); static_branch_inc(&key); static_branch_disable(&key);",
    ],
    ["R2", "a reader says that it writes", "down_read(&r); lockdep_assert_held_write(&r); up_read(&r);"],
    ["R7", "another CPU's variable is asked for that there is no CPU for", "per_cpu(tally, 7)++;"],
    ["R7", "a per-CPU address is used as it is", "(void)smp_processor_id(); *(volatile int *)&tally = 1;"],
  ])("%s: %s", async (id, _name, body) => {
    expect(broken(await inGet(body, LOCKS))).toEqual([id]);
  });

  test.each([
    [
      "mutex_trylock() and down_trylock() sleep not",
      "spin_lock(&s); if (mutex_trylock(&m)) mutex_unlock(&m); if (!down_trylock(&sem)) up(&sem); spin_unlock(&s);",
    ],
    ["a mutex that was tried lets its holder sleep", "if (mutex_trylock(&m)) { msleep(1); mutex_unlock(&m); }"],
    [
      "lockref_put_return() does not wait",
      "spin_lock(&ref.lock); BUG_ON(lockref_put_return(&ref) != -1); spin_unlock(&ref.lock);",
    ],
    [
      "a writer says so",
      "down_write(&r); lockdep_assert_held_write(&r); up_write(&r); mutex_lock(&m); lockdep_assert_held_write(&m); mutex_unlock(&m);",
    ],
    [
      "a share of a lock is held after another was given back",
      "static DEFINE_RWLOCK(rw); read_lock(&rw); read_lock(&rw); read_unlock(&rw); lockdep_assert_held_read(&rw); read_unlock(&rw);",
    ],
    [
      "a helper is in task context, and says so",
      `BUG_ON(!in_task() || in_interrupt() || in_softirq() || in_atomic() || in_hardirq() || in_nmi() || !preemptible());
       local_bh_disable(); BUG_ON(!in_task() || !in_interrupt() || !in_softirq() || in_serving_softirq() || preemptible()); local_bh_enable();
       spin_lock(&s); BUG_ON(!in_atomic() || in_interrupt()); lockdep_assert_preemption_disabled(); spin_unlock(&s);
       local_irq_disable(); BUG_ON(in_atomic() || preemptible()); local_irq_enable(); lockdep_assert_preemption_enabled();`,
    ],
    [
      "a time that is waited ends",
      `long left = 100; while (left) left = schedule_timeout(left); BUG_ON(schedule_timeout(0));
       BUG_ON(schedule_timeout(MAX_SCHEDULE_TIMEOUT) != MAX_SCHEDULE_TIMEOUT);`,
    ],
    ["a share of a lock is held", "down_read(&r); BUG_ON(lockdep_is_held(&r) != 1); up_read(&r);"],
    [
      "whoever waits in a queue looks again",
      `static DECLARE_WAIT_QUEUE_HEAD(queue); DEFINE_WAIT(wait); WRITE_ONCE(shared, 1); wake_up(&queue); wake_up_var(&shared);
       for (;;) { prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE); if (READ_ONCE(shared)) break; schedule(); }
       finish_wait(&queue, &wait); wait_var_event(&shared, READ_ONCE(shared));`,
    ],
    [
      "a class may have the name of a variable",
      `int *spare __free(spare) = &flag; spinlock_t *region = &s; (void)spare;
       { guard(region)(region); lockdep_assert_held(&s); } lockdep_assert_not_held(&s);`,
    ],
    ["time passes", "u64 end = ktime_get_ns() + 100; while (ktime_get_ns() < end) cpu_relax();"],
    ["a completion lets one on", "complete(&c); wait_for_completion(&c);"],
    [
      "tallies of all CPUs",
      "int cpu, sum = 0; this_cpu_inc(tally); for_each_possible_cpu(cpu) sum += READ_ONCE(per_cpu(tally, cpu)); BUG_ON(!sum);",
    ],
    [
      "two bits of a word are two locks",
      "bit_spin_lock(1, &bits); bit_spin_lock(2, &bits); shared++; bit_spin_unlock(2, &bits); bit_spin_unlock(1, &bits);",
    ],
    [
      "readers keep out nobody but writers",
      "down_read(&r); (void)READ_ONCE(shared); up_read(&r); down_write(&r); WRITE_ONCE(shared, 1); up_write(&r);",
    ],
  ])("%s", async (_name, body) => {
    expect(broken(await inGet(body, LOCKS, 2))).toEqual([]);
  });
});

/** Checks helpers that count with refcount_t, of which get also runs `body` where it allocates. */
async function whereGetAllocates(body: string, before: string): Promise<CheckResult> {
  const folder = join(fixtures, "idioms");
  const text = readFileSync(join(folder, "refcount.c"), "utf8")
    .replace("int tdx_pamt_get(", `${before}\nint tdx_pamt_get(`)
    .replace("\tret = alloc_pair(pair);", `\t${body}\n$&`);
  return checkC(await fromText(text, { sources: treeSources(folder) }), ["main"]);
}

test.each([
  [
    "an xarray keeps its lock for an allocation that does not sleep",
    "xa_lock(&xa); BUG_ON(shared); shared = 1; (void)__xa_store(&xa, 5, &flag, GFP_ATOMIC); shared = 0; xa_unlock(&xa);",
  ],
  [
    "an xarray gives its lock back, as its flags say, for one that may sleep",
    "xa_lock_irq(&irqs); (void)__xa_store(&irqs, 5, &flag, GFP_KERNEL); xa_unlock_irq(&irqs);",
  ],
  ["memory that never fails", "{ int *a = kmalloc(4, GFP_KERNEL | __GFP_NOFAIL); *a = 1; kfree(a); }"],
  [
    "an idr leaves its lock alone",
    "mutex_lock(&m); if (idr_alloc(&idr, &flag, 0, 0, GFP_KERNEL) >= 0) idr_remove(&idr, 0); mutex_unlock(&m); idr_lock(&idr); idr_unlock(&idr);",
  ],
])("%s", async (_name, body) => {
  expect(broken(await whereGetAllocates(body, LOCKS))).toEqual([]);
});

describe("where get allocates", () => {
  test.each([
    [
      "R7",
      "what is behind memory that became smaller is read",
      "int *a = kzalloc(8, GFP_KERNEL); a = a ? krealloc(a, 4, GFP_KERNEL | __GFP_NOFAIL) : NULL; if (a) { shared = a[1]; kfree(a); }",
    ],
    [
      "R7",
      "memory is used that became other memory",
      "int *a = kzalloc(8, GFP_KERNEL), *b = a ? krealloc(a, 4, GFP_KERNEL | __GFP_NOFAIL) : NULL; if (b) { shared = a[0]; kfree(b); }",
    ],
    [
      "R6",
      "memory is lost where it cannot be made larger",
      "int *a = kzalloc(4, GFP_KERNEL); if (a) a = krealloc(a, 8, GFP_KERNEL); kfree(a);",
    ],
  ])("%s: %s", async (id, _name, body) => {
    expect(broken(await whereGetAllocates(`{ ${body} }`, LOCKS))).toEqual([id]);
  });
});

describe("with store buffers, what comes between a store and a load of each CPU", () => {
  /** Each CPU sets its flag, then looks at the other's: both may find it unset only where nothing is between. */
  const around = (between: string): string =>
    `int me = smp_processor_id(); WRITE_ONCE(flags[me], 1); ${between}
     if (!READ_ONCE(flags[!me])) BUG_ON((atomic_fetch_or(1 << me, &alone) | 1 << me) == 3);`;
  const before = `${LOCKS} static int flags[2]; static atomic_t alone, zero, one = ATOMIC_INIT(1); static atomic64_t wide;
    static refcount_t dead = REFCOUNT_INIT(0); static unsigned int held = 1;`;

  test.each([
    "smp_mb();",
    "bit_spin_lock(0, &bits); bit_spin_unlock(0, &bits);",
    "while (!mutex_trylock(&m)) cpu_relax(); mutex_unlock(&m);",
    "down_read(&r); up_read(&r);",
    "down(&sem); up(&sem);",
    "complete(&c);",
    "atomic64_inc_return(&wide);",
    "atomic_long_fetch_or(1, &wide);",
    "set_bit(4 + me, &bits);",
    "BUG_ON(!atomic_inc_not_zero(&one));",
  ])("keeps them in order: %s", async (between) => {
    expect(broken(await inGet(around(between), before, 2, "tso"))).toEqual([]);
  });

  test.each([
    "",
    "barrier();",
    "BUG_ON(atomic_inc_not_zero(&zero));",
    "BUG_ON(refcount_inc_not_zero(&dead));",
    "BUG_ON(try_wait_for_completion(&c));",
    "this_cpu_inc(tally);",
    "BUG_ON(static_branch_unlikely(&key));",
    "read_seqcount_retry(&seq, read_seqcount_begin(&seq));",
    "wake_up(&wq);",
    "BUG_ON(cmpxchg(&held, 0, 1) != 1);",
  ])("does not: %s", async (between) => {
    expect(broken(await inGet(around(between), before, 2, "tso"))).toEqual(["R2"]);
  });
});

test("numbers of CPUs switch their symmetry off, and the result says so", async () => {
  const asks = await inGet("(void)smp_processor_id();", "", 2);
  expect(asks.reductions).not.toContain("cpu-symmetry");
  expect(asks.notes?.map(({ text }) => text)).toEqual([
    expect.stringMatching(/which CPU runs them.*cpu-symmetry is off/),
  ]);
  const asksNot = await inGet("", "static DEFINE_PER_CPU(int, tally);", 2);
  expect(asksNot.reductions).toContain("cpu-symmetry");
  expect(asksNot.notes).toBeUndefined();
});

test("what a scenario never came to is put down to what ends its paths, not to that it was not run", async () => {
  const asleep = `static DEFINE_SPINLOCK(s);
int tdx_pamt_get(struct page *page) { spin_lock(&s); msleep(1); spin_unlock(&s); return 0; }
${PUT}`;
  const { requirements } = await checkC(await fromText(asleep), ["extra-put"]);
  const { verdict, message } = requirements.find(({ id }) => id === "R13") ?? {};
  expect([verdict, message]).toEqual(["not-exercised", "extra-put never came to it: paths end where R8 breaks"]);
});

test("of helpers that wait in queues a check says that lost wake-ups go unnoticed, and of others it does not", async () => {
  const noted = async (body: string): Promise<string[]> => {
    const { notes = [] } = await inGet(body, LOCKS);
    return notes.map(({ text }) => text).filter((text) => text.includes("lost wake-ups"));
  };
  const waits = [
    "wait_event(wq, true);",
    "(void)wait_event_interruptible_timeout(wq, true, 1);",
    "wait_var_event(&flag, true);",
  ];
  for (const body of waits) expect(await noted(body)).toHaveLength(1);
  expect(await noted("complete(&c); wait_for_completion(&c);")).toEqual([]);
});

test("what a file calls its own has nothing to do with what the kernel has of that name", async () => {
  const own = `static void complete(void) { } static int up(int x) { return x + 1; } static int down(int x) { return x - 1; }
static unsigned long find_nth_bit(void) { return 3; } struct rb_node { int mine; };
static int hash_add(int a) { return a; } static int jiffies_to_msecs = 4;
static int mutex, spinlock, irq, preempt, rwsem_read, lock, list_head, spin;`;
  const body = `struct rb_node n = { 1 }; complete(); BUG_ON(up(down(0)) + find_nth_bit() + hash_add(n.mine) + jiffies_to_msecs != 8);
    spin_lock(&s); spin_unlock(&s); BUG_ON(find_first_bit(&bits, 64) != 64);
    BUG_ON(mutex + spinlock + irq + preempt + rwsem_read + lock + list_head + spin);`;
  expect(broken(await inGet(body, `${own} static DEFINE_SPINLOCK(s); static unsigned long bits;`))).toEqual([]);
});
