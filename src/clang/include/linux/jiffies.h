/* SPDX-License-Identifier: Apache-2.0 */
/* Time in steps of a millisecond. */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#include <linux/ktime.h>
#include <linux/types.h>

#define HZ 1000
#define jiffies ((unsigned long)(ktime_get_ns() / NSEC_PER_MSEC))
#define jiffies_64 ((u64)jiffies)
#define get_jiffies_64() jiffies_64
#define MAX_JIFFY_OFFSET ((~0UL >> 2) - 1)

#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)

static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return ms;
}

static inline unsigned int jiffies_to_msecs(unsigned long time)
{
	return time;
}

static inline unsigned long usecs_to_jiffies(unsigned int us)
{
	return (us + 999) / 1000;
}

static inline unsigned int jiffies_to_usecs(unsigned long time)
{
	return time * 1000;
}

static inline unsigned long nsecs_to_jiffies(u64 ns)
{
	return ns / NSEC_PER_MSEC;
}

static inline u64 jiffies_to_nsecs(unsigned long time)
{
	return (u64)time * NSEC_PER_MSEC;
}

#endif
