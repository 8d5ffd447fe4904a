/* SPDX-License-Identifier: Apache-2.0 */
/* Finding bits in arrays of words. Each word is read once, as it comes. The value is `size` where there is none. */
#ifndef _LINUX_FIND_H
#define _LINUX_FIND_H

#include <linux/bitops.h>

/* Word number `i` of what is searched, from bit number `from` on. */
#define __DPAMT_FIND(from, size, expression)                                                    \
	({                                                                                      \
		unsigned long __from = (from), __size = (size), __found = __size;               \
		for (unsigned long i = __from / BITS_PER_LONG; i * BITS_PER_LONG < __size; i++) { \
			unsigned long __word = (expression);                                    \
			if (i == __from / BITS_PER_LONG)                                        \
				__word &= ~0UL << (__from % BITS_PER_LONG);                     \
			if (!__word)                                                            \
				continue;                                                       \
			__found = i * BITS_PER_LONG + __ffs(__word);                            \
			break;                                                                  \
		}                                                                               \
		__found < __size ? __found : __size;                                            \
	})

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long from)
{
	return __DPAMT_FIND(from, size, READ_ONCE(addr[i]));
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long from)
{
	return __DPAMT_FIND(from, size, ~READ_ONCE(addr[i]));
}

static inline unsigned long find_next_and_bit(const unsigned long *one, const unsigned long *other, unsigned long size,
					      unsigned long from)
{
	return __DPAMT_FIND(from, size, READ_ONCE(one[i]) & READ_ONCE(other[i]));
}

static inline unsigned long find_next_andnot_bit(const unsigned long *one, const unsigned long *other,
						 unsigned long size, unsigned long from)
{
	return __DPAMT_FIND(from, size, READ_ONCE(one[i]) & ~READ_ONCE(other[i]));
}

static inline unsigned long find_next_or_bit(const unsigned long *one, const unsigned long *other, unsigned long size,
					     unsigned long from)
{
	return __DPAMT_FIND(from, size, READ_ONCE(one[i]) | READ_ONCE(other[i]));
}

static inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	for (unsigned long i = BITS_TO_LONGS(size); i-- > 0;) {
		unsigned long word = READ_ONCE(addr[i]);

		if (size - i * BITS_PER_LONG < BITS_PER_LONG)
			word &= (1UL << (size % BITS_PER_LONG)) - 1;
		if (word)
			return i * BITS_PER_LONG + __fls(word);
	}
	return size;
}

static inline unsigned long find_nth_bit(const unsigned long *addr, unsigned long size, unsigned long n)
{
	unsigned long bit = find_next_bit(addr, size, 0);

	for (; n > 0 && bit < size; n--)
		bit = find_next_bit(addr, size, bit + 1);
	return bit;
}

#define find_first_bit(addr, size) find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit(addr, size, 0)
#define find_first_and_bit(one, other, size) find_next_and_bit(one, other, size, 0)
#define find_first_andnot_bit(one, other, size) find_next_andnot_bit(one, other, size, 0)

#define for_each_set_bit(bit, addr, size) \
	for ((bit) = find_first_bit(addr, size); (bit) < (size); (bit) = find_next_bit(addr, size, (bit) + 1))
#define for_each_set_bit_from(bit, addr, size) \
	for ((bit) = find_next_bit(addr, size, bit); (bit) < (size); (bit) = find_next_bit(addr, size, (bit) + 1))
#define for_each_and_bit(bit, one, other, size) \
	for ((bit) = find_first_and_bit(one, other, size); (bit) < (size); (bit) = find_next_and_bit(one, other, size, (bit) + 1))
#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = find_first_zero_bit(addr, size); (bit) < (size); (bit) = find_next_zero_bit(addr, size, (bit) + 1))
#define for_each_clear_bit_from(bit, addr, size) \
	for ((bit) = find_next_zero_bit(addr, size, bit); (bit) < (size); (bit) = find_next_zero_bit(addr, size, (bit) + 1))

#endif
