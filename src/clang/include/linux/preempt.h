/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <dpamt/intrinsics.h>
#include <linux/cleanup.h>

#define preempt_disable() __dpamt_preempt_disable()
#define preempt_enable() __dpamt_preempt_enable()
#define preempt_disable_notrace() preempt_disable()
#define preempt_enable_notrace() preempt_enable()
#define preempt_enable_no_resched() preempt_enable()
#define migrate_disable() __dpamt_migrate_disable()
#define migrate_enable() __dpamt_migrate_enable()

#define PREEMPT_MASK 0x000000ffUL
#define SOFTIRQ_MASK 0x0000ff00UL
#define HARDIRQ_MASK 0x000f0000UL
#define NMI_MASK 0x00f00000UL
#define PREEMPT_OFFSET 0x00000001UL
#define SOFTIRQ_OFFSET 0x00000100UL
#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET)
#define HARDIRQ_OFFSET 0x00010000UL

/* What is off more than once counts once. */
#define preempt_count() __dpamt_preempt_count()
#define hardirq_count() (preempt_count() & HARDIRQ_MASK)
#define softirq_count() (preempt_count() & SOFTIRQ_MASK)
#define irq_count() (preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))
#define in_nmi() 0
#define in_hardirq() (hardirq_count() != 0)
#define in_irq() in_hardirq()
#define in_serving_softirq() ((softirq_count() & SOFTIRQ_OFFSET) != 0)
#define in_softirq() (softirq_count() != 0)
#define in_interrupt() (irq_count() != 0)
#define in_task() (!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_atomic() (preempt_count() != 0)
#define preemptible() (!in_atomic() && !__dpamt_irqs_disabled())

DEFINE_LOCK_GUARD_0(preempt, preempt_disable(), preempt_enable())
DEFINE_LOCK_GUARD_0(migrate, migrate_disable(), migrate_enable())

#endif
