/* SPDX-License-Identifier: Apache-2.0 */
/*
 * High-resolution timers. One may run at any moment after it was started, in hard interrupt context, or in softirq context if its
 * mode says SOFT: no time is modelled.
 */
#ifndef _LINUX_HRTIMER_H
#define _LINUX_HRTIMER_H

#include <dpamt/intrinsics.h>
#include <linux/bug.h>
#include <linux/ktime.h>
#include <linux/types.h>

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};

enum hrtimer_mode {
	HRTIMER_MODE_ABS = 0x00,
	HRTIMER_MODE_REL = 0x01,
	HRTIMER_MODE_PINNED = 0x02,
	HRTIMER_MODE_SOFT = 0x04,
	HRTIMER_MODE_HARD = 0x08,
	HRTIMER_MODE_ABS_PINNED = HRTIMER_MODE_ABS | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_REL_PINNED = HRTIMER_MODE_REL | HRTIMER_MODE_PINNED,
	HRTIMER_MODE_ABS_SOFT = HRTIMER_MODE_ABS | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_REL_SOFT = HRTIMER_MODE_REL | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_ABS_PINNED_SOFT = HRTIMER_MODE_ABS_PINNED | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_REL_PINNED_SOFT = HRTIMER_MODE_REL_PINNED | HRTIMER_MODE_SOFT,
	HRTIMER_MODE_ABS_HARD = HRTIMER_MODE_ABS | HRTIMER_MODE_HARD,
	HRTIMER_MODE_REL_HARD = HRTIMER_MODE_REL | HRTIMER_MODE_HARD,
	HRTIMER_MODE_ABS_PINNED_HARD = HRTIMER_MODE_ABS_PINNED | HRTIMER_MODE_HARD,
	HRTIMER_MODE_REL_PINNED_HARD = HRTIMER_MODE_REL_PINNED | HRTIMER_MODE_HARD,
};

#ifndef CLOCK_REALTIME
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7
#endif

struct hrtimer {
	ktime_t _softexpires;
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	unsigned int is_soft;
};

#define __dpamt_hrtimer_kind(timer) ((timer)->is_soft ? __DPAMT_TIMER : __DPAMT_HRTIMER)

static inline void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *timer),
				 int clock_id, enum hrtimer_mode mode)
{
	(void)clock_id;
	timer->_softexpires = 0;
	timer->function = function;
	timer->is_soft = (mode & HRTIMER_MODE_SOFT) != 0;
}

#define hrtimer_init(timer, clock_id, mode) hrtimer_setup(timer, NULL, clock_id, mode)
#define hrtimer_setup_on_stack(timer, function, clock_id, mode) hrtimer_setup(timer, function, clock_id, mode)
#define hrtimer_update_function(timer, to) ((void)((timer)->function = (to)))
#define destroy_hrtimer_on_stack(timer) ((void)(timer))
#define hrtimer_set_expires(timer, time) ((void)((timer)->_softexpires = (time)))
#define hrtimer_get_expires(timer) ((timer)->_softexpires)

static inline void hrtimer_restart(struct hrtimer *timer)
{
	WARN_ON_ONCE(__dpamt_defer(timer, __dpamt_hrtimer_kind(timer), NULL, NULL) < 0);
}

static inline void hrtimer_start_range_ns(struct hrtimer *timer, ktime_t time, u64 range_ns, enum hrtimer_mode mode)
{
	(void)time;
	(void)range_ns;
	WARN_ON_ONCE(!(mode & HRTIMER_MODE_SOFT) != !timer->is_soft);
	hrtimer_restart(timer);
}

#define hrtimer_start(timer, time, mode) hrtimer_start_range_ns(timer, time, 0, mode)
#define hrtimer_start_expires(timer, mode) hrtimer_start_range_ns(timer, hrtimer_get_expires(timer), 0, mode)

/* 1 where it waited, and -1 where it runs. */
static inline int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	return __dpamt_cancel(timer, __dpamt_hrtimer_kind(timer), __DPAMT_TRY);
}

static inline int hrtimer_cancel(struct hrtimer *timer)
{
	return __dpamt_cancel(timer, __dpamt_hrtimer_kind(timer), __DPAMT_SYNC);
}

static inline bool hrtimer_active(const struct hrtimer *timer)
{
	return __dpamt_is_deferred(timer, __dpamt_hrtimer_kind(timer));
}

static inline bool hrtimer_is_queued(struct hrtimer *timer)
{
	return __dpamt_is_deferred(timer, __dpamt_hrtimer_kind(timer)) & 1;
}

static inline int hrtimer_callback_running(struct hrtimer *timer)
{
	return (__dpamt_is_deferred(timer, __dpamt_hrtimer_kind(timer)) & 2) != 0;
}

/* By one interval, which is what time a timer takes. */
static inline u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	(void)now;
	(void)interval;
	return WARN_ON(hrtimer_is_queued(timer)) ? 0 : 1;
}

#define hrtimer_forward_now(timer, interval) hrtimer_forward(timer, 0, interval)

#endif
