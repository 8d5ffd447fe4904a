/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

/* One atomic step each. */
static inline void set_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static inline void clear_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static inline void change_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_xor(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	return (__atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr)) != 0;
}

static inline bool test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	return (__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr)) != 0;
}

static inline bool test_bit(long nr, const volatile unsigned long *addr)
{
	return (addr[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;
}
#define test_bit_acquire(nr, addr) test_bit(nr, addr)
/* A bit that is set already is only looked at: no barrier then. */
static inline bool test_and_set_bit_lock(long nr, volatile unsigned long *addr)
{
	return test_bit(nr, addr) || test_and_set_bit(nr, addr);
}
#define clear_bit_unlock(nr, addr) clear_bit(nr, addr)

/* Plain accesses: for whoever has the word to himself. */
static inline void __set_bit(long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void __clear_bit(long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static inline bool __test_and_set_bit(long nr, unsigned long *addr)
{
	bool was = (addr[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;

	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
	return was;
}

static inline bool __test_and_clear_bit(long nr, unsigned long *addr)
{
	bool was = (addr[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;

	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
	return was;
}

/* Positions counted from 0; the word is not 0. */
#define __ffs(word) ((unsigned long)__builtin_ctzl(word))
#define __fls(word) (63UL - __builtin_clzl(word))
#define ffz(word) __ffs(~(word))

/* Positions counted from 1; 0 for a word that is 0. */
static inline int ffs(int word)
{
	return word ? __builtin_ctz(word) + 1 : 0;
}

static inline int fls(unsigned int word)
{
	return word ? 32 - __builtin_clz(word) : 0;
}

static inline int fls64(u64 word)
{
	return word ? 64 - __builtin_clzll(word) : 0;
}

static inline int fls_long(unsigned long word)
{
	return fls64(word);
}

static inline unsigned int hweight64(u64 word)
{
	unsigned int ones = 0;

	for (; word; word &= word - 1)
		ones++;
	return ones;
}
#define hweight_long(word) hweight64(word)
#define hweight32(word) hweight64((u32)(word))
#define hweight8(word) hweight64((u8)(word))

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long from)
{
	while (from < size && !test_bit(from, addr))
		from++;
	return from < size ? from : size;
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long from)
{
	while (from < size && test_bit(from, addr))
		from++;
	return from < size ? from : size;
}
#define find_first_bit(addr, size) find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit(addr, size, 0)

#define for_each_set_bit(bit, addr, size) \
	for ((bit) = find_first_bit(addr, size); (bit) < (size); (bit) = find_next_bit(addr, size, (bit) + 1))
#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = find_first_zero_bit(addr, size); (bit) < (size); (bit) = find_next_zero_bit(addr, size, (bit) + 1))

#define BITS_TO_LONGS(bits) (((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define bitmap_zero(map, bits) __builtin_memset(map, 0, BITS_TO_LONGS(bits) * sizeof(long))

#endif
