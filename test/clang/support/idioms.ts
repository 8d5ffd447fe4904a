/**
 * What random programs in C are made of: idioms of the kernel, each an entry of a table.
 *
 * An entry has the variables and types that it needs, by name, and statements. Functions named `boot_...` among them run
 * before anything else. In a statement `$v` stands for a small
 * number, `$i` for 0 or 1, `$k` for 1 or 2, `$s` for a shared int, and `$b` for statements of other idioms. `SEE(e)` takes a
 * value up into what the function returns. Variables of a statement lie in a block of its own. So a new idiom takes a few
 * lines: an entry here, and its name in a kind below.
 */
export interface Idiom {
  /** Declarations, by the name that each declares. */
  readonly shared?: Readonly<Record<string, string>>;
  readonly statements: readonly string[];
  /** How often it is used (default: 1). */
  readonly weight?: number;
}

/** The ints that `$s` stands for. */
export const SHARED_INTS = { alpha: "static int alpha;", beta: "static int beta;" } as const;

const SPINLOCKS = { lock_a: "static DEFINE_SPINLOCK(lock_a);", lock_b: "static DEFINE_SPINLOCK(lock_b);" };
const COUNT = { count: "static atomic_t count = ATOMIC_INIT(1);" };
const BITS = { bits: "static unsigned long bits;" };
const NODES = {
  node: "struct node { int value; struct node *next; };",
  nodes: "static struct node nodes[2];",
  top: "static struct node *top;",
};

const THING = {
  thing:
    "struct thing { int value; struct list_head list; struct llist_node node; struct page *page; struct rcu_head rcu; };",
};
const BOX = { ...SPINLOCKS, ...THING, box: "static struct thing *box;" };
const FULL_BOX = { ...BOX, boot_box: "int boot_box(void) { box = kzalloc(sizeof(*box), GFP_KERNEL); return 0; }" };
const CHAIN = {
  ...SPINLOCKS,
  ...THING,
  chain: "static LIST_HEAD(chain);",
  boot_chain:
    "int boot_chain(void) { struct thing *made = kzalloc(sizeof(*made), GFP_KERNEL); list_add(&made->list, &chain); return 0; }",
};

