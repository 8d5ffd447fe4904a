/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays of pointers with large indices: a tree of nodes with 64 slots. A node stays until xa_destroy(), so that who only
 * looks needs no lock. NULL is what there is where nothing was stored. There are no marks but XA_PRESENT.
 */
#ifndef _LINUX_XARRAY_H
#define _LINUX_XARRAY_H

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define __DPAMT_XA_BITS 6
#define __DPAMT_XA_SLOTS (1UL << __DPAMT_XA_BITS)

/* `shift`: bits of an index that the nodes below are for; 0 where there are entries. */
struct __dpamt_xa_node {
	unsigned int shift;
	void *slots[__DPAMT_XA_SLOTS];
};

struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;
	struct __dpamt_xa_node *top;
};

struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_LIMIT(low, high) (struct xa_limit){ .min = (low), .max = (high) }
#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define xa_limit_16b XA_LIMIT(0, U16_MAX)

#define XA_FLAGS_LOCK_IRQ ((gfp_t)0x1)
#define XA_FLAGS_LOCK_BH ((gfp_t)0x2)
#define XA_FLAGS_TRACK_FREE ((gfp_t)0x4)
#define XA_FLAGS_ZERO_BUSY ((gfp_t)0x8)
#define XA_FLAGS_ACCOUNT ((gfp_t)0x20)
#define XA_FLAGS_ALLOC (XA_FLAGS_TRACK_FREE)
#define XA_FLAGS_ALLOC1 (XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

#define XARRAY_INIT(name, flags) { .xa_lock = { 0 }, .xa_flags = (flags), .top = NULL }
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name) DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	spin_lock_init(&xa->xa_lock);
	xa->xa_flags = flags;
	xa->top = NULL;
}

static inline void xa_init(struct xarray *xa)
{
	xa_init_flags(xa, 0);
}

/* What a reserved index has: whoever loads it gets NULL. */
#define XA_ZERO_ENTRY ((void *)1030UL)

static inline bool xa_is_zero(const void *entry)
{
	return entry == XA_ZERO_ENTRY;
}

static inline void *__dpamt_xa_visible(void *entry)
{
	return xa_is_zero(entry) ? NULL : entry;
}

