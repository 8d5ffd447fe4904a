/* SPDX-License-Identifier: Apache-2.0 */
/* Counting semaphores. A time that is waited at most may be over at once. */
#ifndef _LINUX_SEMAPHORE_H
#define _LINUX_SEMAPHORE_H

#include <dpamt/intrinsics.h>
#include <linux/compiler.h>
#include <linux/errno.h>

struct semaphore {
	unsigned int count;
};

#define __SEMAPHORE_INITIALIZER(name, n) { .count = (n) }
#define DEFINE_SEMAPHORE(name, n) struct semaphore name = __SEMAPHORE_INITIALIZER(name, n)

static inline void sema_init(struct semaphore *sem, int count)
{
	sem->count = count;
}

static inline void down(struct semaphore *sem)
{
	__dpamt_down(&sem->count);
}

static inline int __must_check down_interruptible(struct semaphore *sem)
{
	__dpamt_might_sleep();
	if (__dpamt_atomic_dec_if_positive(&sem->count) >= 0)
		return 0;
	if (__dpamt_signal())
		return -EINTR;
	__dpamt_down(&sem->count);
	return 0;
}

static inline int __must_check down_killable(struct semaphore *sem)
{
	__dpamt_might_sleep();
	if (__dpamt_atomic_dec_if_positive(&sem->count) >= 0)
		return 0;
	if (__dpamt_signal())
		return -EINTR;
	__dpamt_down(&sem->count);
	return 0;
}

/* 0 if it was had, unlike other trylocks. */
static inline int __must_check down_trylock(struct semaphore *sem)
{
	return __dpamt_atomic_dec_if_positive(&sem->count) < 0;
}

static inline int __must_check down_timeout(struct semaphore *sem, long timeout)
{
	__dpamt_might_sleep();
	if (!down_trylock(sem))
		return 0;
	if (__dpamt_choose(2))
		return -ETIME;
	__dpamt_down(&sem->count);
	return 0;
}

static inline void up(struct semaphore *sem)
{
	__dpamt_atomic_add(&sem->count, 1);
}

#endif
