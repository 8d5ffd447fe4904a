/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <dpamt/intrinsics.h>
#include <linux/cleanup.h>

#define local_irq_disable() __dpamt_atomic_context(1)
#define local_irq_enable() __dpamt_atomic_context(-1)
#define local_irq_save(flags)                \
	do {                                 \
		(flags) = 0;                 \
		__dpamt_atomic_context(1);   \
	} while (0)
#define local_irq_restore(flags)             \
	do {                                 \
		(void)(flags);               \
		__dpamt_atomic_context(-1);  \
	} while (0)

DEFINE_LOCK_GUARD_0(irq, local_irq_disable(), local_irq_enable())
DEFINE_LOCK_GUARD_0(irqsave, local_irq_disable(), local_irq_enable())

#endif
