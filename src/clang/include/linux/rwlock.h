/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H

#include <linux/spinlock.h>

#define __DPAMT_RWLOCK_FUNCTIONS(mode)					\
	static inline void mode##_lock(rwlock_t *lock)			\
	{								\
		__dpamt_##mode##_lock(lock);				\
	}								\
	static inline void mode##_unlock(rwlock_t *lock)		\
	{								\
		__dpamt_##mode##_unlock(lock);				\
	}								\
	static inline int mode##_trylock(rwlock_t *lock)		\
	{								\
		return __dpamt_##mode##_trylock(lock);			\
	}								\
	static inline void mode##_lock_bh(rwlock_t *lock)		\
	{								\
		local_bh_disable();					\
		__dpamt_##mode##_lock(lock);				\
	}								\
	static inline void mode##_unlock_bh(rwlock_t *lock)		\
	{								\
		__dpamt_##mode##_unlock(lock);				\
		local_bh_enable();					\
	}								\
	static inline void mode##_lock_irq(rwlock_t *lock)		\
	{								\
		local_irq_disable();					\
		__dpamt_##mode##_lock(lock);				\
	}								\
	static inline void mode##_unlock_irq(rwlock_t *lock)		\
	{								\
		__dpamt_##mode##_unlock(lock);				\
		local_irq_enable();					\
	}

__DPAMT_RWLOCK_FUNCTIONS(read)
__DPAMT_RWLOCK_FUNCTIONS(write)

#define read_lock_irqsave(lock, flags) __dpamt_irqsave(flags, read_lock(lock))
#define read_unlock_irqrestore(lock, flags) __dpamt_irqrestore(flags, read_unlock(lock))
#define write_lock_irqsave(lock, flags) __dpamt_irqsave(flags, write_lock(lock))
#define write_unlock_irqrestore(lock, flags) __dpamt_irqrestore(flags, write_unlock(lock))
#define rwlock_init(lock) ((void)(*(lock) = __RW_LOCK_UNLOCKED(lock)))
#define rwlock_needbreak(lock) 0
#define rwlock_is_contended(lock) 0
#define write_lock_nested(lock, subclass) write_lock(lock)
#define write_trylock_irqsave(lock, flags) __dpamt_irqsave_if(flags, write_trylock(lock))

DEFINE_LOCK_GUARD_1(read_lock_bh, rwlock_t, read_lock_bh(_T->lock), read_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_bh, rwlock_t, write_lock_bh(_T->lock), write_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock, rwlock_t, read_lock(_T->lock), read_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock_irq, rwlock_t, read_lock_irq(_T->lock), read_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock_irqsave, rwlock_t, read_lock_irqsave(_T->lock, _T->flags),
		    read_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(write_lock, rwlock_t, write_lock(_T->lock), write_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_irq, rwlock_t, write_lock_irq(_T->lock), write_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_irqsave, rwlock_t, write_lock_irqsave(_T->lock, _T->flags),
		    write_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)

#endif