export const idioms = {
  marked: {
    weight: 4,
    statements: [
      "WRITE_ONCE($s, $v);",
      "SEE(READ_ONCE($s));",
      "smp_store_release(&$s, $v);",
      "SEE(smp_load_acquire(&$s));",
      "smp_store_mb($s, $v);",
      "WRITE_ONCE($s, READ_ONCE($s) + 1);",
    ],
  },
  plain: { weight: 2, statements: ["$s = $v;", "SEE($s);", "$s += $v;", "$s = $s == $v ? 1 : $s;"] },
  exchange: {
    statements: ["SEE(xchg(&$s, $v));", "SEE(cmpxchg(&$s, $v, $v));", "try_cmpxchg(&$s, &(int){ $v }, $v);"],
  },
  fence: { statements: ["smp_mb();", "smp_wmb();", "smp_rmb();", "smp_mb__after_atomic();"] },
  count: {
    weight: 3,
    shared: COUNT,
    statements: [
      "atomic_inc(&count);",
      "atomic_set(&count, $v);",
      "SEE(atomic_read(&count));",
      "SEE(atomic_inc_return(&count));",
      "SEE(atomic_dec_and_test(&count));",
      "SEE(atomic_inc_not_zero(&count));",
      "SEE(atomic_dec_if_positive(&count));",
      "SEE(atomic_add_unless(&count, $v, $v));",
      "SEE(atomic_cmpxchg(&count, $v, $v));",
      "SEE(atomic_fetch_or($v, &count));",
      "SEE(atomic_fetch_add_unless(&count, 1, $v));",
      "{ int old = $v; SEE(atomic_try_cmpxchg(&count, &old, $v)); SEE(old); }",
    ],
  },
  wide: {
    shared: { wide: "static atomic64_t wide;" },
    statements: [
      "atomic64_add(0x40000000, &wide);",
      "SEE(atomic64_read(&wide) >> 30);",
      "SEE(atomic64_inc_not_zero(&wide));",
      "atomic64_set(&wide, -(s64)$v);",
      "SEE(atomic64_xchg(&wide, 0x123456789) >> 32);",
    ],
  },
  references: {
    shared: { users: "static refcount_t users = REFCOUNT_INIT(1);" },
    statements: [
      "refcount_inc(&users);",
      "SEE(refcount_inc_not_zero(&users));",
      "if (refcount_dec_and_test(&users)) { $b }",
      "SEE(refcount_read(&users));",
    ],
  },
  bits: {
    weight: 2,
    shared: BITS,
    statements: [
      "set_bit($i, &bits);",
      "clear_bit($i, &bits);",
      "SEE(test_bit($i, &bits));",
      "SEE(test_and_set_bit($i, &bits));",
      "SEE(test_and_clear_bit($i, &bits));",
      "SEE(test_and_set_bit_lock($i, &bits));",
      "__set_bit($i, &bits);",
    ],
  },
  parts: {
    shared: { parts: "static union { u32 whole; u16 half[2]; u8 byte[4]; } parts;" },
    statements: [
      "WRITE_ONCE(parts.half[$i], $v);",
      "WRITE_ONCE(parts.byte[$v], $v);",
      "SEE(READ_ONCE(parts.whole));",
      "SEE(READ_ONCE(parts.byte[$v]));",
      "parts.whole += 0x10001;",
    ],
  },
  fields: {
    shared: { fields: "static struct { u32 low : 3, high : 6; s32 last : 2; } fields;" },
    statements: ["fields.low = $v;", "fields.high += 7;", "SEE(fields.high + fields.last);", "fields.last = $v;"],
  },
  slots: {
    shared: { slots: "static int slots[2];" },
    statements: [
      "slots[$i] = $v;",
      "SEE(slots[$i]);",
      "SEE(slots[READ_ONCE($s)]);",
      "WRITE_ONCE(slots[$i], READ_ONCE($s));",
    ],
  },
  pairs: {
    shared: { couple: "struct couple { int first; u64 second; };", pair: "static struct couple pair;" },
    statements: [
      "pair = (struct couple){ $v, $v };",
      "{ struct couple copy = pair; SEE(copy.first); SEE(copy.second); }",
      "memset(&pair, $v, sizeof(pair));",
      "{ struct couple made = { $v, $v }; memcpy(&pair, &made, sizeof(pair)); }",
      "WRITE_ONCE(pair.second, 0x123456789 * $v);",
    ],
  },
  nodes: {
    shared: NODES,
    statements: [
      "WRITE_ONCE(top, &nodes[$i]);",
      "{ nodes[$i].value = $v; smp_store_release(&top, &nodes[$i]); }",
      "{ struct node *found = READ_ONCE(top); if (found) SEE(READ_ONCE(found->value)); }",
      "SEE(READ_ONCE(READ_ONCE(top)->value));",
      "{ struct node *was = xchg(&top, NULL); SEE(was == &nodes[1]); }",
    ],
  },
  push: {
    shared: NODES,
    statements: [
      "{ struct node *first; do { first = READ_ONCE(top); WRITE_ONCE(nodes[$i].next, first); } while (cmpxchg(&top, first, &nodes[$i]) != first); }",
      "{ struct node *first = READ_ONCE(top); while (first && !try_cmpxchg(&top, &first, READ_ONCE(first->next))) ; SEE(first != NULL); }",
    ],
  },
  own: {
    shared: { mine: "static DEFINE_PER_CPU(int, mine);", where: "static DEFINE_PER_CPU(int *, where);" },
    statements: [
      "{ int box = $v; this_cpu_write(where, &box); *this_cpu_read(where) += 1; SEE(box); this_cpu_write(where, NULL); }",
      "this_cpu_inc(mine);",
      "SEE(this_cpu_read(mine));",
      "this_cpu_write(mine, READ_ONCE($s));",
    ],
  },
  locals: {
    shared: { bump: "static noinline void bump(int *at) { *at += 1; }" },
    statements: ["{ int box[2] = { $v, READ_ONCE($s) }; bump(&box[$i]); SEE(box[0] * 3 + box[1]); }", "bump(&$s);"],
  },
  lent: {
    weight: 2,
    shared: {
      ...SPINLOCKS,
      lent: "static int *lent;",
      leave_behind: "static noinline void leave_behind(int value) { WRITE_ONCE(lent, &value); }",
    },
    statements: [
      "{ int mine = $v; WRITE_ONCE(lent, &mine); $b SEE(READ_ONCE(mine)); WRITE_ONCE(lent, NULL); }",
      "{ int mine = $v; int *was = xchg(&lent, &mine); SEE(was != NULL); $b SEE(cmpxchg(&lent, &mine, NULL) == &mine); }",
      "{ int mine = $v; scoped_guard(spinlock, &lock_a) lent = &mine; $b scoped_guard(spinlock, &lock_a) lent = NULL; SEE(mine); }",
      "{ int mine = $v; scoped_guard(spinlock, &lock_a) if (!lent) lent = &mine; scoped_guard(spinlock, &lock_a) if (lent == &mine) lent = NULL; SEE(mine); }",
      "{ int mine; WRITE_ONCE(lent, &mine); if (READ_ONCE($s) == $v) WRITE_ONCE(mine, 1); SEE(READ_ONCE(mine)); WRITE_ONCE(lent, NULL); }",
      "for (int turn = 0; turn < $k; turn++) { int box = turn; WRITE_ONCE(lent, &box); SEE(READ_ONCE(box)); WRITE_ONCE(lent, NULL); }",
      "{ int *other = READ_ONCE(lent); if (other) SEE(READ_ONCE(*other)); }",
      "{ int *other = READ_ONCE(lent); if (other) WRITE_ONCE(*other, $v); }",
      "scoped_guard(spinlock, &lock_a) if (lent) *lent += 1;",
      "SEE(READ_ONCE(lent) != NULL);",
      "leave_behind($v);",
      "WRITE_ONCE(lent, NULL);",
    ],
  },
  queued: {
    weight: 2,
    shared: {
      ...SPINLOCKS,
      waiter: "struct waiter { struct waiter *next; int granted; struct list_head list; };",
      last_waiter: "static struct waiter *last_waiter;",
      waiters: "static LIST_HEAD(waiters);",
      line_up:
        "static void line_up(struct waiter *self) { struct waiter *before; self->next = NULL; self->granted = 0; before = xchg(&last_waiter, self); if (before) { WRITE_ONCE(before->next, self); while (!smp_load_acquire(&self->granted)) cpu_relax(); } }",
      go_away:
        "static void go_away(struct waiter *self) { struct waiter *next = READ_ONCE(self->next); if (!next && cmpxchg(&last_waiter, self, NULL) == self) return; while (!(next = READ_ONCE(self->next))) cpu_relax(); smp_store_release(&next->granted, 1); }",
    },
    statements: [
      "{ struct waiter self; line_up(&self); $b go_away(&self); }",
      "{ struct waiter self; line_up(&self); if (READ_ONCE($s) != $v) go_away(&self); }",
      "{ struct waiter self, *next; line_up(&self); next = READ_ONCE(self.next); if (next) smp_store_release(&next->granted, 1); }",
      "{ struct waiter self = { .granted = 0 }; scoped_guard(spinlock, &lock_a) list_add_tail(&self.list, &waiters); $b scoped_guard(spinlock, &lock_a) list_del(&self.list); SEE(self.granted); }",
      "scoped_guard(spinlock, &lock_a) if (!list_empty(&waiters)) list_first_entry(&waiters, struct waiter, list)->granted = 1;",
      "{ struct waiter *one; scoped_guard(spinlock, &lock_a) list_for_each_entry(one, &waiters, list) WRITE_ONCE(one->granted, $v); }",
      "{ struct waiter self = { .granted = $v }; scoped_guard(spinlock, &lock_a) list_add(&self.list, &waiters); while (!READ_ONCE(self.granted)) cpu_relax(); scoped_guard(spinlock, &lock_a) list_del(&self.list); }",
    ],
  },
  lists: {
    shared: {
      ...SPINLOCKS,
      entry: "struct entry { struct list_head list; int value; };",
      entries: "static struct entry entries[2];",
      queue: "static LIST_HEAD(queue);",
      queued: "static bool queued[2];",
    },
    statements: [
      "scoped_guard(spinlock, &lock_a) if (!queued[$i]) { queued[$i] = true; entries[$i].value = $v; list_add_tail(&entries[$i].list, &queue); }",
      "scoped_guard(spinlock, &lock_a) if (!list_empty(&queue)) { struct entry *one = list_first_entry(&queue, struct entry, list); list_del(&one->list); queued[one - entries] = false; SEE(one->value); }",
      "{ struct entry *one; spin_lock(&lock_a); list_for_each_entry(one, &queue, list) SEE(one->value); spin_unlock(&lock_a); }",
      "SEE(list_empty(&queue));",
    ],
  },
  lockless: {
    shared: { stack: "static LLIST_HEAD(stack);", items: "static struct llist_node items[2];" },
    statements: [
      "SEE(llist_add(&items[$i], &stack));",
      "{ struct llist_node *all = llist_del_all(&stack); SEE(all == &items[1]); if (all) SEE(all->next != NULL); }",
      "SEE(llist_del_first(&stack) == &items[0]);",
    ],
  },
  functions: {
    shared: {
      one: "static noinline int one(void) { return 1; }",
      two: "static noinline int two(void) { return 2; }",
      chosen: "static int (*chosen)(void);",
    },
    statements: [
      "WRITE_ONCE(chosen, READ_ONCE($s) ? one : two);",
      "SEE(READ_ONCE(chosen)());",
      "SEE(READ_ONCE(chosen) == two);",
    ],
  },
  pages: {
    shared: { ...SPINLOCKS, held: "static struct page *held;" },
    statements: [
      "{ struct page *page = alloc_page(GFP_KERNEL); if (page) { page->private = $v; SEE(page->private); __free_page(page); } }",
      "{ struct page *page = alloc_page(GFP_ATOMIC); if (page) { $b __free_page(page); if (READ_ONCE($s) == $v) __free_page(page); } }",
      "{ struct page *page = alloc_page(GFP_KERNEL); SEE(page_to_pfn(page) - page_to_pfn(pfn_to_page(page_to_pfn(page) + $i))); __free_page(page); }",
      "{ struct page *page = alloc_page(GFP_KERNEL); unsigned long pfn = page_to_pfn(page), next = page_to_pfn(pfn_to_page(pfn + $i)); __free_page(page); page = alloc_page(GFP_KERNEL); scoped_guard(spinlock, &lock_a) swap(held, page); SEE(pfn - next); if (page) __free_page(page); }",
      "{ struct page *page = alloc_page(GFP_KERNEL); *(u64 *)page_address(page) = $v; __free_page(page); }",
      "{ struct page *page = alloc_page(GFP_KERNEL); scoped_guard(spinlock, &lock_a) swap(held, page); if (page) __free_page(page); }",
      "{ struct page *page = READ_ONCE(held); if (page) SEE(page->private); }",
      "{ spin_lock(&lock_a); if (held) { SEE(held->private); held->private = $v; } spin_unlock(&lock_a); }",
      "{ struct page *page; scoped_guard(spinlock, &lock_a) { page = held; held = NULL; } if (page) __free_page(page); }",
    ],
  },
  heap: {
    weight: 2,
    shared: THING,
    statements: [
      "{ struct thing *made = kmalloc(sizeof(*made), GFP_KERNEL); if (made) { made->value = $v; SEE(made->value); kfree(made); } }",
      "{ struct thing *made = kzalloc(sizeof(*made), GFP_ATOMIC); $b SEE(made->value); kfree(made); }",
      "{ struct thing *made = kmalloc(sizeof(*made), GFP_ATOMIC); if (READ_ONCE($s) != $v) kfree(made); }",
      "{ struct thing *made = kzalloc(sizeof(*made), GFP_KERNEL); kfree(made); if (READ_ONCE($s) == $v) kfree(made); }",
      "{ struct thing *made = kmalloc(sizeof(*made), GFP_KERNEL); if (READ_ONCE($s) == $v) made->value = 2; SEE(made->value > 1); kfree(made); }",
      "{ int *many = kvcalloc(3, sizeof(*many), GFP_KERNEL); many[READ_ONCE($s)] = $v; SEE(many[$i]); kvfree(many); }",
    ],
  },
  published: {
    weight: 3,
    shared: BOX,
    statements: [
      "{ struct thing *made = kzalloc(sizeof(*made), GFP_ATOMIC); made->value = $v; scoped_guard(spinlock, &lock_a) swap(box, made); kfree(made); }",
      "{ spin_lock(&lock_a); if (box) { SEE(box->value); box->value = $v; } spin_unlock(&lock_a); }",
      "{ struct thing *had; scoped_guard(spinlock, &lock_a) { had = box; box = NULL; } if (had) { SEE(had->value); kfree(had); } }",
      "{ spin_lock(&lock_a); kfree(box); box = NULL; spin_unlock(&lock_a); }",
      "{ struct thing *seen_at; scoped_guard(spinlock, &lock_a) seen_at = box; if (seen_at) SEE(seen_at->value); }",
      "kfree(xchg(&box, NULL));",
      "kfree(READ_ONCE(box));",
      "{ struct thing *made = kmalloc(sizeof(*made), GFP_KERNEL); made->value = $v; if (cmpxchg(&box, NULL, made)) kfree(made); }",
      "{ struct thing *made = kmalloc(sizeof(*made), GFP_KERNEL); WRITE_ONCE(box, made); made->value = $v; }",
      "{ struct thing *seen_at = READ_ONCE(box); if (seen_at) SEE(READ_ONCE(seen_at->value)); }",
      "{ struct thing *seen_at = READ_ONCE(box); if (seen_at) WRITE_ONCE(seen_at->value, $v); }",
      "SEE(READ_ONCE(box) != NULL);",
      "WRITE_ONCE(box, NULL);",
    ],
  },
  boxes: {
    shared: { ...SPINLOCKS, ...THING, boxes: "static struct thing *boxes[2];" },
    statements: [
      "{ spin_lock(&lock_b); if (!boxes[$i]) boxes[$i] = kzalloc(sizeof(*boxes[0]), GFP_ATOMIC); boxes[$i]->value++; spin_unlock(&lock_b); }",
      "{ spin_lock(&lock_b); if (boxes[$i]) SEE(boxes[$i]->value); kfree(boxes[$i]); boxes[$i] = NULL; spin_unlock(&lock_b); }",
      "{ spin_lock(&lock_b); SEE(boxes[0] == boxes[1]); boxes[$i] = boxes[READ_ONCE($s) != 0]; spin_unlock(&lock_b); }",
      "{ struct thing *made = kzalloc(sizeof(*made), GFP_KERNEL); made = xchg(&boxes[$i], made); if (made) SEE(made->value); kfree(made); }",
    ],
  },
  chains: {
    weight: 2,
    shared: { ...CHAIN, pile: "static LLIST_HEAD(pile);" },
    statements: [
      "{ struct thing *made = kmalloc(sizeof(*made), GFP_KERNEL); made->value = $v; spin_lock(&lock_a); list_add_tail(&made->list, &chain); spin_unlock(&lock_a); }",
      "{ struct thing *had = NULL; scoped_guard(spinlock, &lock_a) if (!list_empty(&chain)) { had = list_first_entry(&chain, struct thing, list); list_del(&had->list); } if (had) SEE(had->value); kfree(had); }",
      "scoped_guard(spinlock, &lock_a) if (!list_empty(&chain)) kfree(list_first_entry(&chain, struct thing, list));",
      "{ struct thing *each, *then; spin_lock(&lock_a); list_for_each_entry_safe(each, then, &chain, list) { list_del(&each->list); SEE(each->value); kfree(each); } spin_unlock(&lock_a); }",
      "{ struct thing *each; spin_lock(&lock_a); list_for_each_entry(each, &chain, list) SEE(each->value); spin_unlock(&lock_a); }",
      "SEE(list_empty(&chain));",
      "{ struct thing *made = kmalloc(sizeof(*made), GFP_KERNEL); made->value = $v; SEE(llist_add(&made->node, &pile)); }",
      "{ struct thing *each, *then; struct llist_node *all = llist_del_all(&pile); llist_for_each_entry_safe(each, then, all, node) { SEE(each->value); kfree(each); } }",
      "{ struct llist_node *one = llist_del_first(&pile); if (one) kfree(llist_entry(one, struct thing, node)); }",
    ],
  },
  slabs: {
    shared: { ...BOX, slab: "static struct kmem_cache slab = { .size = sizeof(struct thing) };" },
    statements: [
      "{ struct thing *made = kmem_cache_zalloc(&slab, GFP_KERNEL); SEE(made->value); kmem_cache_free(&slab, made); }",
      "{ struct thing *made = kmem_cache_alloc(&slab, GFP_KERNEL); made->value = $v; spin_lock(&lock_a); if (!box) { box = made; made = NULL; } spin_unlock(&lock_a); if (made) kmem_cache_free(&slab, made); }",
      "{ spin_lock(&lock_a); if (box) kmem_cache_free(&slab, box); box = NULL; spin_unlock(&lock_a); }",
    ],
  },
  readers: {
    weight: 3,
    shared: FULL_BOX,
    statements: [
      "{ struct thing *seen_at; rcu_read_lock(); seen_at = rcu_dereference(box); if (seen_at) SEE(seen_at->value); rcu_read_unlock(); }",
      "{ struct thing *seen_at; scoped_guard(rcu) { seen_at = rcu_dereference(box); $b } if (seen_at) SEE(READ_ONCE(seen_at->value)); }",
      "rcu_read_lock(); $b rcu_read_unlock();",
      "{ struct thing *seen_at = rcu_access_pointer(box); rcu_read_lock(); if (seen_at) SEE(READ_ONCE(seen_at->value)); rcu_read_unlock(); }",
    ],
  },
  updates: {
    weight: 2,
    shared: BOX,
    statements: [
      "{ struct thing *had, *made = kmalloc(sizeof(*made), GFP_KERNEL); made->value = $v; spin_lock(&lock_a); had = rcu_replace_pointer(box, made, true); spin_unlock(&lock_a); synchronize_rcu(); kfree(had); }",
      "{ struct thing *had; spin_lock(&lock_a); had = rcu_replace_pointer(box, NULL, true); spin_unlock(&lock_a); if (had) kfree_rcu(had, rcu); }",
      "{ struct thing *had = xchg(&box, NULL); synchronize_rcu(); kfree(had); }",
      "{ struct thing *had = xchg(&box, NULL); if (had) kfree_rcu(had, rcu); }",
      "{ struct thing *made = kzalloc(sizeof(*made), GFP_ATOMIC); rcu_assign_pointer(box, made); made->value = $v; }",
      "{ struct thing *had = READ_ONCE(box); if (had) kfree_rcu(had, rcu); }",
      "{ struct thing *had = xchg(&box, NULL); kfree(had); synchronize_rcu(); }",
    ],
  },
  stores: {
    shared: {
      ...BOX,
      spare: "static LIST_HEAD(spare);",
      boot_spare: "int boot_spare(void) { list_add(&alloc_page(GFP_KERNEL)->lru, &spare); return 0; }",
      heap_of_pages: "static LLIST_HEAD(heap_of_pages);",
    },
    statements: [
      "{ struct page *page = alloc_page(GFP_KERNEL); if (page) { spin_lock(&lock_a); list_add(&page->lru, &spare); spin_unlock(&lock_a); } }",
      "{ struct page *page = NULL; scoped_guard(spinlock, &lock_a) if (!list_empty(&spare)) { page = list_first_entry(&spare, struct page, lru); list_del(&page->lru); } if (page) __free_page(page); }",
      "scoped_guard(spinlock, &lock_a) if (!list_empty(&spare)) __free_page(list_first_entry(&spare, struct page, lru));",
      "{ struct page *page = alloc_page(GFP_KERNEL); llist_add(&page->pcp_llist, &heap_of_pages); }",
      "{ struct page *page, *then; llist_for_each_entry_safe(page, then, llist_del_all(&heap_of_pages), pcp_llist) __free_page(page); }",
      "{ struct thing *made = kzalloc(sizeof(*made), GFP_KERNEL); made->page = alloc_page(GFP_KERNEL); made = xchg(&box, made); if (made) { if (made->page) __free_page(made->page); kfree(made); } }",
      "{ struct thing *had = xchg(&box, NULL); if (had) { SEE(had->page != NULL); if (had->page) { had->page->private = $v; __free_page(had->page); } kfree(had); } }",
    ],
  },
  unset: {
    statements: [
      "{ int fresh; if (READ_ONCE($s) == $v) fresh = 1; if (fresh) SEE(1); }",
      "{ int fresh; if (READ_ONCE($s) == $v) fresh = 1; WRITE_ONCE($s, fresh); }",
    ],
  },
  spinlock: {
    weight: 4,
    shared: SPINLOCKS,
    statements: [
      "spin_lock(&lock_a); $b spin_unlock(&lock_a);",
      "spin_lock(&lock_b); $b spin_unlock(&lock_b);",
      "scoped_guard(spinlock, &lock_a) { $b }",
      "if (spin_trylock(&lock_a)) { $b spin_unlock(&lock_a); }",
      "while (!spin_trylock(&lock_b)) cpu_relax(); $b spin_unlock(&lock_b);",
      "SEE(spin_is_locked(&lock_a));",
      "{ guard(spinlock)(&lock_a); $b }",
      "{ unsigned long flags; spin_lock_irqsave(&lock_a, flags); $b spin_unlock_irqrestore(&lock_a, flags); }",
      "spin_lock_bh(&lock_b); $b spin_unlock_bh(&lock_b);",
    ],
  },
  last: {
    shared: { ...SPINLOCKS, ...COUNT },
    statements: ["if (atomic_dec_and_lock(&count, &lock_a)) { $b spin_unlock(&lock_a); }"],
  },
  careless: {
    shared: SPINLOCKS,
    statements: ["spin_lock(&lock_a);", "spin_unlock(&lock_a);", "spin_unlock(&lock_b);"],
  },
  others: {
    shared: { rw: "static DEFINE_RWLOCK(rw);", sleeping: "static DEFINE_MUTEX(sleeping);" },
    statements: [
      "read_lock(&rw); $b read_unlock(&rw);",
      "write_lock(&rw); $b write_unlock(&rw);",
      "mutex_lock(&sleeping); $b mutex_unlock(&sleeping);",
    ],
  },
  handmade: {
    weight: 2,
    shared: {
      ...BITS,
      taken: "static int taken;",
      next_ticket: "static atomic_t next_ticket;",
      serving: "static atomic_t serving;",
    },
    statements: [
      "while (test_and_set_bit(0, &bits)) cpu_relax(); $b clear_bit_unlock(0, &bits);",
      "while (test_and_set_bit_lock(0, &bits)) ; $b clear_bit_unlock(0, &bits);",
      "while (xchg(&taken, 1)) cpu_relax(); $b smp_store_release(&taken, 0);",
      "while (cmpxchg(&taken, 0, 1) != 0) cpu_relax(); $b smp_store_release(&taken, 0);",
      "{ int ticket = atomic_fetch_inc(&next_ticket); while (atomic_read(&serving) != ticket) cpu_relax(); $b atomic_inc(&serving); }",
    ],
  },
  waits: {
    weight: 2,
    statements: [
      "while (READ_ONCE($s) != $v) cpu_relax();",
      "while (READ_ONCE($s) != $v) ;",
      "SEE(smp_cond_load_acquire(&$s, VAL >= $v));",
      "for (int turn = 0; turn < $k && READ_ONCE($s) != $v; turn++) cpu_relax();",
      "for (;;) { if (READ_ONCE($s) == $v) break; if (xchg(&$s, $v) == $v) break; }",
    ],
  },
  sequence: {
    shared: { sequence: "static unsigned int sequence;" },
    statements: [
      "{ WRITE_ONCE(sequence, sequence + 1); smp_wmb(); $b smp_wmb(); WRITE_ONCE(sequence, sequence + 1); }",
      "{ unsigned int begun; int got; do { while ((begun = READ_ONCE(sequence)) & 1) cpu_relax(); got = READ_ONCE($s); } while (READ_ONCE(sequence) != begun); SEE(got); }",
    ],
  },
  conditions: {
    weight: 2,
    statements: [
      "{ __label__ done; if (READ_ONCE($s) == $v) goto done; $b done:; }",
      "if (READ_ONCE($s) == $v) { $b }",
      "switch (READ_ONCE($s)) { case 0: $b break; case 1: SEE(4); break; default: $b }",
      "for (int round = 0; round < $k; round++) { $b }",
    ],
  },
} as const satisfies Record<string, Idiom>;

