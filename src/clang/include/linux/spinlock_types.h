/* SPDX-License-Identifier: Apache-2.0 */
/* Locks that spin. Each is one 32-bit word, 0 when nobody has it. */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

#include <linux/types.h>

typedef struct raw_spinlock {
	unsigned int word;
} raw_spinlock_t;

typedef struct spinlock {
	unsigned int word;
} spinlock_t;

typedef struct rwlock {
	unsigned int word;
} rwlock_t;

typedef raw_spinlock_t arch_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name) (spinlock_t){ 0 }
#define __RAW_SPIN_LOCK_UNLOCKED(name) (raw_spinlock_t){ 0 }
#define __RW_LOCK_UNLOCKED(name) (rwlock_t){ 0 }
#define __ARCH_SPIN_LOCK_UNLOCKED { 0 }

#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
#define DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name = __RAW_SPIN_LOCK_UNLOCKED(name)
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)

#endif