/* Numbers in place of pointers; errors. */
static inline void *xa_mk_value(unsigned long value)
{
	return (void *)(value << 1 | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

static inline bool xa_is_err(const void *entry)
{
	return IS_ERR(entry);
}

static inline int xa_err(void *entry)
{
	return PTR_ERR_OR_ZERO(entry);
}

#define xa_trylock(xa) spin_trylock(&(xa)->xa_lock)
#define xa_lock(xa) spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa) spin_unlock(&(xa)->xa_lock)
#define xa_lock_bh(xa) spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa) spin_unlock_bh(&(xa)->xa_lock)
#define xa_lock_irq(xa) spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa) spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_irqsave(xa, flags) spin_lock_irqsave(&(xa)->xa_lock, flags)
#define xa_unlock_irqrestore(xa, flags) spin_unlock_irqrestore(&(xa)->xa_lock, flags)

/* Whether the index lies beyond what the tree under `node` has. */
static inline bool __dpamt_xa_is_beyond(const struct __dpamt_xa_node *node, unsigned long index)
{
	return index >> node->shift >= __DPAMT_XA_SLOTS;
}

static inline void **__dpamt_xa_slot(struct __dpamt_xa_node *node, unsigned long index)
{
	return &node->slots[index >> node->shift & (__DPAMT_XA_SLOTS - 1)];
}

/* What an index has, reserved or not. */
static inline void *__dpamt_xa_load(struct xarray *xa, unsigned long index)
{
	struct __dpamt_xa_node *node = READ_ONCE(xa->top);

	if (!node || __dpamt_xa_is_beyond(node, index))
		return NULL;
	while (node && node->shift)
		node = READ_ONCE(*__dpamt_xa_slot(node, index));
	return node ? READ_ONCE(*__dpamt_xa_slot(node, index)) : NULL;
}

static inline void *xa_load(struct xarray *xa, unsigned long index)
{
	return __dpamt_xa_visible(__dpamt_xa_load(xa, index));
}

static inline struct __dpamt_xa_node *__dpamt_xa_node(struct __dpamt_xa_node **spare, unsigned int shift)
{
	struct __dpamt_xa_node *node = *spare;

	*spare = NULL;
	if (node)
		node->shift = shift;
	return node;
}

/* With the lock: the slot of an entry. NULL where a node is lacking and `*spare` has none; it is NULL once it was used. */
static inline void **__dpamt_xa_make(struct xarray *xa, unsigned long index, struct __dpamt_xa_node **spare)
{
	struct __dpamt_xa_node *node = xa->top, *made;

	if (!node || __dpamt_xa_is_beyond(node, index)) {
		made = __dpamt_xa_node(spare, node ? node->shift + __DPAMT_XA_BITS : 0);
		if (!made)
			return NULL;
		made->slots[0] = node;
		smp_store_release(&xa->top, made);
		return __dpamt_xa_make(xa, index, spare);
	}
	while (node->shift) {
		void **slot = __dpamt_xa_slot(node, index);

		if (!*slot) {
			made = __dpamt_xa_node(spare, node->shift - __DPAMT_XA_BITS);
			if (!made)
				return NULL;
			smp_store_release(slot, made);
		}
		node = *slot;
	}
	return __dpamt_xa_slot(node, index);
}

/* With the lock: stores an entry where `old` is, or whatever is there. The value is what was there, NULL for no memory. */
static inline bool __dpamt_xa_put(struct xarray *xa, unsigned long index, void *old, bool whatever, void *entry,
				  struct __dpamt_xa_node **spare, void **found)
{
	void **slot;

	*found = __dpamt_xa_load(xa, index);
	if (*found == entry || (!whatever && *found != old))
		return true;
	slot = __dpamt_xa_make(xa, index, spare);
	if (slot)
		WRITE_ONCE(*slot, entry);
	return slot != NULL;
}

/* The lock is taken as the flags of the array say. */
static inline void __dpamt_xa_lock(struct xarray *xa)
{
	if (xa->xa_flags & XA_FLAGS_LOCK_IRQ)
		xa_lock_irq(xa);
	else if (xa->xa_flags & XA_FLAGS_LOCK_BH)
		xa_lock_bh(xa);
	else
		xa_lock(xa);
}

static inline void __dpamt_xa_unlock(struct xarray *xa)
{
	if (xa->xa_flags & XA_FLAGS_LOCK_IRQ)
		xa_unlock_irq(xa);
	else if (xa->xa_flags & XA_FLAGS_LOCK_BH)
		xa_unlock_bh(xa);
	else
		xa_unlock(xa);
}

/*
 * Tries with the lock. Where a node is lacking, allocates one and tries again. If that may sleep, `giving` and `taking`
 * give the lock back meanwhile.
 */
#define __DPAMT_XA_STORE(xa, index, old, whatever, entry, gfp, taking, giving)                          \
	({                                                                                              \
		struct __dpamt_xa_node *__spare = NULL;                                                 \
		void *__found;                                                                          \
		while (!__dpamt_xa_put(xa, index, old, whatever, entry, &__spare, &__found)) {          \
			if (gfpflags_allow_blocking(gfp)) {                                                     \
				giving;                                                                         \
				__spare = kzalloc(sizeof(struct __dpamt_xa_node), gfp);                         \
				taking;                                                                         \
			} else {                                                                                \
				__spare = kzalloc(sizeof(struct __dpamt_xa_node), gfp);                         \
			}                                                                                       \
			if (__spare)                                                                    \
				continue;                                                               \
			__found = ERR_PTR(-ENOMEM);                                                     \
			break;                                                                          \
		}                                                                                       \
		kfree(__spare);                                                                         \
		__found;                                                                                \
	})

/* With the lock held by the caller, who gets it back, and without. `exchange` gives what was there, reserved or not. */
#define __DPAMT_XA_FUNCTIONS(prefix, suffix, might, lock, unlock, taking, giving)				\
	static inline void *prefix##exchange##suffix(struct xarray *xa, unsigned long index, void *old, bool whatever, \
						     void *entry, gfp_t gfp)					\
	{													\
		void *found;											\
														\
		might;												\
		lock;												\
		found = __DPAMT_XA_STORE(xa, index, old, whatever, entry, gfp, taking, giving);			\
		unlock;												\
		return found;											\
	}													\
	static inline void *prefix##store##suffix(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp) \
	{													\
		if (!entry && (xa->xa_flags & XA_FLAGS_TRACK_FREE))						\
			entry = XA_ZERO_ENTRY;									\
		return __dpamt_xa_visible(prefix##exchange##suffix(xa, index, NULL, true, entry, gfp));		\
	}													\
	static inline void *prefix##erase##suffix(struct xarray *xa, unsigned long index)			\
	{													\
		return __dpamt_xa_visible(prefix##exchange##suffix(xa, index, NULL, true, NULL, 0));		\
	}													\
	static inline void *prefix##cmpxchg##suffix(struct xarray *xa, unsigned long index, void *old, void *entry, \
						    gfp_t gfp)							\
	{													\
		return __dpamt_xa_visible(prefix##exchange##suffix(xa, index, old, false, entry, gfp));		\
	}													\
	static inline int __must_check prefix##insert##suffix(struct xarray *xa, unsigned long index, void *entry, \
							      gfp_t gfp)					\
	{													\
		void *found = prefix##exchange##suffix(xa, index, NULL, false, entry ?: XA_ZERO_ENTRY, gfp);	\
														\
		return xa_is_err(found) ? xa_err(found) : found ? -EBUSY : 0;					\
	}													\
	static inline int __must_check prefix##reserve##suffix(struct xarray *xa, unsigned long index, gfp_t gfp) \
	{													\
		return xa_err(prefix##exchange##suffix(xa, index, NULL, false, XA_ZERO_ENTRY, gfp));		\
	}

__DPAMT_XA_FUNCTIONS(__xa_, , (void)0, (void)0, (void)0, __dpamt_xa_lock(xa), __dpamt_xa_unlock(xa))
__DPAMT_XA_FUNCTIONS(xa_, , might_alloc(gfp), xa_lock(xa), xa_unlock(xa), xa_lock(xa), xa_unlock(xa))
__DPAMT_XA_FUNCTIONS(xa_, _bh, might_alloc(gfp), xa_lock_bh(xa), xa_unlock_bh(xa), xa_lock_bh(xa), xa_unlock_bh(xa))
__DPAMT_XA_FUNCTIONS(xa_, _irq, might_alloc(gfp), xa_lock_irq(xa), xa_unlock_irq(xa), xa_lock_irq(xa), xa_unlock_irq(xa))

/* The caller has the lock. `*id` is known before others can find the entry. */
static inline int __must_check __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	u32 low = limit.min ? limit.min : (xa->xa_flags & XA_FLAGS_ZERO_BUSY) != 0;

	if (WARN_ON(!(xa->xa_flags & XA_FLAGS_TRACK_FREE)))
		return -EINVAL;
	for (u64 at = low; at <= limit.max; at++) {
		int done;

		if (__dpamt_xa_load(xa, at))
			continue;
		*id = at;
		done = __xa_insert(xa, at, entry, gfp);
		if (done != -EBUSY)
			return done;
	}
	return -EBUSY;
}

/* What was reserved and not stored is free again. */
static inline void xa_release(struct xarray *xa, unsigned long index)
{
	xa_cmpxchg(xa, index, XA_ZERO_ENTRY, NULL, 0);
}

/* An id from `*next` on, or from the lowest on: 1 in the second case. The caller has the lock. */
static inline int __must_check __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
						 u32 *next, gfp_t gfp)
{
	u32 from = *next > limit.min ? *next : limit.min;
	int done = __xa_alloc(xa, id, entry, XA_LIMIT(from, limit.max), gfp), wrapped = 0;

	if (done == -EBUSY && from > limit.min) {
		done = __xa_alloc(xa, id, entry, limit, gfp);
		wrapped = 1;
	}
	if (done < 0)
		return done;
	*next = *id + 1;
	return wrapped;
}

#define __DPAMT_XA_IDS(suffix, lock, unlock)									\
	static inline int __must_check xa_alloc##suffix(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, \
							gfp_t gfp)						\
	{													\
		int done;											\
														\
		might_alloc(gfp);										\
		lock;												\
		done = __xa_alloc(xa, id, entry, limit, gfp);							\
		unlock;												\
		return done;											\
	}													\
	static inline int __must_check xa_alloc_cyclic##suffix(struct xarray *xa, u32 *id, void *entry,		\
							       struct xa_limit limit, u32 *next, gfp_t gfp)	\
	{													\
		int done;											\
														\
		might_alloc(gfp);										\
		lock;												\
		done = __xa_alloc_cyclic(xa, id, entry, limit, next, gfp);					\
		unlock;												\
		return done;											\
	}

