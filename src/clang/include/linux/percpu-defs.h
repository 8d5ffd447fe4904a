/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every CPU has for itself: variables, told by their section, and memory of alloc_percpu(). The address of the whole
 * is nobody's; that of one CPU's comes from this_cpu_ptr() or per_cpu_ptr(). An operation this_cpu_... is atomic for the
 * CPU that makes it, and two accesses to other CPUs.
 */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <dpamt/intrinsics.h>
#include <linux/preempt.h>
#include <linux/types.h>

#define DEFINE_PER_CPU(type, name) __typeof__(type) name __section(".data..percpu")
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name __section(".data..percpu")
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_CACHE_HOT(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)
#define EXPORT_PER_CPU_SYMBOL(name) _Static_assert(1, "")
#define EXPORT_PER_CPU_SYMBOL_GPL(name) _Static_assert(1, "")

#define this_cpu_ptr(pointer) ((__typeof__(pointer))__dpamt_this_cpu(pointer))
#define raw_cpu_ptr(pointer) this_cpu_ptr(pointer)
#define per_cpu_ptr(pointer, cpu) ((__typeof__(pointer))__dpamt_per_cpu(pointer, cpu))
#define per_cpu(variable, cpu) (*per_cpu_ptr(&(variable), cpu))

#define __dpamt_mine(variable) (*this_cpu_ptr(&(variable)))
#define this_cpu_read(variable) READ_ONCE(__dpamt_mine(variable))
#define this_cpu_write(variable, value) WRITE_ONCE(__dpamt_mine(variable), value)

/* Gives the variable a value that is made of `__old`, which is what it holds; the value of all is `result`. */
#define __dpamt_this_cpu_change(variable, made, result)                         \
	({                                                                      \
		__typeof__(variable) *__at = this_cpu_ptr(&(variable));         \
		__typeof__(variable) __old = READ_ONCE(*__at);                  \
		__typeof__(variable) __new = (__typeof__(variable))(made);      \
		WRITE_ONCE(*__at, __new);                                       \
		(void)__old;                                                    \
		result;                                                         \
	})
#define this_cpu_add(variable, n) ((void)__dpamt_this_cpu_change(variable, __old + (n), 0))
#define this_cpu_sub(variable, n) this_cpu_add(variable, -(__typeof__(variable))(n))
#define this_cpu_inc(variable) this_cpu_add(variable, 1)
#define this_cpu_dec(variable) this_cpu_sub(variable, 1)
#define this_cpu_and(variable, mask) ((void)__dpamt_this_cpu_change(variable, __old & (mask), 0))
#define this_cpu_or(variable, mask) ((void)__dpamt_this_cpu_change(variable, __old | (mask), 0))
#define this_cpu_add_return(variable, n) __dpamt_this_cpu_change(variable, __old + (n), __new)
#define this_cpu_sub_return(variable, n) this_cpu_add_return(variable, -(__typeof__(variable))(n))
#define this_cpu_inc_return(variable) this_cpu_add_return(variable, 1)
#define this_cpu_dec_return(variable) this_cpu_add_return(variable, -1)
#define this_cpu_xchg(variable, value) __dpamt_this_cpu_change(variable, value, __old)

#define this_cpu_try_cmpxchg(variable, expected, value)                         \
	({                                                                      \
		__typeof__(variable) *__at = this_cpu_ptr(&(variable));         \
		__typeof__(variable) __found = READ_ONCE(*__at);                \
		bool __done = __found == *(expected);                           \
		if (__done)                                                     \
			WRITE_ONCE(*__at, value);                               \
		*(expected) = __found;                                          \
		__done;                                                         \
	})
#define this_cpu_cmpxchg(variable, expected, value)                             \
	({                                                                      \
		__typeof__(variable) __was = (expected);                        \
		this_cpu_try_cmpxchg(variable, &__was, value);                  \
		__was;                                                          \
	})

/* For who cannot be moved to another CPU anyway. */
#define __this_cpu_read(variable) this_cpu_read(variable)
#define __this_cpu_write(variable, value) this_cpu_write(variable, value)
#define __this_cpu_add(variable, n) this_cpu_add(variable, n)
#define __this_cpu_sub(variable, n) this_cpu_sub(variable, n)
#define __this_cpu_inc(variable) this_cpu_inc(variable)
#define __this_cpu_dec(variable) this_cpu_dec(variable)
#define __this_cpu_and(variable, mask) this_cpu_and(variable, mask)
#define __this_cpu_or(variable, mask) this_cpu_or(variable, mask)
#define __this_cpu_add_return(variable, n) this_cpu_add_return(variable, n)
#define __this_cpu_inc_return(variable) this_cpu_inc_return(variable)
#define __this_cpu_dec_return(variable) this_cpu_dec_return(variable)
#define __this_cpu_xchg(variable, value) this_cpu_xchg(variable, value)
#define __this_cpu_cmpxchg(variable, expected, value) this_cpu_cmpxchg(variable, expected, value)
#define raw_cpu_read(variable) this_cpu_read(variable)
#define raw_cpu_write(variable, value) this_cpu_write(variable, value)
#define raw_cpu_add(variable, n) this_cpu_add(variable, n)
#define raw_cpu_inc(variable) this_cpu_inc(variable)
#define raw_cpu_dec(variable) this_cpu_dec(variable)

#define get_cpu_var(variable)                   \
	(*({                                    \
		preempt_disable();              \
		this_cpu_ptr(&(variable));      \
	}))
#define put_cpu_var(variable) preempt_enable()
#define get_cpu_ptr(pointer)            \
	({                              \
		preempt_disable();      \
		this_cpu_ptr(pointer);  \
	})
#define put_cpu_ptr(pointer) ((void)(pointer), preempt_enable())

#define alloc_percpu(type) ((__typeof__(type) *)__dpamt_alloc_percpu(sizeof(type)))
#define alloc_percpu_gfp(type, gfp) ((void)(gfp), alloc_percpu(type))
#define __alloc_percpu(size, align) __dpamt_alloc_percpu(size)
#define __alloc_percpu_gfp(size, align, gfp) ((void)(gfp), __dpamt_alloc_percpu(size))

static inline void free_percpu(void *pointer)
{
	if (pointer)
		__dpamt_free(pointer);
}

#endif
