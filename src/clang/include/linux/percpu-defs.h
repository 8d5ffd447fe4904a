/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables that every CPU has for itself: they are told by their section, and a CPU that names one means its own. The one
 * of another CPU cannot be named.
 */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <linux/preempt.h>
#include <linux/types.h>

#define DEFINE_PER_CPU(type, name) __typeof__(type) name __section(".data..percpu")
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)

#define this_cpu_ptr(pointer) (pointer)
#define raw_cpu_ptr(pointer) (pointer)
#define this_cpu_read(variable) READ_ONCE(variable)
#define this_cpu_write(variable, value) WRITE_ONCE(variable, value)
#define this_cpu_add(variable, n) ((void)((variable) += (n)))
#define this_cpu_inc(variable) this_cpu_add(variable, 1)
#define this_cpu_dec(variable) this_cpu_add(variable, -1)
#define this_cpu_xchg(variable, value)                          \
	({                                                      \
		__typeof__(variable) __was = (variable);        \
		(variable) = (value);                           \
		__was;                                          \
	})
#define __this_cpu_read(variable) (variable)
#define __this_cpu_write(variable, value) ((void)((variable) = (value)))

#define get_cpu_var(variable)           \
	(*({                            \
		preempt_disable();      \
		&(variable);            \
	}))
#define put_cpu_var(variable) preempt_enable()
#define get_cpu_ptr(pointer)            \
	({                              \
		preempt_disable();      \
		(pointer);              \
	})
#define put_cpu_ptr(pointer) preempt_enable()

#endif
