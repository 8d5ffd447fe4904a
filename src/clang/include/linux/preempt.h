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
#define in_hardirq() __dpamt_in_hardirq()
#define in_irq() in_hardirq()

DEFINE_LOCK_GUARD_0(preempt, preempt_disable(), preempt_enable())
DEFINE_LOCK_GUARD_0(migrate, migrate_disable(), migrate_enable())

#endif
