/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _ASM_SPECIAL_INSNS_H
#define _ASM_SPECIAL_INSNS_H

#include <dpamt/intrinsics.h>
#include <linux/types.h>

/* 64 bytes with one store. A page takes 64 of them, so there is no function around it. */
#define movdir64b(to, from) __dpamt_movdir64b(to, from)

/* What is in a cache makes no difference here. */
static inline void clflush(volatile void *address)
{
}

static inline void clflush_cache_range(void *address, unsigned int size)
{
}

#define clflushopt(address) clflush(address)
#define clwb(address) clflush(address)
#define wbinvd() ((void)0)
#define wbnoinvd() ((void)0)

#endif
