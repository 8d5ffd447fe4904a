/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for a condition. A queue holds nobody here: who waits looks again whenever others have moved, whether they
 * wake him or not. A signal may come before he waits; a time that is waited at most may be over at once.
 */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <asm/barrier.h>
#include <dpamt/intrinsics.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct wait_queue_head {
	spinlock_t lock;
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { .lock = { 0 } }
#define DECLARE_WAIT_QUEUE_HEAD(name) struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define init_waitqueue_head(wq) spin_lock_init(&(wq)->lock)

/* No barrier: where nobody sleeps, the kernel has none either. */
static inline int wake_up(struct wait_queue_head *wq)
{
	barrier();
	return 1;
}
#define wake_up_all(wq) wake_up(wq)
#define wake_up_nr(wq, n) wake_up(wq)
#define wake_up_interruptible(wq) wake_up(wq)
#define wake_up_interruptible_all(wq) wake_up(wq)
#define wake_up_locked(wq) wake_up(wq)

/* A place in a queue. */
struct wait_queue_entry {
	unsigned int flags;
};
typedef struct wait_queue_entry wait_queue_entry_t;

#define DEFINE_WAIT(name) struct wait_queue_entry name = { .flags = 0 }
#define init_wait(entry) ((void)((entry)->flags = 0))
#define add_wait_queue(wq, entry) ((void)(wq), (void)(entry))
#define remove_wait_queue(wq, entry) ((void)(wq), (void)(entry))
#define prepare_to_wait(wq, entry, state) \
	((void)(wq), (void)(entry), (void)(state), __dpamt_queues(), __dpamt_fence())
#define prepare_to_wait_exclusive(wq, entry, state) (prepare_to_wait(wq, entry, state), true)
#define finish_wait(wq, entry) ((void)(wq), (void)(entry))
#define waitqueue_active(wq) ((void)(wq), 1)
#define wq_has_sleeper(wq) ((void)(wq), __dpamt_fence(), 1)

#define wait_event(wq, condition)               \
	do {                                    \
		(void)&(wq);                    \
		__dpamt_queues();               \
		__dpamt_might_sleep();          \
		while (!(condition))            \
			__dpamt_relax();        \
	} while (0)
#define wait_event_interruptible(wq, condition)                 \
	({                                                      \
		int __error = 0;                                \
		__dpamt_might_sleep();                          \
		if (!(condition)) {                             \
			if (__dpamt_signal())                   \
				__error = -ERESTARTSYS;         \
			else                                    \
				wait_event(wq, condition);      \
		}                                               \
		__error;                                        \
	})
#define wait_event_killable(wq, condition) wait_event_interruptible(wq, condition)
#define wait_event_idle(wq, condition) wait_event(wq, condition)
/* 0 where the time was over and the condition still false, else what was left of it. */
#define wait_event_timeout(wq, condition, timeout)                      \
	({                                                              \
		long __left = (timeout);                                \
		bool __met;                                             \
		(void)&(wq);                                            \
		__dpamt_queues();                                       \
		__dpamt_might_sleep();                                  \
		__met = (condition);                                    \
		if (!__met && !__dpamt_choose(2)) {                     \
			while (!(condition))                            \
				__dpamt_relax();                        \
			__met = true;                                   \
			__left = 1;                                     \
		}                                                       \
		__met ? (__left > 0 ? __left : 1) : 0;                  \
	})
#define wait_event_interruptible_timeout(wq, condition, timeout)                        \
	({                                                                              \
		bool __now = (condition);                                               \
		!__now && __dpamt_signal() ? -ERESTARTSYS                               \
					   : wait_event_timeout(wq, __now || (condition), timeout); \
	})
#define wait_event_killable_timeout(wq, condition, timeout) wait_event_interruptible_timeout(wq, condition, timeout)

#endif
