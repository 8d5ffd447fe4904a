/* SPDX-License-Identifier: Apache-2.0 */
/* Timers. One may run at any moment after it was armed, in softirq context: no time is modelled. */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <dpamt/intrinsics.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/types.h>

struct timer_list {
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	unsigned int flags;
};

#define TIMER_DEFERRABLE 0x1
#define TIMER_PINNED 0x2

#define __TIMER_INITIALIZER(_function, _flags) { .function = (_function), .flags = (_flags) }
#define DEFINE_TIMER(_name, _function) struct timer_list _name = __TIMER_INITIALIZER(_function, 0)
#define timer_setup_on_stack(timer, callback, flags) timer_setup(timer, callback, flags)
#define destroy_timer_on_stack(timer) ((void)(timer))
/* Of one that is armed the kernel warns, if it looks for that (debugobjects). */
#define timer_setup(timer, callback, _flags)                    \
	do {                                                    \
		struct timer_list *__timer = (timer);           \
		WARN_ON(__dpamt_is_deferred(__timer, __DPAMT_TIMER) & 1); \
		__timer->expires = 0;                           \
		__timer->function = (callback);                 \
		__timer->flags = (_flags);                      \
	} while (0)
#define timer_container_of(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, __typeof__(*var), timer_fieldname)
#define from_timer(var, callback_timer, timer_fieldname) timer_container_of(var, callback_timer, timer_fieldname)

static inline int timer_pending(const struct timer_list *timer)
{
	return __dpamt_is_deferred(timer, __DPAMT_TIMER) & 1;
}

/* A timer without a function was shut down: it does not run any more. 1 where it was armed already. */
static inline int mod_timer(struct timer_list *timer, unsigned long expires)
{
	(void)expires;
	return __dpamt_defer(timer, __DPAMT_TIMER, NULL, NULL) == 0;
}

static inline int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	return mod_timer(timer, expires);
}

/* Of one that is armed the kernel warns. */
static inline void add_timer(struct timer_list *timer)
{
	if (!WARN_ON(timer_pending(timer)))
		mod_timer(timer, 0);
}

#define add_timer_on(timer, cpu) ((void)(cpu), add_timer(timer))

static inline int timer_delete(struct timer_list *timer)
{
	return __dpamt_cancel(timer, __DPAMT_TIMER, __DPAMT_NOW);
}

/* -1 where it runs. */
static inline int timer_delete_sync_try(struct timer_list *timer)
{
	return __dpamt_cancel(timer, __DPAMT_TIMER, __DPAMT_TRY);
}

/* In hard interrupt context the timer may be what was interrupted: the kernel warns. */
static inline int timer_delete_sync(struct timer_list *timer)
{
	WARN_ON(in_hardirq());
	return __dpamt_cancel(timer, __DPAMT_TIMER, __DPAMT_SYNC);
}

static inline int timer_shutdown(struct timer_list *timer)
{
	WRITE_ONCE(timer->function, NULL);
	return timer_delete(timer);
}

static inline int timer_shutdown_sync(struct timer_list *timer)
{
	WRITE_ONCE(timer->function, NULL);
	return timer_delete_sync(timer);
}

#define del_timer(timer) timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)
#define try_to_del_timer_sync(timer) timer_delete_sync_try(timer)

#endif
