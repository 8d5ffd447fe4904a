/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that run in hard interrupt context, at any moment after they were queued. */
#ifndef _LINUX_IRQ_WORK_H
#define _LINUX_IRQ_WORK_H

#include <dpamt/intrinsics.h>
#include <linux/types.h>

struct irq_work {
	unsigned long flags;
	void (*func)(struct irq_work *work);
};

#define IRQ_WORK_INIT(_func) ((struct irq_work){ .func = (_func) })
#define IRQ_WORK_INIT_HARD(_func) IRQ_WORK_INIT(_func)
#define DEFINE_IRQ_WORK(name, _func) struct irq_work name = { .func = (_func) }

static inline void init_irq_work(struct irq_work *work, void (*func)(struct irq_work *work))
{
	work->flags = 0;
	work->func = func;
}

/* Free again as soon as it runs: one that is queued then may run beside itself. */
static inline bool irq_work_queue(struct irq_work *work)
{
	return __dpamt_defer(work, __DPAMT_IRQ_WORK, NULL, NULL);
}

#define irq_work_queue_on(work, cpu) ((void)(cpu), irq_work_queue(work))

static inline bool irq_work_is_pending(struct irq_work *work)
{
	return __dpamt_is_deferred(work, __DPAMT_IRQ_WORK);
}

static inline void irq_work_sync(struct irq_work *work)
{
	__dpamt_might_sleep();
	__dpamt_flush(work, __DPAMT_IRQ_WORK, NULL);
}

#endif
