/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasklets. One may run at any moment after it was scheduled, in softirq context, unless it is disabled. One that is scheduled
 * while it is disabled runs once it is enabled.
 */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <dpamt/intrinsics.h>
#include <linux/atomic.h>
#include <linux/container_of.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/types.h>

/* `count`: how often it is disabled. */
struct tasklet_struct {
	unsigned long state;
	void (*callback)(struct tasklet_struct *t);
	atomic_t count;
};

#define DECLARE_TASKLET(name, _callback) \
	struct tasklet_struct name = { .callback = (_callback), .count = ATOMIC_INIT(0) }
#define DECLARE_TASKLET_DISABLED(name, _callback) \
	struct tasklet_struct name = { .callback = (_callback), .count = ATOMIC_INIT(1) }
#define from_tasklet(var, callback_tasklet, tasklet_fieldname) \
	container_of(callback_tasklet, __typeof__(*var), tasklet_fieldname)

static inline void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *t))
{
	t->state = 0;
	t->callback = callback;
	atomic_set(&t->count, 0);
}

static inline void tasklet_schedule(struct tasklet_struct *t)
{
	__dpamt_defer(t, __DPAMT_TASKLET, NULL, NULL);
}

#define tasklet_hi_schedule(t) tasklet_schedule(t)

static inline void tasklet_disable_nosync(struct tasklet_struct *t)
{
	atomic_inc(&t->count);
}

static inline void tasklet_unlock_wait(struct tasklet_struct *t)
{
	__dpamt_might_sleep();
	__dpamt_cancel(t, __DPAMT_TASKLET, __DPAMT_WAIT);
}

static inline void tasklet_disable(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	tasklet_unlock_wait(t);
}

static inline void tasklet_disable_in_atomic(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	__dpamt_cancel(t, __DPAMT_TASKLET, __DPAMT_WAIT);
}

static inline void tasklet_enable(struct tasklet_struct *t)
{
	atomic_dec(&t->count);
}

/* What was scheduled runs first. */
static inline void tasklet_kill(struct tasklet_struct *t)
{
	__dpamt_might_sleep();
	__dpamt_flush(t, __DPAMT_TASKLET, NULL);
	__dpamt_cancel(t, __DPAMT_TASKLET, __DPAMT_SYNC);
}

#endif
