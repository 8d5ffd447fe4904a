/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting until somebody has done something: how often it is done and nobody has waited for it yet. */
#ifndef _LINUX_COMPLETION_H
#define _LINUX_COMPLETION_H

#include <dpamt/intrinsics.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/types.h>

struct completion {
	unsigned int done;
};

#define COMPLETION_INITIALIZER(name) { 0 }
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/* Lets one waiter go on. */
static inline void complete(struct completion *x)
{
	__dpamt_atomic_add_unless(&x->done, 1, INT_MAX);
}

/* Lets everybody go on, now and later. */
static inline void complete_all(struct completion *x)
{
	__dpamt_atomic_xchg(&x->done, INT_MAX);
}

static inline void wait_for_completion(struct completion *x)
{
	__dpamt_wait_for_completion(&x->done);
}

static inline bool try_wait_for_completion(struct completion *x)
{
	if (__dpamt_atomic_read(&x->done) == INT_MAX)
		return true;
	return __dpamt_atomic_dec_if_positive(&x->done) >= 0;
}

static inline int __must_check wait_for_completion_interruptible(struct completion *x)
{
	__dpamt_might_sleep();
	if (try_wait_for_completion(x))
		return 0;
	if (__dpamt_signal())
		return -ERESTARTSYS;
	__dpamt_wait_for_completion(&x->done);
	return 0;
}

static inline int __must_check wait_for_completion_killable(struct completion *x)
{
	__dpamt_might_sleep();
	if (try_wait_for_completion(x))
		return 0;
	if (__dpamt_signal())
		return -ERESTARTSYS;
	__dpamt_wait_for_completion(&x->done);
	return 0;
}

static inline bool completion_done(struct completion *x)
{
	return __dpamt_atomic_read(&x->done) != 0;
}

/* 0 where the time was over, else what was left of it. */
static inline unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	__dpamt_might_sleep();
	if (try_wait_for_completion(x))
		return timeout ? timeout : 1;
	if (__dpamt_choose(2))
		return 0;
	__dpamt_wait_for_completion(&x->done);
	return 1;
}

static inline long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	if (!completion_done(x) && __dpamt_signal())
		return -ERESTARTSYS;
	return wait_for_completion_timeout(x, timeout);
}

static inline long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_interruptible_timeout(x, timeout);
}

#endif
