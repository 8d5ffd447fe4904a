/* SPDX-License-Identifier: Apache-2.0 */
/* Each argument is evaluated once. */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

#include <linux/types.h>

#define min(a, b)                                       \
	({                                              \
		__auto_type __min_a = (a);              \
		__auto_type __min_b = (b);              \
		__min_a < __min_b ? __min_a : __min_b;  \
	})
#define max(a, b)                                       \
	({                                              \
		__auto_type __max_a = (a);              \
		__auto_type __max_b = (b);              \
		__max_a > __max_b ? __max_a : __max_b;  \
	})
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define umin(a, b) min((u64)(a), (u64)(b))
#define umax(a, b) max((u64)(a), (u64)(b))
#define min3(a, b, c)                                   \
	({                                              \
		__auto_type __min3 = min(a, b);         \
		min(__min3, c);                         \
	})
#define max3(a, b, c)                                   \
	({                                              \
		__auto_type __max3 = max(a, b);         \
		max(__max3, c);                         \
	})
#define min_not_zero(a, b)                                                                   \
	({                                                                                   \
		__auto_type __nz_a = (a);                                                    \
		__auto_type __nz_b = (b);                                                    \
		__nz_a == 0 ? __nz_b : (__nz_b == 0 || __nz_a < __nz_b) ? __nz_a : __nz_b;   \
	})
#define clamp(value, low, high)                                                 \
	({                                                                      \
		__auto_type __clamp_v = (value);                                \
		__auto_type __clamp_l = (low);                                  \
		__auto_type __clamp_h = (high);                                 \
		__clamp_v < __clamp_l ? __clamp_l : __clamp_v > __clamp_h ? __clamp_h : __clamp_v; \
	})
#define clamp_val(value, low, high) clamp_t(__typeof__(value), value, low, high)
#define clamp_t(type, value, low, high) clamp((type)(value), (type)(low), (type)(high))
#define in_range(value, start, length) ((u64)(value) - (u64)(start) < (u64)(length))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN_T(type, a, b) MIN((type)(a), (type)(b))
#define MAX_T(type, a, b) MAX((type)(a), (type)(b))

#define swap(a, b)                              \
	do {                                    \
		__typeof__(a) __swap = (a);     \
		(a) = (b);                      \
		(b) = __swap;                   \
	} while (0)

#endif
