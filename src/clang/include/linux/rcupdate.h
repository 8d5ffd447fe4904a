/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RCU. A reader is whoever is between rcu_read_lock() and rcu_read_unlock(). A grace period ends when all readers that there
 * were at its beginning have left.
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <asm/barrier.h>
#include <asm/processor.h>
#include <dpamt/intrinsics.h>
#include <linux/bottom_half.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/types.h>

static inline void rcu_read_lock(void)
{
	__dpamt_rcu_read_lock();
}

static inline void rcu_read_unlock(void)
{
	__dpamt_rcu_read_unlock();
}

static inline void rcu_read_lock_bh(void)
{
	local_bh_disable();
	__dpamt_rcu_read_lock();
}

static inline void rcu_read_unlock_bh(void)
{
	__dpamt_rcu_read_unlock();
	local_bh_enable();
}

static inline int rcu_read_lock_held(void)
{
	return __dpamt_rcu_read_lock_held();
}

#define rcu_dereference(pointer) READ_ONCE(pointer)
#define rcu_dereference_raw(pointer) READ_ONCE(pointer)
#define rcu_dereference_check(pointer, condition) READ_ONCE(pointer)
/* Who holds the lock of the writers is alone: nobody changes the pointer meanwhile. */
#define rcu_dereference_protected(pointer, condition) (pointer)
#define rcu_access_pointer(pointer) READ_ONCE(pointer)
#define rcu_assign_pointer(pointer, value) smp_store_release(&(pointer), (value))
#define RCU_INIT_POINTER(pointer, value) WRITE_ONCE(pointer, value)
#define RCU_INITIALIZER(value) (value)
#define rcu_replace_pointer(pointer, value, condition)                                         \
	({                                                                                     \
		__typeof__(pointer) __old = rcu_dereference_protected((pointer), (condition)); \
		rcu_assign_pointer((pointer), (value));                                        \
		__old;                                                                         \
	})

static inline void synchronize_rcu(void)
{
	int period;

	__dpamt_might_sleep();
	while ((period = __dpamt_rcu_begin()) == __DPAMT_RCU_BUSY)
		cpu_relax();
	if (period < 0)
		return;
	while (!__dpamt_rcu_passed(period))
		cpu_relax();
	__dpamt_rcu_end(period);
}

/* The function runs in softirq context, once all readers have left that there are now. */
static inline void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	__dpamt_defer(head, __DPAMT_CALLBACK, NULL, (const void *)func);
}

#define call_rcu_hurry(head, func) call_rcu(head, func)

/* Waits until all functions have run that call_rcu() was given. */
static inline void rcu_barrier(void)
{
	__dpamt_might_sleep();
	__dpamt_flush(NULL, __DPAMT_CALLBACK, NULL);
}

#define synchronize_rcu_expedited() synchronize_rcu()
#define synchronize_net() synchronize_rcu()

/* Where a structure keeps its rcu_head makes no difference here. */
#define kfree_rcu(pointer, member) __dpamt_free_rcu(pointer)
#define kvfree_rcu(pointer, member) __dpamt_free_rcu(pointer)

static inline void kfree_rcu_mightsleep(const void *address)
{
	__dpamt_might_sleep();
	__dpamt_free_rcu(address);
}

#define kvfree_rcu_mightsleep(address) kfree_rcu_mightsleep(address)

DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())

#endif
