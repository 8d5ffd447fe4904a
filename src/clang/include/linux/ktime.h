/* SPDX-License-Identifier: Apache-2.0 */
/* Times in nanoseconds. */
#ifndef _LINUX_KTIME_H
#define _LINUX_KTIME_H

#include <linux/types.h>

typedef s64 ktime_t;

#define MSEC_PER_SEC 1000L
#define USEC_PER_MSEC 1000L
#define USEC_PER_SEC 1000000L
#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC 1000000000L

#define KTIME_MAX ((s64)(~0ULL >> 1))
#define ktime_set(seconds, ns) ((ktime_t)((seconds) * NSEC_PER_SEC + (ns)))
#define ktime_add(a, b) ((a) + (b))
#define ktime_sub(a, b) ((a) - (b))
#define ktime_add_ns(time, ns) ((time) + (ns))
#define ktime_sub_ns(time, ns) ((time) - (ns))
#define ktime_add_us(time, us) ((time) + (us) * NSEC_PER_USEC)
#define ktime_add_ms(time, ms) ((time) + (ms) * NSEC_PER_MSEC)
#define ktime_to_ns(time) (time)
#define ktime_to_us(time) ((time) / NSEC_PER_USEC)
#define ktime_to_ms(time) ((time) / NSEC_PER_MSEC)
#define ns_to_ktime(ns) ((ktime_t)(ns))
#define us_to_ktime(us) ((ktime_t)((us) * NSEC_PER_USEC))
#define ms_to_ktime(ms) ((ktime_t)((ms) * NSEC_PER_MSEC))
#define ktime_us_delta(later, earlier) ktime_to_us((later) - (earlier))
#define ktime_ms_delta(later, earlier) ktime_to_ms((later) - (earlier))

static inline int ktime_compare(ktime_t a, ktime_t b)
{
	return a < b ? -1 : a > b;
}

static inline bool ktime_after(ktime_t a, ktime_t b)
{
	return a > b;
}

static inline bool ktime_before(ktime_t a, ktime_t b)
{
	return a < b;
}

#include <linux/timekeeping.h>

#endif
