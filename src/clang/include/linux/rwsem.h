/* SPDX-License-Identifier: Apache-2.0 */
/* Reader/writer locks whose waiters sleep: one 32-bit word, 0 when free. */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <dpamt/intrinsics.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/types.h>

struct rw_semaphore {
	unsigned int word;
};

#define __RWSEM_INITIALIZER(name) { 0 }
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)
#define init_rwsem(sem) ((void)((sem)->word = 0))

static inline void down_read(struct rw_semaphore *sem)
{
	__dpamt_down_read(sem);
}

static inline int __must_check down_read_interruptible(struct rw_semaphore *sem)
{
	__dpamt_might_sleep();
	if (__dpamt_down_read_trylock(sem))
		return 0;
	if (__dpamt_signal())
		return -EINTR;
	__dpamt_down_read(sem);
	return 0;
}

static inline int __must_check down_read_killable(struct rw_semaphore *sem)
{
	__dpamt_might_sleep();
	if (__dpamt_down_read_trylock(sem))
		return 0;
	if (__dpamt_signal())
		return -EINTR;
	__dpamt_down_read(sem);
	return 0;
}

static inline int down_read_trylock(struct rw_semaphore *sem)
{
	return __dpamt_down_read_trylock(sem);
}

static inline void up_read(struct rw_semaphore *sem)
{
	__dpamt_up_read(sem);
}

static inline void down_write(struct rw_semaphore *sem)
{
	__dpamt_down_write(sem);
}

static inline int __must_check down_write_killable(struct rw_semaphore *sem)
{
	__dpamt_might_sleep();
	if (__dpamt_down_write_trylock(sem))
		return 0;
	if (__dpamt_signal())
		return -EINTR;
	__dpamt_down_write(sem);
	return 0;
}

static inline int down_write_trylock(struct rw_semaphore *sem)
{
	return __dpamt_down_write_trylock(sem);
}

static inline void up_write(struct rw_semaphore *sem)
{
	__dpamt_up_write(sem);
}

static inline void downgrade_write(struct rw_semaphore *sem)
{
	__dpamt_downgrade_write(sem);
}

static inline int rwsem_is_locked(struct rw_semaphore *sem)
{
	return __dpamt_atomic_read(sem) != 0;
}

#define rwsem_is_contended(sem) 0
#define rwsem_assert_held(sem) lockdep_assert_held(sem)
#define rwsem_assert_held_write(sem) lockdep_assert_held_write(sem)
#define down_read_nested(sem, subclass) down_read(sem)
#define down_write_nested(sem, subclass) down_write(sem)

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD_COND(rwsem_read, _intr, down_read_interruptible(_T), _RET == 0)
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))
DEFINE_GUARD_COND(rwsem_write, _kill, down_write_killable(_T), _RET == 0)

#endif
