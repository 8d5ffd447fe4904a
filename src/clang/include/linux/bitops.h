/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <asm/cmpxchg.h>
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

static inline bool test_and_change_bit(long nr, volatile unsigned long *addr)
{
	return (__atomic_fetch_xor(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr)) != 0;
}

static inline void assign_bit(long nr, volatile unsigned long *addr, bool value)
{
	if (value)
		set_bit(nr, addr);
	else
		clear_bit(nr, addr);
}

/* A load and a store: for whoever has locked the whole word. */
static inline void __clear_bit_unlock(long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] = addr[BIT_WORD(nr)] & ~BIT_MASK(nr);
}

/* The bits of `mask` become `bits`; the value is the word before. */
#define set_mask_bits(pointer, mask, bits)                              \
	({                                                              \
		__typeof__(*(pointer)) __seen = READ_ONCE(*(pointer));  \
		while (!try_cmpxchg(pointer, &__seen, (__seen & ~(mask)) | (bits))) \
			;                                               \
		__seen;                                                 \
	})

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

static inline void __change_bit(long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static inline bool __test_and_change_bit(long nr, unsigned long *addr)
{
	bool was = (addr[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;

	addr[BIT_WORD(nr)] ^= BIT_MASK(nr);
	return was;
}

static inline void __assign_bit(long nr, unsigned long *addr, bool value)
{
	if (value)
		__set_bit(nr, addr);
	else
		__clear_bit(nr, addr);
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

#define hweight16(word) hweight64((u16)(word))

static inline int get_count_order(unsigned int count)
{
	return count > 1 ? fls(count - 1) : count ? 0 : -1;
}

static inline u32 rol32(u32 word, unsigned int by)
{
	return word << (by & 31) | word >> (-by & 31);
}

static inline u32 ror32(u32 word, unsigned int by)
{
	return word >> (by & 31) | word << (-by & 31);
}

static inline u64 rol64(u64 word, unsigned int by)
{
	return word << (by & 63) | word >> (-by & 63);
}

static inline u64 ror64(u64 word, unsigned int by)
{
	return word >> (by & 63) | word << (-by & 63);
}

#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
#define BITS_TO_LONGS(bits) (((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_TO_U64(bits) BITS_TO_LONGS(bits)
#define BITS_TO_BYTES(bits) (((bits) + BITS_PER_BYTE - 1) / BITS_PER_BYTE)

#include <linux/find.h>

#endif
