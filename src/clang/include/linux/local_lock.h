/* SPDX-License-Identifier: Apache-2.0 */
/* Locks of what a CPU has for itself: preemption, or interrupts, are off while one is held. */
#ifndef _LINUX_LOCAL_LOCK_H
#define _LINUX_LOCAL_LOCK_H

#include <linux/bottom_half.h>
#include <linux/cleanup.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>

typedef struct {
	unsigned char unused;
} local_lock_t;

#define INIT_LOCAL_LOCK(name) { 0 }
#define local_lock_init(lock) ((void)(lock))
#define local_lock(lock) ((void)(lock), preempt_disable())
#define local_unlock(lock) ((void)(lock), preempt_enable())
#define local_lock_irq(lock) ((void)(lock), local_irq_disable())
#define local_unlock_irq(lock) ((void)(lock), local_irq_enable())
#define local_lock_irqsave(lock, flags) ((void)(lock), local_irq_save(flags))
#define local_unlock_irqrestore(lock, flags) ((void)(lock), local_irq_restore(flags))
#define local_lock_nested_bh(lock) ((void)(lock))
#define local_unlock_nested_bh(lock) ((void)(lock))

DEFINE_GUARD(local_lock, local_lock_t *, local_lock(_T), local_unlock(_T))
DEFINE_GUARD(local_lock_irq, local_lock_t *, local_lock_irq(_T), local_unlock_irq(_T))
DEFINE_LOCK_GUARD_1(local_lock_irqsave, local_lock_t, local_lock_irqsave(_T->lock, _T->flags),
		    local_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)

#endif
