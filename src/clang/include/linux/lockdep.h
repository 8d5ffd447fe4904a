/* SPDX-License-Identifier: Apache-2.0 */
/* A lock that should be held and is not is a complaint. */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <dpamt/intrinsics.h>
#include <linux/bug.h>

struct lock_class_key {
	int unused;
};

#define lockdep_is_held(lock) __dpamt_lock_is_held(lock)
#define lockdep_assert_held(lock) ((void)WARN_ON(!__dpamt_lock_is_held(lock)))
#define lockdep_assert_held_once(lock) lockdep_assert_held(lock)
#define lockdep_assert_held_write(lock) lockdep_assert_held(lock)
#define lockdep_assert_held_read(lock) lockdep_assert_held(lock)
#define lockdep_assert_not_held(lock) ((void)WARN_ON(__dpamt_lock_is_held(lock)))
#define lockdep_assert(condition) ((void)WARN_ON(!(condition)))
#define lockdep_assert_once(condition) ((void)WARN_ON(!(condition)))

/* What these ask is not kept. */
#define lockdep_assert_irqs_disabled() ((void)0)
#define lockdep_assert_irqs_enabled() ((void)0)
#define lockdep_assert_preemption_disabled() ((void)0)
#define lockdep_assert_preemption_enabled() ((void)0)
#define lockdep_assert_in_softirq() ((void)0)
#define lockdep_assert_cpus_held() ((void)0)
#define lockdep_set_class(lock, key) ((void)(lock))
#define lockdep_register_key(key) ((void)(key))
#define might_lock(lock) ((void)(lock))

#endif
