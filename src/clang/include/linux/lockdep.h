/* SPDX-License-Identifier: Apache-2.0 */
/* A lock that should be held and is not is a complaint. */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <dpamt/intrinsics.h>
#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>

struct lock_class_key {
	int unused;
};

#define lockdep_is_held(lock) (__dpamt_lock_is_held(lock) != 0)
#define lock_is_held(lock) (__dpamt_lock_is_held(lock) != 0)
#define lockdep_assert_held(lock) ((void)WARN_ON(!__dpamt_lock_is_held(lock)))
#define lockdep_assert_held_once(lock) lockdep_assert_held(lock)
#define lockdep_assert_held_write(lock) ((void)WARN_ON(__dpamt_lock_is_held(lock) != 1))
#define lockdep_assert_held_read(lock) ((void)WARN_ON(__dpamt_lock_is_held(lock) != 2))
#define lockdep_assert_not_held(lock) ((void)WARN_ON(__dpamt_lock_is_held(lock)))
#define lockdep_assert(condition) ((void)WARN_ON(!(condition)))
#define lockdep_assert_once(condition) ((void)WARN_ON(!(condition)))

#define lockdep_assert_irqs_disabled() ((void)WARN_ON(!irqs_disabled()))
#define lockdep_assert_irqs_enabled() ((void)WARN_ON(irqs_disabled()))

#define lockdep_assert_in_irq() ((void)WARN_ON(!in_hardirq()))
#define lockdep_assert_no_hardirq() ((void)WARN_ON(in_hardirq() || irqs_disabled()))
#define lockdep_assert_in_softirq() ((void)WARN_ON(!in_softirq() || in_hardirq()))
#define lockdep_assert_preemption_disabled() ((void)WARN_ON(preemptible()))
#define lockdep_assert_preemption_enabled() ((void)WARN_ON(!preemptible()))

/* What these ask is not kept. */
#define lockdep_assert_none_held_once() ((void)0)
#define lockdep_assert_RT_in_threaded_ctx() ((void)0)
#define lockdep_set_subclass(lock, subclass) ((void)(lock))
#define lockdep_set_class_and_name(lock, key, name) ((void)(lock))
#define lockdep_set_novalidate_class(lock) ((void)(lock))
#define lockdep_unregister_key(key) ((void)(key))
#define lockdep_init_map(map, name, key, subclass) ((void)(map))
#define lockdep_off() ((void)0)
#define lockdep_on() ((void)0)
#define might_lock_read(lock) ((void)(lock))
#define might_lock_nested(lock, subclass) ((void)(lock))
#define lockdep_assert_cpus_held() ((void)0)
#define lockdep_set_class(lock, key) ((void)(lock))
#define lockdep_register_key(key) ((void)(key))
#define might_lock(lock) ((void)(lock))

#endif
