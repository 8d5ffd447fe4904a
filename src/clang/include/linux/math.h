/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#include <linux/types.h>

/* To a multiple of a power of two. */
#define __round_mask(x, y) ((__typeof__(x))((y) - 1))
#define round_up(x, y) ((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y) ((x) & ~__round_mask(x, y))

/* To a multiple of anything. */
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_UP((unsigned long long)(n), d)
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_CLOSEST(n, d) (((n) + (d) / 2) / (d))
#define roundup(x, y)                                   \
	({                                              \
		__typeof__(y) __y = (y);                \
		(((x) + (__y - 1)) / __y) * __y;        \
	})
#define rounddown(x, y)                                 \
	({                                              \
		__typeof__(x) __x = (x);                \
		__x - (__x % (y));                      \
	})

#define abs(x)                                          \
	({                                              \
		__typeof__(x) __a = (x);                \
		__a < 0 ? -__a : __a;                   \
	})

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

/* Divides n in place; the value is the remainder. */
#define do_div(n, base)                                 \
	({                                              \
		u32 __rest = (n) % (u32)(base);         \
		(n) = (n) / (u32)(base);                \
		__rest;                                 \
	})

#endif
