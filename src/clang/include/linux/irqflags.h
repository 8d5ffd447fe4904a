/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <dpamt/intrinsics.h>
#include <linux/cleanup.h>

#define local_irq_disable() ((void)__dpamt_irq_save())
#define local_irq_enable() __dpamt_irq_restore(__DPAMT_IRQS_ON)
#define local_irq_save(flags) ((void)((flags) = __dpamt_irq_save()))
#define local_irq_restore(flags) __dpamt_irq_restore(flags)
#define irqs_disabled() __dpamt_irqs_disabled()
#define irqs_disabled_flags(flags) (!((flags) & __DPAMT_IRQS_ON))
#define local_save_flags(flags) ((void)((flags) = irqs_disabled() ? 0 : __DPAMT_IRQS_ON))

DEFINE_LOCK_GUARD_0(irq, local_irq_disable(), local_irq_enable())
DEFINE_LOCK_GUARD_0(irqsave, local_irq_save(_T->flags), local_irq_restore(_T->flags), unsigned long flags)

#endif
