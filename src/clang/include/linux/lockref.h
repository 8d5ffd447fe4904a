/* SPDX-License-Identifier: Apache-2.0 */
/* A count with the lock that protects it. */
#ifndef _LINUX_LOCKREF_H
#define _LINUX_LOCKREF_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct lockref {
	spinlock_t lock;
	int count;
};

#define LOCKREF_INIT(n) { .lock = { 0 }, .count = (n) }

static inline void lockref_init(struct lockref *lockref)
{
	spin_lock_init(&lockref->lock);
	lockref->count = 1;
}

static inline void lockref_get(struct lockref *lockref)
{
	guard(spinlock)(&lockref->lock);
	WRITE_ONCE(lockref->count, lockref->count + 1);
}

static inline bool lockref_get_not_zero(struct lockref *lockref)
{
	guard(spinlock)(&lockref->lock);
	if (lockref->count <= 0)
		return false;
	WRITE_ONCE(lockref->count, lockref->count + 1);
	return true;
}

static inline bool lockref_get_not_dead(struct lockref *lockref)
{
	guard(spinlock)(&lockref->lock);
	if (lockref->count < 0)
		return false;
	WRITE_ONCE(lockref->count, lockref->count + 1);
	return true;
}

/* Nobody waits: where another has the lock, nothing is put and the value is -1. */
static inline int lockref_put_return(struct lockref *lockref)
{
	int left = -1;

	if (!spin_trylock(&lockref->lock))
		return -1;
	if (lockref->count > 0) {
		left = lockref->count - 1;
		WRITE_ONCE(lockref->count, left);
	}
	spin_unlock(&lockref->lock);
	return left;
}

/* Puts one of several. For the last one the lock is taken and nothing is put: then the value is false. */
static inline bool lockref_put_or_lock(struct lockref *lockref)
{
	spin_lock(&lockref->lock);
	if (lockref->count <= 1)
		return false;
	WRITE_ONCE(lockref->count, lockref->count - 1);
	spin_unlock(&lockref->lock);
	return true;
}

/* With the lock. */
static inline void lockref_mark_dead(struct lockref *lockref)
{
	WRITE_ONCE(lockref->count, -128);
}

static inline bool __lockref_is_dead(const struct lockref *lockref)
{
	return READ_ONCE(lockref->count) < 0;
}

#endif
