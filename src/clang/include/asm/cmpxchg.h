/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exchange of words of 1, 2, 4 or 8 bytes, pointers among them: instructions of the CPU, full barriers but for a cmpxchg
 * that finds another value.
 */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/types.h>

#define xchg(pointer, value) __atomic_exchange_n(pointer, (__typeof__(*(pointer)))(value), __ATOMIC_SEQ_CST)
#define try_cmpxchg(pointer, old, new)                                                                  \
	__atomic_compare_exchange_n(pointer, old, (__typeof__(*(pointer)))(new), 0, __ATOMIC_SEQ_CST,   \
				    __ATOMIC_SEQ_CST)
#define cmpxchg(pointer, old, new)                                              \
	({                                                                      \
		__typeof__(*(pointer)) __found = (__typeof__(*(pointer)))(old); \
		try_cmpxchg(pointer, &__found, new);                            \
		__found;                                                        \
	})

#define xchg_relaxed xchg
#define xchg_acquire xchg
#define xchg_release xchg
#define cmpxchg_relaxed cmpxchg
#define cmpxchg_acquire cmpxchg
#define cmpxchg_release cmpxchg
#define cmpxchg_local cmpxchg
#define cmpxchg64 cmpxchg
#define cmpxchg64_relaxed cmpxchg
#define cmpxchg64_acquire cmpxchg
#define cmpxchg64_release cmpxchg
#define cmpxchg64_local cmpxchg
#define sync_cmpxchg cmpxchg
#define try_cmpxchg_local try_cmpxchg
#define try_cmpxchg64_relaxed try_cmpxchg
#define try_cmpxchg64_acquire try_cmpxchg
#define try_cmpxchg64_release try_cmpxchg
#define try_cmpxchg64_local try_cmpxchg
/* Adds; the value is what was there before. */
#define xadd(pointer, n) __atomic_fetch_add(pointer, (__typeof__(*(pointer)))(n), __ATOMIC_SEQ_CST)
#define try_cmpxchg_relaxed try_cmpxchg
#define try_cmpxchg_acquire try_cmpxchg
#define try_cmpxchg_release try_cmpxchg
#define try_cmpxchg64 try_cmpxchg

#endif