__DPAMT_XA_IDS(, xa_lock(xa), xa_unlock(xa))
__DPAMT_XA_IDS(_bh, xa_lock_bh(xa), xa_unlock_bh(xa))
__DPAMT_XA_IDS(_irq, xa_lock_irq(xa), xa_unlock_irq(xa))

typedef unsigned int xa_mark_t;
#define XA_PRESENT ((xa_mark_t)8)

/* The first entry from `*index` to `max`, whose index becomes `*index`. */
static inline void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t mark)
{
	unsigned long at = *index;

	while (at <= max) {
		struct __dpamt_xa_node *node = READ_ONCE(xa->top);
		unsigned long next;

		if (!node || __dpamt_xa_is_beyond(node, at))
			return NULL;
		for (;;) {
			void *found = READ_ONCE(*__dpamt_xa_slot(node, at));

			if (!found || xa_is_zero(found))
				break;
			if (!node->shift) {
				*index = at;
				return found;
			}
			node = found;
		}
		next = ((at >> node->shift) + 1) << node->shift;
		if (next <= at)
			return NULL;
		at = next;
	}
	return NULL;
}

static inline void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t mark)
{
	unsigned long next = *index + 1;
	void *entry = *index < max ? xa_find(xa, &next, max, mark) : NULL;

	if (entry)
		*index = next;
	return entry;
}