type IdiomName = keyof typeof idioms;

/** Kinds of programs, by the idioms that they have. */
export const kindsOfC: Readonly<Record<string, readonly IdiomName[]>> = {
  "with marked accesses, atomics and barriers": ["marked", "exchange", "fence", "count", "wide", "bits", "conditions"],
  "with locks": ["spinlock", "others", "last", "plain", "marked", "conditions"],
  "with locks made by hand": ["handmade", "spinlock", "plain", "marked", "sequence"],
  "with careless locks": ["spinlock", "careless", "plain", "count"],
  "that wait in loops": ["waits", "handmade", "marked", "exchange", "push"],
  "with parts of words, structures and pointers": [
    "parts",
    "fields",
    "slots",
    "pairs",
    "nodes",
    "push",
    "locals",
    "spinlock",
  ],
  "with variables on stacks that all know": ["lent", "spinlock", "marked", "conditions"],
  "that queue up on their stacks": ["queued", "spinlock", "plain", "marked"],
  "with lists": ["lists", "lockless", "spinlock", "marked"],
  "with pages": ["pages", "spinlock", "marked"],
  "with memory of the heap": ["heap", "published", "boxes", "slabs", "spinlock", "marked"],
  "with memory on lists": ["chains", "heap", "spinlock", "marked"],
  "with RCU": ["readers", "updates", "published"],
  "with pages that all know": ["stores", "pages", "spinlock"],
  "with misuses": ["functions", "unset", "slots", "nodes", "references", "own", "marked", "conditions"],
  "of all idioms": Object.keys(idioms) as IdiomName[],
};
