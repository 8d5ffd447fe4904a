/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Barriers of x86: a store may be seen late, after loads that follow it, and nothing else is out of order. So only a full
 * barrier does anything.
 */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#include <dpamt/intrinsics.h>
#include <linux/compiler.h>

#define mb() __dpamt_fence()
#define smp_mb() __dpamt_fence()
#define rmb() barrier()
#define wmb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define dma_rmb() barrier()
#define dma_wmb() barrier()
/* An atomic operation that changes its word is a full barrier by itself. A conditional one that fails is only a load. */
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic() smp_mb()
#define smp_mb__after_spinlock() barrier()
#define smp_mb__after_unlock_lock() barrier()

#define smp_load_acquire(pointer)                                       \
	({                                                              \
		__typeof__(*(pointer)) __seen = READ_ONCE(*(pointer));  \
		barrier();                                              \
		__seen;                                                 \
	})
#define smp_store_release(pointer, value)               \
	do {                                            \
		barrier();                              \
		WRITE_ONCE(*(pointer), value);          \
	} while (0)
#define smp_store_mb(variable, value)           \
	do {                                    \
		WRITE_ONCE(variable, value);    \
		smp_mb();                       \
	} while (0)
#define smp_acquire__after_ctrl_dep() barrier()

/* Waits until `condition` holds of the value, which it calls VAL. */
#define smp_cond_load_relaxed(pointer, condition)               \
	({                                                      \
		__typeof__(*(pointer)) VAL;                     \
		while (VAL = READ_ONCE(*(pointer)), !(condition)) \
			__dpamt_relax();                        \
		VAL;                                            \
	})
#define smp_cond_load_acquire(pointer, condition) smp_cond_load_relaxed(pointer, condition)

#endif