#define xa_for_each_range(xa, index, entry, start, last)                                                \
	for ((index) = (start), (entry) = xa_find(xa, &(index), last, XA_PRESENT); (entry);                        \
	     (entry) = xa_find_after(xa, &(index), last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start) xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry) xa_for_each_start(xa, index, entry, 0)

/* Whether no node under this one has an entry, or a reserved index. */
static inline bool __dpamt_xa_is_empty(struct __dpamt_xa_node *node)
{
	for (unsigned long i = 0; i < __DPAMT_XA_SLOTS; i++) {
		void *found = READ_ONCE(node->slots[i]);

		if (found && (!node->shift || !__dpamt_xa_is_empty(found)))
			return false;
	}
	return true;
}

static inline bool xa_empty(const struct xarray *xa)
{
	struct __dpamt_xa_node *top = READ_ONCE(xa->top);

	return !top || __dpamt_xa_is_empty(top);
}

/* Frees the nodes below, then this one. */
static inline void __dpamt_xa_free(struct __dpamt_xa_node *node)
{
	if (!node)
		return;
	for (unsigned long i = 0; node->shift && i < __DPAMT_XA_SLOTS; i++)
		__dpamt_xa_free(node->slots[i]);
	kfree(node);
}

static inline void xa_destroy(struct xarray *xa)
{
	struct __dpamt_xa_node *top;

	xa_lock(xa);
	top = xa->top;
	WRITE_ONCE(xa->top, NULL);
	xa_unlock(xa);
	__dpamt_xa_free(top);
}

#endif
