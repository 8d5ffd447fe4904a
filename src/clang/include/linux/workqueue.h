/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work items. One may run at any moment after it was queued, in a thread of its own, which may sleep. No time is modelled:
 * a delay may be over at once, and makes a difference to who waits for a queue. No item runs twice at once.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <dpamt/intrinsics.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/types.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	unsigned long data;
	work_func_t func;
};

struct delayed_work {
	struct work_struct work;
};

struct workqueue_struct {
	unsigned int flags;
};

#define __WQ_ORDERED 0x01
#define WQ_UNBOUND 0x02
#define WQ_FREEZABLE 0x04
#define WQ_MEM_RECLAIM 0x08
#define WQ_HIGHPRI 0x10
#define WQ_CPU_INTENSIVE 0x20
#define WQ_PERCPU 0x100
#define WORK_CPU_UNBOUND 64
#define WORK_BUSY_PENDING 1
#define WORK_BUSY_RUNNING 2

static struct workqueue_struct __attribute__((unused)) __dpamt_system_wq;
#define system_wq (&__dpamt_system_wq)
#define system_percpu_wq (&__dpamt_system_wq)
#define system_dfl_wq (&__dpamt_system_wq)
#define system_unbound_wq (&__dpamt_system_wq)
#define system_highpri_wq (&__dpamt_system_wq)
#define system_long_wq (&__dpamt_system_wq)

#define __WORK_INITIALIZER(n, f) { .func = (f) }
#define DECLARE_WORK(n, f) struct work_struct n = __WORK_INITIALIZER(n, f)
#define __DELAYED_WORK_INITIALIZER(n, f, tflags) { .work = __WORK_INITIALIZER((n).work, f) }
#define DECLARE_DELAYED_WORK(n, f) struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)
#define DECLARE_DEFERRABLE_WORK(n, f) DECLARE_DELAYED_WORK(n, f)
/* Of one that is queued the kernel warns, if it looks for that (debugobjects). */
#define INIT_WORK(_work, _func)                         \
	do {                                            \
		struct work_struct *__work = (_work);   \
		WARN_ON(__dpamt_is_deferred(__work, __DPAMT_WORK) & 1); \
		__work->data = 0;                       \
		__work->func = (_func);                 \
	} while (0)
#define INIT_WORK_ONSTACK(_work, _func) INIT_WORK(_work, _func)
#define INIT_DELAYED_WORK(_work, _func) INIT_WORK(&(_work)->work, _func)
#define INIT_DELAYED_WORK_ONSTACK(_work, _func) INIT_DELAYED_WORK(_work, _func)
#define INIT_DEFERRABLE_WORK(_work, _func) INIT_DELAYED_WORK(_work, _func)
#define destroy_work_on_stack(_work) ((void)(_work))
#define destroy_delayed_work_on_stack(_work) ((void)(_work))

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static inline struct workqueue_struct *__dpamt_alloc_workqueue(unsigned int flags)
{
	struct workqueue_struct *wq = kzalloc(sizeof(*wq), GFP_KERNEL);

	if (wq)
		wq->flags = flags;
	return wq;
}
#define alloc_workqueue(fmt, flags, max_active, ...) __dpamt_alloc_workqueue(flags)
#define create_workqueue(name) __dpamt_alloc_workqueue(0)
/* Its items run one after the other, in the order in which they were queued. */
#define alloc_ordered_workqueue(fmt, flags, ...) __dpamt_alloc_workqueue((flags) | __WQ_ORDERED)
#define create_singlethread_workqueue(name) __dpamt_alloc_workqueue(__WQ_ORDERED)
#define create_freezable_workqueue(name) __dpamt_alloc_workqueue(WQ_FREEZABLE)

static inline bool __dpamt_queue_work(struct workqueue_struct *wq, struct work_struct *work, int how)
{
	/* Only a queue that somebody has made may be gone, or have an order. */
	if (wq != system_wq && READ_ONCE(wq->flags) & __WQ_ORDERED)
		how |= __DPAMT_IN_ORDER;
	return __dpamt_defer(work, __DPAMT_WORK | how, wq, NULL);
}

static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return __dpamt_queue_work(wq, work, 0);
}

#define queue_work_on(cpu, wq, work) ((void)(cpu), queue_work(wq, work))
#define schedule_work(work) queue_work(system_wq, work)
#define schedule_work_on(cpu, work) queue_work_on(cpu, system_wq, work)

static inline bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	return __dpamt_queue_work(wq, &dwork->work, delay ? __DPAMT_DELAYED : 0);
}

#define queue_delayed_work_on(cpu, wq, dwork, delay) ((void)(cpu), queue_delayed_work(wq, dwork, delay))
#define schedule_delayed_work(dwork, delay) queue_delayed_work(system_wq, dwork, delay)
#define schedule_delayed_work_on(cpu, dwork, delay) queue_delayed_work_on(cpu, system_wq, dwork, delay)

/* true where it waited already. */
static inline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	return !__dpamt_queue_work(wq, &dwork->work, __DPAMT_MODIFIES | (delay ? __DPAMT_DELAYED : 0));
}

static inline bool cancel_work(struct work_struct *work)
{
	return __dpamt_cancel(work, __DPAMT_WORK, __DPAMT_NOW);
}

static inline bool cancel_work_sync(struct work_struct *work)
{
	__dpamt_might_sleep();
	return __dpamt_cancel(work, __DPAMT_WORK, __DPAMT_SYNC);
}

static inline bool flush_work(struct work_struct *work)
{
	__dpamt_might_sleep();
	return __dpamt_flush(work, __DPAMT_WORK, NULL);
}

#define cancel_delayed_work(dwork) cancel_work(&(dwork)->work)
#define cancel_delayed_work_sync(dwork) cancel_work_sync(&(dwork)->work)

/* It does not wait for its time any more. */
static inline bool flush_delayed_work(struct delayed_work *dwork)
{
	__dpamt_might_sleep();
	return __dpamt_flush(&dwork->work, __DPAMT_WORK | __DPAMT_DELAYED, NULL);
}

/* What waits for its time is in no queue yet, and nobody waits for it. */
static inline void flush_workqueue(struct workqueue_struct *wq)
{
	__dpamt_might_sleep();
	__dpamt_flush(NULL, __DPAMT_WORK, wq);
}

/* Items that queue others, or themselves, are waited for too. */
static inline void drain_workqueue(struct workqueue_struct *wq)
{
	__dpamt_might_sleep();
	while (__dpamt_flush(NULL, __DPAMT_WORK, wq))
		;
}

#define flush_scheduled_work() flush_workqueue(system_wq)

static inline void destroy_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
	kfree(wq);
}

static inline bool work_pending(const struct work_struct *work)
{
	return __dpamt_is_deferred(work, __DPAMT_WORK) & 1;
}

/* WORK_BUSY_PENDING and WORK_BUSY_RUNNING. */
static inline unsigned int work_busy(struct work_struct *work)
{
	return __dpamt_is_deferred(work, __DPAMT_WORK);
}

#define delayed_work_pending(dwork) work_pending(&(dwork)->work)

#endif
