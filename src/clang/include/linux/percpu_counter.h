/* SPDX-License-Identifier: Apache-2.0 */
/* Sums to which every CPU adds: here one word, which is exact at any time. */
#ifndef _LINUX_PERCPU_COUNTER_H
#define _LINUX_PERCPU_COUNTER_H

#include <linux/atomic.h>
#include <linux/minmax.h>
#include <linux/types.h>

struct percpu_counter {
	atomic64_t count;
};

static inline int percpu_counter_init(struct percpu_counter *counter, s64 amount, gfp_t gfp)
{
	atomic64_set(&counter->count, amount);
	return 0;
}

static inline void percpu_counter_destroy(struct percpu_counter *counter)
{
}

#define percpu_counter_set(counter, amount) atomic64_set(&(counter)->count, amount)
#define percpu_counter_add(counter, amount) atomic64_add(amount, &(counter)->count)
#define percpu_counter_sub(counter, amount) atomic64_sub(amount, &(counter)->count)
#define percpu_counter_inc(counter) atomic64_inc(&(counter)->count)
#define percpu_counter_dec(counter) atomic64_dec(&(counter)->count)
#define percpu_counter_read(counter) atomic64_read(&(counter)->count)
#define percpu_counter_read_positive(counter) max(percpu_counter_read(counter), (s64)0)
#define percpu_counter_sum(counter) percpu_counter_read(counter)
#define percpu_counter_sum_positive(counter) percpu_counter_read_positive(counter)

static inline int percpu_counter_compare(struct percpu_counter *counter, s64 amount)
{
	s64 count = percpu_counter_read(counter);

	return count > amount ? 1 : count < amount ? -1 : 0;
}

#endif
