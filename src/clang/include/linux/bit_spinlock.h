/* SPDX-License-Identifier: Apache-2.0 */
/* Spinlocks of one bit. The rest of the word is other data. */
#ifndef _LINUX_BIT_SPINLOCK_H
#define _LINUX_BIT_SPINLOCK_H

#include <dpamt/intrinsics.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/preempt.h>

static inline void bit_spin_lock(int bitnum, unsigned long *addr)
{
	__dpamt_lock_bits(&addr[BIT_WORD(bitnum)], BIT_MASK(bitnum));
	__dpamt_bit_locks(1, &addr[BIT_WORD(bitnum)]);
}

static inline int bit_spin_trylock(int bitnum, unsigned long *addr)
{
	if (test_and_set_bit_lock(bitnum, addr))
		return 0;
	__dpamt_bit_tried(&addr[BIT_WORD(bitnum)]);
	__dpamt_bit_locks(1, &addr[BIT_WORD(bitnum)]);
	return 1;
}

static inline void bit_spin_unlock(int bitnum, unsigned long *addr)
{
	BUG_ON(!test_bit(bitnum, addr));
	clear_bit_unlock(bitnum, addr);
	__dpamt_bit_locks(-1, &addr[BIT_WORD(bitnum)]);
}

/* For words that nobody changes while the bit is locked, but its holder. */
static inline void __bit_spin_unlock(int bitnum, unsigned long *addr)
{
	BUG_ON(!test_bit(bitnum, addr));
	__clear_bit_unlock(bitnum, addr);
	__dpamt_bit_locks(-1, &addr[BIT_WORD(bitnum)]);
}

static inline int bit_spin_is_locked(int bitnum, unsigned long *addr)
{
	return test_bit(bitnum, addr);
}

#endif
