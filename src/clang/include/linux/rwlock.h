/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H

#include <linux/spinlock.h>

#define __DPAMT_RWLOCK_FUNCTIONS(mode)                                  \
	static inline void mode##_lock(rwlock_t *lock)                  \
	{                                                               \
		__dpamt_##mode##_lock(lock, __DPAMT_LOCK_PLAIN);        \
	}                                                               \
	static inline void mode##_lock_bh(rwlock_t *lock)               \
	{                                                               \
		__dpamt_##mode##_lock(lock, __DPAMT_LOCK_BH);           \
	}                                                               \
	static inline void mode##_lock_irq(rwlock_t *lock)              \
	{                                                               \
		__dpamt_##mode##_lock(lock, __DPAMT_LOCK_IRQ);          \
	}                                                               \
	static inline void mode##_unlock(rwlock_t *lock)                \
	{                                                               \
		__dpamt_##mode##_unlock(lock, __DPAMT_LOCK_PLAIN);      \
	}                                                               \
	static inline void mode##_unlock_bh(rwlock_t *lock)             \
	{                                                               \
		__dpamt_##mode##_unlock(lock, __DPAMT_LOCK_BH);         \
	}                                                               \
	static inline void mode##_unlock_irq(rwlock_t *lock)            \
	{                                                               \
		__dpamt_##mode##_unlock(lock, __DPAMT_LOCK_IRQ);        \
	}

__DPAMT_RWLOCK_FUNCTIONS(read)
__DPAMT_RWLOCK_FUNCTIONS(write)

#define read_lock_irqsave(lock, flags) __dpamt_irqsave(flags, read_lock_irq(lock))
#define read_unlock_irqrestore(lock, flags) __dpamt_irqrestore(flags, read_unlock_irq(lock))
#define write_lock_irqsave(lock, flags) __dpamt_irqsave(flags, write_lock_irq(lock))
#define write_unlock_irqrestore(lock, flags) __dpamt_irqrestore(flags, write_unlock_irq(lock))
#define rwlock_init(lock) ((void)(*(lock) = __RW_LOCK_UNLOCKED(lock)))
#define rwlock_needbreak(lock) 0

DEFINE_LOCK_GUARD_1(read_lock, rwlock_t, read_lock(_T->lock), read_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock_irq, rwlock_t, read_lock_irq(_T->lock), read_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock_irqsave, rwlock_t, read_lock_irq(_T->lock), read_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock, rwlock_t, write_lock(_T->lock), write_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_irq, rwlock_t, write_lock_irq(_T->lock), write_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_irqsave, rwlock_t, write_lock_irq(_T->lock), write_unlock_irq(_T->lock))

#endif
