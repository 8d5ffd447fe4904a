/* SPDX-License-Identifier: Apache-2.0 */
/* Locks whose waiters sleep. A signal may end the sleep of who says so, where the environment chooses that it comes. */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <dpamt/intrinsics.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
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
	__dpamt_might_sleep();
	if (__dpamt_mutex_trylock(lock))
		return 0;
	if (__dpamt_signal())
		return -EINTR;
	__dpamt_mutex_lock(lock);
	return 0;
}

static inline int __must_check mutex_lock_killable(struct mutex *lock)
{
	__dpamt_might_sleep();
	if (__dpamt_mutex_trylock(lock))
		return 0;
	if (__dpamt_signal())
		return -EINTR;
	__dpamt_mutex_lock(lock);
	return 0;
}

/* 1 if it was had; nobody waits. */
static inline int mutex_trylock(struct mutex *lock)
{
	return __dpamt_mutex_trylock(lock);
}

static inline bool mutex_is_locked(struct mutex *lock)
{
	return __dpamt_atomic_read(lock) != 0;
}

#define mutex_init(lock) ((void)((lock)->word = 0))
#define mutex_destroy(lock) ((void)(lock))
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_lock_io(lock) mutex_lock(lock)
#define mutex_lock_nest_lock(lock, nest) mutex_lock(lock)
#define mutex_lock_interruptible_nested(lock, subclass) mutex_lock_interruptible(lock)
#define mutex_lock_killable_nested(lock, subclass) mutex_lock_killable(lock)
#define mutex_trylock_nest_lock(lock, nest) mutex_trylock(lock)

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T), _RET == 0)
DEFINE_GUARD_COND(mutex, _kill, mutex_lock_killable(_T), _RET == 0)

/* Counts down. Where that makes 0 the mutex is held when it does, and stays held: then the value is 1. */
static inline int atomic_dec_and_mutex_lock(atomic_t *v, struct mutex *lock)
{
	if (__dpamt_atomic_add_unless(v, -1, 1))
		return 0;
	mutex_lock(lock);
	if (__dpamt_atomic_dec_and_test(v))
		return 1;
	mutex_unlock(lock);
	return 0;
}

#endif
