/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of bits. Nothing here is atomic; who shares one takes a lock, or set_bit() and its like. */
#ifndef _LINUX_BITMAP_H
#define _LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Bits of the last word that are part of a map of `bits`. */
#define BITMAP_LAST_WORD_MASK(bits) (~0UL >> (-(bits) & (BITS_PER_LONG - 1)))
#define BITMAP_FIRST_WORD_MASK(start) (~0UL << ((start) & (BITS_PER_LONG - 1)))

static inline unsigned long __dpamt_bitmap_mask(unsigned int i, unsigned int bits)
{
	return i == BITS_TO_LONGS(bits) - 1 ? BITMAP_LAST_WORD_MASK(bits) : ~0UL;
}

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		map[i] = 0;
}

static inline void bitmap_fill(unsigned long *map, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		map[i] = __dpamt_bitmap_mask(i, bits);
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = from[i];
}

/* Sets or clears `count` bits from `start` on. */
static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int count)
{
	for (; count; count--)
		__set_bit(start++, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int count)
{
	for (; count; count--)
		__clear_bit(start++, map);
}

/* The value tells whether a bit of the result is set. */
#define __DPAMT_BITMAP_COMBINE(name, operator)                                                          \
	static inline bool bitmap_##name(unsigned long *to, const unsigned long *one,                   \
					 const unsigned long *other, unsigned int bits)                 \
	{                                                                                               \
		unsigned long any = 0;                                                                  \
														\
		for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++) {                                \
			to[i] = one[i] operator other[i];                                               \
			any |= to[i] & __dpamt_bitmap_mask(i, bits);                                    \
		}                                                                                       \
		return any != 0;                                                                        \
	}

__DPAMT_BITMAP_COMBINE(and, &)
__DPAMT_BITMAP_COMBINE(or, |)
__DPAMT_BITMAP_COMBINE(xor, ^)
__DPAMT_BITMAP_COMBINE(andnot, & ~)

static inline bool bitmap_equal(const unsigned long *one, const unsigned long *other, unsigned int bits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		if ((one[i] ^ other[i]) & __dpamt_bitmap_mask(i, bits))
			return false;
	return true;
}

static inline bool bitmap_intersects(const unsigned long *one, const unsigned long *other, unsigned int bits)
{
	return find_first_and_bit(one, other, bits) < bits;
}

static inline bool bitmap_subset(const unsigned long *part, const unsigned long *whole, unsigned int bits)
{
	return find_first_andnot_bit(part, whole, bits) >= bits;
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return find_first_bit(map, bits) >= bits;
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	return find_first_zero_bit(map, bits) >= bits;
}

static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int weight = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)
		weight += hweight_long(map[i] & __dpamt_bitmap_mask(i, bits));
	return weight;
}

/* Where `count` bits in a row are 0, beginning at a multiple of one more than `mask`; beyond the end where they are nowhere. */
static inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size, unsigned long start,
						       unsigned int count, unsigned long mask)
{
	for (;;) {
		unsigned long first = (find_next_zero_bit(map, size, start) + mask) & ~mask;

		if (first + count > size)
			return first + count;
		start = find_next_bit(map, first + count, first);
		if (start >= first + count)
			return first;
		start++;
	}
}

/* Takes 2^order bits, aligned to as many; gives them back. */
static inline int bitmap_find_free_region(unsigned long *map, unsigned int bits, int order)
{
	unsigned long first = bitmap_find_next_zero_area(map, bits, 0, 1U << order, (1UL << order) - 1);

	if (first >= bits)
		return -ENOMEM;
	bitmap_set(map, first, 1U << order);
	return first;
}

static inline void bitmap_release_region(unsigned long *map, unsigned int first, int order)
{
	bitmap_clear(map, first, 1U << order);
}

static inline unsigned long *bitmap_alloc(unsigned int bits, gfp_t gfp)
{
	return kmalloc_array(BITS_TO_LONGS(bits), sizeof(long), gfp);
}

static inline unsigned long *bitmap_zalloc(unsigned int bits, gfp_t gfp)
{
	return kcalloc(BITS_TO_LONGS(bits), sizeof(long), gfp);
}

static inline void bitmap_free(const unsigned long *map)
{
	kfree(map);
}

DEFINE_FREE(bitmap, unsigned long *, if (_T) bitmap_free(_T))

#endif
