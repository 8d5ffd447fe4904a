/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time, as it passes for one CPU: each reading is the one before or much later, as the environment chooses. It stands
 * still twice at most, so that a loop that waits for a time comes to an end.
 */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

#include <dpamt/intrinsics.h>
#include <linux/ktime.h>
#include <linux/percpu-defs.h>
#include <linux/types.h>

#define __DPAMT_MUCH_LATER (1ULL << 40)
#define __DPAMT_STANDSTILLS 2

static DEFINE_PER_CPU(u64, __dpamt_time) __attribute__((__unused__));
static DEFINE_PER_CPU(unsigned int, __dpamt_standstills) __attribute__((__unused__));

static inline u64 ktime_get_ns(void)
{
	u64 *time = this_cpu_ptr(&__dpamt_time);
	unsigned int *standstills = this_cpu_ptr(&__dpamt_standstills);

	if (*standstills < __DPAMT_STANDSTILLS && !__dpamt_choose(2)) {
		(*standstills)++;
		return *time;
	}
	*standstills = 0;
	*time += __DPAMT_MUCH_LATER;
	return *time;
}

#define ktime_get_raw_ns() ktime_get_ns()
#define ktime_get_mono_fast_ns() ktime_get_ns()
#define ktime_get_boottime_ns() ktime_get_ns()
#define ktime_get_real_ns() ktime_get_ns()
#define ktime_get() ((ktime_t)ktime_get_ns())
#define ktime_get_raw() ktime_get()
#define ktime_get_boottime() ktime_get()
#define ktime_get_real() ktime_get()
#define ktime_get_seconds() ((s64)(ktime_get_ns() / NSEC_PER_SEC))
#define local_clock() ktime_get_ns()
#define sched_clock() ktime_get_ns()

#endif
