/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for bits and variables: whoever waits looks again whenever others have moved, see linux/wait.h. */
#ifndef _LINUX_WAIT_BIT_H
#define _LINUX_WAIT_BIT_H

#include <linux/bitops.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#define wait_var_event(var, condition)          \
	do {                                    \
		(void)(var);                    \
		__dpamt_queues();               \
		__dpamt_might_sleep();          \
		while (!(condition))            \
			__dpamt_relax();        \
	} while (0)
static inline void wake_up_var(void *var)
{
	barrier();
}

/* Where a signal may come: -EINTR, if it comes before the bit is what is waited for. */
static inline int wait_on_bit(unsigned long *word, int bit, unsigned int mode)
{
	__dpamt_queues();
	__dpamt_might_sleep();
	if (!test_bit_acquire(bit, word))
		return 0;
	if (signal_pending_state(mode, current))
		return -EINTR;
	while (test_bit_acquire(bit, word))
		__dpamt_relax();
	return 0;
}

static inline int wait_on_bit_lock(unsigned long *word, int bit, unsigned int mode)
{
	__dpamt_queues();
	__dpamt_might_sleep();
	if (!test_and_set_bit(bit, word))
		return 0;
	if (signal_pending_state(mode, current))
		return -EINTR;
	while (test_and_set_bit(bit, word))
		__dpamt_relax();
	return 0;
}

#define wait_on_bit_io(word, bit, mode) wait_on_bit(word, bit, mode)
static inline void wake_up_bit(unsigned long *word, int bit)
{
	barrier();
}

static inline void clear_and_wake_up_bit(int bit, unsigned long *word)
{
	clear_bit_unlock(bit, word);
	smp_mb__after_atomic();
	wake_up_bit(word, bit);
}

#endif
