/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that nobody can foresee: the environment chooses the smallest or the largest one, and of up to 4 any. */
#ifndef _LINUX_RANDOM_H
#define _LINUX_RANDOM_H

#include <dpamt/intrinsics.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/types.h>

static inline u64 __dpamt_random(u64 max)
{
	return __dpamt_choose(2) ? max : 0;
}

#define get_random_u8() ((u8)__dpamt_random(U8_MAX))
#define get_random_u16() ((u16)__dpamt_random(U16_MAX))
#define get_random_u32() ((u32)__dpamt_random(U32_MAX))
#define get_random_u64() ((u64)__dpamt_random(U64_MAX))
#define get_random_long() ((unsigned long)__dpamt_random(U64_MAX))

/* Below `ceiling`, which is not 0. */
static inline u32 get_random_u32_below(u32 ceiling)
{
	if (ceiling > 4)
		return __dpamt_random(ceiling - 1);
	return ceiling > 1 ? __dpamt_choose(ceiling) : 0;
}

#define get_random_u32_inclusive(floor, last) ((floor) + get_random_u32_below((last) - (floor) + 1))
#define get_random_u32_above(floor) get_random_u32_inclusive((floor) + 1, U32_MAX)
#define prandom_u32_max(ceiling) get_random_u32_below(ceiling)

static inline void get_random_bytes(void *to, size_t size)
{
	memset(to, __dpamt_choose(2) ? 0xff : 0, size);
}

#endif
