/* SPDX-License-Identifier: Apache-2.0 */
/* refcount_t: an atomic_t that complains when it is counted up from 0 or down to it by mistake, and is saturated then. */
#ifndef _LINUX_REFCOUNT_H
#define _LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n) { .refs = ATOMIC_INIT(n) }

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return atomic_read(&r->refs);
}

/* What was counted wrongly stays where nobody reaches 0 from any more. */
#define REFCOUNT_MAX INT_MAX
#define REFCOUNT_SATURATED (INT_MIN / 2)

static inline void __dpamt_refcount_saturate(refcount_t *r)
{
	atomic_set(&r->refs, REFCOUNT_SATURATED);
	WARN_ON(1);
}

static inline bool __must_check refcount_add_not_zero(int i, refcount_t *r)
{
	int old = atomic_fetch_add_unless(&r->refs, i, 0);

	if (old && (old < 0 || old + i < 0))
		__dpamt_refcount_saturate(r);
	return old != 0;
}

/* What it was is not looked at but for 0: one that is saturated stays far from it. */
static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	return atomic_inc_not_zero(&r->refs);
}

static inline void refcount_add(int i, refcount_t *r)
{
	int old = atomic_fetch_add(i, &r->refs);

	if (old <= 0 || old + i < 0)
		__dpamt_refcount_saturate(r);
}

static inline void refcount_inc(refcount_t *r)
{
	if (!atomic_inc_not_zero(&r->refs))
		__dpamt_refcount_saturate(r);
}

static inline bool __must_check refcount_sub_and_test(int i, refcount_t *r)
{
	int old = atomic_fetch_add(-i, &r->refs);

	if (old > 0 && old == i)
		return true;
	if (old <= 0 || old - i < 0)
		__dpamt_refcount_saturate(r);
	return false;
}

static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	int left = atomic_dec_if_positive(&r->refs);

	if (left < 0)
		__dpamt_refcount_saturate(r);
	return left == 0;
}

static inline void refcount_dec(refcount_t *r)
{
	if (atomic_dec_if_positive(&r->refs) <= 0)
		__dpamt_refcount_saturate(r);
}

static inline bool __must_check refcount_dec_if_one(refcount_t *r)
{
	int one = 1;

	return atomic_try_cmpxchg(&r->refs, &one, 0);
}

#define refcount_inc_not_zero_acquire(r) refcount_inc_not_zero(r)
#define refcount_add_not_zero_acquire(i, r) refcount_add_not_zero(i, r)
#define refcount_set_release(r, n) refcount_set(r, n)

static inline bool __must_check refcount_dec_not_one(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	for (;;) {
		if (old == REFCOUNT_SATURATED)
			return true;
		if (old == 1)
			return false;
		if (WARN_ON(old == 0))
			return true;
		if (atomic_try_cmpxchg(&r->refs, &old, old - 1))
			return true;
	}
}

static inline bool __must_check refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}

static inline bool __must_check refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}

#define refcount_dec_and_lock_irqsave(r, lock, flags) __dpamt_irqsave_if(*(flags), refcount_dec_and_lock(r, lock))

#endif
