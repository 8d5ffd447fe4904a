/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums to which every CPU adds. Reading one is cheap and may miss what CPUs have added: here the environment chooses whether
 * it does, which is what `seen` is for. A difference that is too large for a CPU to keep to itself is always seen.
 */
#ifndef _LINUX_PERCPU_COUNTER_H
#define _LINUX_PERCPU_COUNTER_H

#include <dpamt/intrinsics.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/gfp_types.h>
#include <linux/minmax.h>
#include <linux/types.h>

struct percpu_counter {
	atomic64_t count;
	s64 seen;
};

#define percpu_counter_batch 32

static inline int percpu_counter_init(struct percpu_counter *counter, s64 amount, gfp_t gfp)
{
	void *counts = __dpamt_alloc(sizeof(s32), gfp, 1);

	if (!counts)
		return -ENOMEM;
	__dpamt_free(counts);
	atomic64_set(&counter->count, amount);
	WRITE_ONCE(counter->seen, amount);
	return 0;
}

static inline void percpu_counter_set(struct percpu_counter *counter, s64 amount)
{
	atomic64_set(&counter->count, amount);
	WRITE_ONCE(counter->seen, amount);
}

static inline s64 percpu_counter_read(struct percpu_counter *counter)
{
	s64 sum = atomic64_read(&counter->count);
	s64 seen = READ_ONCE(counter->seen);
	s64 missed = sum - seen;

	if (!missed || missed >= percpu_counter_batch || missed <= -percpu_counter_batch)
		return sum;
	return __dpamt_choose(2) ? seen : sum;
}

static inline s64 percpu_counter_sum(struct percpu_counter *counter)
{
	return atomic64_read(&counter->count);
}

static inline void percpu_counter_destroy(struct percpu_counter *counter)
{
}

#define percpu_counter_add(counter, amount) atomic64_add(amount, &(counter)->count)
#define percpu_counter_sub(counter, amount) atomic64_sub(amount, &(counter)->count)
#define percpu_counter_inc(counter) atomic64_inc(&(counter)->count)
#define percpu_counter_dec(counter) atomic64_dec(&(counter)->count)
#define percpu_counter_read_positive(counter) max(percpu_counter_read(counter), (s64)0)
#define percpu_counter_sum_positive(counter) max(percpu_counter_sum(counter), (s64)0)
#define percpu_counter_add_local(counter, amount) percpu_counter_add(counter, amount)
#define percpu_counter_sub_local(counter, amount) percpu_counter_sub(counter, amount)
#define percpu_counter_add_batch(counter, amount, batch) percpu_counter_add(counter, amount)
#define percpu_counter_sync(counter) percpu_counter_set(counter, percpu_counter_sum(counter))

static inline int percpu_counter_compare(struct percpu_counter *counter, s64 amount)
{
	s64 count = percpu_counter_sum(counter);

	return count > amount ? 1 : count < amount ? -1 : 0;
}

#endif
