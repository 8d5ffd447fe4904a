/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <asm/barrier.h>
#include <asm/processor.h>
#include <dpamt/intrinsics.h>
#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/cleanup.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/spinlock_types.h>

/* Every way to take a lock, for spinlock_t and raw_spinlock_t alike. */
#define __DPAMT_SPINLOCK_FUNCTIONS(prefix, type)			\
	static inline void prefix##_lock(type *lock)			\
	{								\
		__dpamt_spin_lock(lock);				\
	}								\
	static inline void prefix##_unlock(type *lock)			\
	{								\
		__dpamt_spin_unlock(lock);				\
	}								\
	static inline int prefix##_trylock(type *lock)			\
	{								\
		return __dpamt_spin_trylock(lock);			\
	}								\
	static inline void prefix##_lock_bh(type *lock)			\
	{								\
		local_bh_disable();					\
		__dpamt_spin_lock(lock);				\
	}								\
	static inline void prefix##_unlock_bh(type *lock)		\
	{								\
		__dpamt_spin_unlock(lock);				\
		local_bh_enable();					\
	}								\
	static inline int prefix##_trylock_bh(type *lock)		\
	{								\
		local_bh_disable();					\
		if (__dpamt_spin_trylock(lock))				\
			return 1;					\
		local_bh_enable();					\
		return 0;						\
	}								\
	static inline void prefix##_lock_irq(type *lock)		\
	{								\
		local_irq_disable();					\
		__dpamt_spin_lock(lock);				\
	}								\
	static inline void prefix##_unlock_irq(type *lock)		\
	{								\
		__dpamt_spin_unlock(lock);				\
		local_irq_enable();					\
	}								\
	static inline int prefix##_trylock_irq(type *lock)		\
	{								\
		local_irq_disable();					\
		if (__dpamt_spin_trylock(lock))				\
			return 1;					\
		local_irq_enable();					\
		return 0;						\
	}								\
	static inline int prefix##_is_locked(type *lock)		\
	{								\
		return __dpamt_atomic_read(lock) != 0;			\
	}

__DPAMT_SPINLOCK_FUNCTIONS(spin, spinlock_t)
__DPAMT_SPINLOCK_FUNCTIONS(raw_spin, raw_spinlock_t)

/* Interrupts go off before `call`, and on again as they were behind it, or where it gives 0. */
#define __dpamt_irqsave(flags, call)    \
	do {                            \
		local_irq_save(flags);  \
		call;                   \
	} while (0)
#define __dpamt_irqrestore(flags, call)         \
	do {                                    \
		call;                           \
		local_irq_restore(flags);       \
	} while (0)
#define __dpamt_irqsave_if(flags, call)                 \
	({                                              \
		int __had;                              \
		local_irq_save(flags);                  \
		__had = (call);                         \
		if (!__had)                             \
			local_irq_restore(flags);       \
		__had;                                  \
	})
#define spin_lock_irqsave(lock, flags) __dpamt_irqsave(flags, spin_lock(lock))
#define spin_unlock_irqrestore(lock, flags) __dpamt_irqrestore(flags, spin_unlock(lock))
#define spin_trylock_irqsave(lock, flags) __dpamt_irqsave_if(flags, spin_trylock(lock))
#define raw_spin_lock_irqsave(lock, flags) __dpamt_irqsave(flags, raw_spin_lock(lock))
#define raw_spin_unlock_irqrestore(lock, flags) __dpamt_irqrestore(flags, raw_spin_unlock(lock))
#define raw_spin_trylock_irqsave(lock, flags) __dpamt_irqsave_if(flags, raw_spin_trylock(lock))

#define spin_lock_init(lock) ((void)(*(lock) = __SPIN_LOCK_UNLOCKED(lock)))
#define raw_spin_lock_init(lock) ((void)(*(lock) = __RAW_SPIN_LOCK_UNLOCKED(lock)))
#define spin_lock_nested(lock, subclass) spin_lock(lock)
#define raw_spin_lock_nested(lock, subclass) raw_spin_lock(lock)
#define spin_lock_nest_lock(lock, nest) spin_lock(lock)
#define spin_lock_bh_nested(lock, subclass) spin_lock_bh(lock)
#define spin_lock_irqsave_nested(lock, flags, subclass) spin_lock_irqsave(lock, flags)
#define raw_spin_lock_irqsave_nested(lock, flags, subclass) raw_spin_lock_irqsave(lock, flags)
#define raw_spin_lock_nest_lock(lock, nest) raw_spin_lock(lock)
#define spin_is_contended(lock) 0
#define raw_spin_is_contended(lock) 0
#define spin_needbreak(lock) 0
#define assert_spin_locked(lock) BUG_ON(!spin_is_locked(lock))
#define assert_raw_spin_locked(lock) BUG_ON(!raw_spin_is_locked(lock))

/* Counts down. Where that makes 0 the lock is held when it does, and stays held: then the value is 1. */
static inline int atomic_dec_and_lock(atomic_t *v, spinlock_t *lock)
{
	if (atomic_add_unless(v, -1, 1))
		return 0;
	spin_lock(lock);
	if (atomic_dec_and_test(v))
		return 1;
	spin_unlock(lock);
	return 0;
}

static inline int atomic_dec_and_raw_lock(atomic_t *v, raw_spinlock_t *lock)
{
	return atomic_dec_and_lock(v, (spinlock_t *)lock);
}

#define atomic_dec_and_lock_irqsave(v, lock, flags) __dpamt_irqsave_if(flags, atomic_dec_and_lock(v, lock))
#define atomic_dec_and_raw_lock_irqsave(v, lock, flags) __dpamt_irqsave_if(flags, atomic_dec_and_raw_lock(v, lock))

DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_bh, spinlock_t, spin_lock_bh(_T->lock), spin_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock), spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, raw_spin_lock(_T->lock), raw_spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irq, raw_spinlock_t, raw_spin_lock_irq(_T->lock), raw_spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irqsave, raw_spinlock_t, raw_spin_lock_irqsave(_T->lock, _T->flags),
		    raw_spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)

DEFINE_LOCK_GUARD_1_COND(spinlock, _try, spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(spinlock_bh, _try, spin_trylock_bh(_T->lock))
DEFINE_LOCK_GUARD_1_COND(spinlock_irq, _try, spin_trylock_irq(_T->lock))
DEFINE_LOCK_GUARD_1_COND(spinlock_irqsave, _try, spin_trylock_irqsave(_T->lock, _T->flags))
DEFINE_LOCK_GUARD_1(raw_spinlock_bh, raw_spinlock_t, raw_spin_lock_bh(_T->lock), raw_spin_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_nested, raw_spinlock_t, raw_spin_lock(_T->lock), raw_spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(raw_spinlock, _try, raw_spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(raw_spinlock_bh, _try, raw_spin_trylock_bh(_T->lock))
DEFINE_LOCK_GUARD_1_COND(raw_spinlock_irq, _try, raw_spin_trylock_irq(_T->lock))
DEFINE_LOCK_GUARD_1_COND(raw_spinlock_irqsave, _try, raw_spin_trylock_irqsave(_T->lock, _T->flags))

#include <linux/rwlock.h>

#endif
