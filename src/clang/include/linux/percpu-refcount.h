/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References that are counted on each CPU until somebody kills the count: here one word. Who makes it holds one reference,
 * which killing gives back. Whoever gives the last one back calls `release`.
 */
#ifndef _LINUX_PERCPU_REFCOUNT_H
#define _LINUX_PERCPU_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/gfp_types.h>
#include <linux/kernel.h>
#include <linux/types.h>

struct percpu_ref;
typedef void(percpu_ref_func_t)(struct percpu_ref *ref);

/* The count begins for all CPUs at once (ATOMIC), or dead, without a first reference; it may begin anew (ALLOW_REINIT). */
enum {
	PERCPU_REF_INIT_ATOMIC = 1 << 0,
	PERCPU_REF_INIT_DEAD = 1 << 1,
	PERCPU_REF_ALLOW_REINIT = 1 << 2,
};

struct percpu_ref {
	atomic_long_t count;
	int dead;
	percpu_ref_func_t *release;
};

static inline int __must_check percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release, unsigned int flags,
					       gfp_t gfp)
{
	void *counts = __dpamt_alloc(sizeof(long), gfp, 1);

	if (!counts)
		return -ENOMEM;
	__dpamt_free(counts);
	ref->release = release;
	ref->dead = (flags & PERCPU_REF_INIT_DEAD) != 0;
	atomic_long_set(&ref->count, !ref->dead);
	return 0;
}

static inline void percpu_ref_exit(struct percpu_ref *ref)
{
}

static inline void percpu_ref_get_many(struct percpu_ref *ref, unsigned long n)
{
	atomic_long_add(n, &ref->count);
}

static inline void percpu_ref_put_many(struct percpu_ref *ref, unsigned long n)
{
	long left = atomic_long_sub_return(n, &ref->count);

	/* The first reference is there until somebody kills the count: the kernel warns then. */
	WARN_ON_ONCE(left < 0 || (!left && !READ_ONCE(ref->dead)));
	if (!left)
		ref->release(ref);
}

static inline bool percpu_ref_tryget_many(struct percpu_ref *ref, unsigned long n)
{
	return atomic_long_add_unless(&ref->count, n, 0);
}

#define percpu_ref_get(ref) percpu_ref_get_many(ref, 1)
#define percpu_ref_put(ref) percpu_ref_put_many(ref, 1)
#define percpu_ref_tryget(ref) percpu_ref_tryget_many(ref, 1)

static inline bool percpu_ref_is_dying(struct percpu_ref *ref)
{
	return READ_ONCE(ref->dead);
}

/* Not once somebody has killed the count. */
static inline bool percpu_ref_tryget_live(struct percpu_ref *ref)
{
	return !percpu_ref_is_dying(ref) && percpu_ref_tryget(ref);
}
#define percpu_ref_tryget_live_rcu(ref) percpu_ref_tryget_live(ref)

/* Nobody is shown before all CPUs know, so the one who asks to be told can be told at once. */
static inline void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	WARN_ON_ONCE(xchg(&ref->dead, 1));
	if (confirm)
		confirm(ref);
	percpu_ref_put(ref);
}
#define percpu_ref_kill(ref) percpu_ref_kill_and_confirm(ref, NULL)

static inline bool percpu_ref_is_zero(struct percpu_ref *ref)
{
	return atomic_long_read(&ref->count) == 0;
}

/* A count that was killed begins anew, with a first reference: not before the last one was given back (reinit), or earlier. */
static inline void percpu_ref_resurrect(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!ref->dead);
	atomic_long_inc(&ref->count);
	WRITE_ONCE(ref->dead, 0);
}

static inline void percpu_ref_reinit(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!percpu_ref_is_zero(ref));
	percpu_ref_resurrect(ref);
}

#define percpu_ref_switch_to_atomic(ref, confirm) ((void)(ref))
#define percpu_ref_switch_to_atomic_sync(ref) ((void)(ref), __dpamt_might_sleep())
#define percpu_ref_switch_to_percpu(ref) ((void)(ref), __dpamt_might_sleep())

#endif
