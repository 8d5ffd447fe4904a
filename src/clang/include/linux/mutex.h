/* SPDX-License-Identifier: Apache-2.0 */
/* Locks whose waiters sleep. Nobody interrupts the sleep. */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <dpamt/intrinsics.h>
#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/types.h>

struct mutex {
	unsigned int word;
};

#define __MUTEX_INITIALIZER(name) { 0 }
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

static inline void mutex_lock(struct mutex *lock)
{
	__dpamt_mutex_lock(lock);
}

static inline void mutex_unlock(struct mutex *lock)
{
	__dpamt_mutex_unlock(lock);
}

static inline int __must_check mutex_lock_interruptible(struct mutex *lock)
{
	__dpamt_mutex_lock(lock);
	return 0;
}

static inline int __must_check mutex_lock_killable(struct mutex *lock)
{
	__dpamt_mutex_lock(lock);
	return 0;
}

static inline bool mutex_is_locked(struct mutex *lock)
{
	return __dpamt_atomic_read(lock) != 0;
}

#define mutex_init(lock) ((void)((lock)->word = 0))
#define mutex_destroy(lock) ((void)(lock))
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))

#endif
