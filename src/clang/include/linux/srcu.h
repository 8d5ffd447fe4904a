/* SPDX-License-Identifier: Apache-2.0 */
/* RCU whose readers may sleep. Each domain has readers and grace periods of its own. */
#ifndef _LINUX_SRCU_H
#define _LINUX_SRCU_H

#include <asm/processor.h>
#include <dpamt/intrinsics.h>
#include <linux/bug.h>
#include <linux/cleanup.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct srcu_struct {
	unsigned int sections;
};

#define DEFINE_SRCU(name) struct srcu_struct name = { 0 }
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name = { 0 }

static inline int init_srcu_struct(struct srcu_struct *ssp)
{
	ssp->sections = 0;
	return 0;
}

static inline void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	WARN_ON(READ_ONCE(ssp->sections));
}

static inline int srcu_read_lock(struct srcu_struct *ssp)
{
	return __dpamt_srcu_read_lock(&ssp->sections);
}

static inline void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	__dpamt_srcu_read_unlock(&ssp->sections, idx);
}

static inline void synchronize_srcu(struct srcu_struct *ssp)
{
	int period;

	__dpamt_might_sleep();
	while ((period = __dpamt_srcu_begin(&ssp->sections)) == __DPAMT_RCU_BUSY)
		cpu_relax();
	if (period < 0)
		return;
	while (!__dpamt_srcu_passed(&ssp->sections, period))
		cpu_relax();
	__dpamt_srcu_end(&ssp->sections, period);
}

/* The function runs once all readers of the domain have left that there are now. */
static inline void call_srcu(struct srcu_struct *ssp, struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	__dpamt_defer(head, __DPAMT_SRCU_CALLBACK, &ssp->sections, (const void *)func);
}

/* Waits until all functions have run that call_srcu() was given for the domain. */
static inline void srcu_barrier(struct srcu_struct *ssp)
{
	__dpamt_might_sleep();
	__dpamt_flush(NULL, __DPAMT_SRCU_CALLBACK, &ssp->sections);
}

#define synchronize_srcu_expedited(ssp) synchronize_srcu(ssp)
#define srcu_dereference(pointer, ssp) READ_ONCE(pointer)
#define srcu_dereference_check(pointer, ssp, condition) READ_ONCE(pointer)

DEFINE_LOCK_GUARD_1(srcu, struct srcu_struct, _T->idx = srcu_read_lock(_T->lock), srcu_read_unlock(_T->lock, _T->idx),
		    int idx)

#endif
