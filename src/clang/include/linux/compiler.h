/* SPDX-License-Identifier: Apache-2.0 */
/* Words that the kernel adds to C, and accesses that the compiler must not touch. */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#define __attribute_const__ __attribute__((__const__))
#define __must_check __attribute__((__warn_unused_result__))
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __used __attribute__((__used__))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __packed __attribute__((__packed__))
#define __section(name) __attribute__((__section__(name)))
#define __weak __attribute__((__weak__))
#define __pure __attribute__((__pure__))
#define __cold __attribute__((__cold__))
#define __cleanup(function) __attribute__((__cleanup__(function)))
#define __printf(format, first) __attribute__((__format__(printf, format, first)))
#define __noreturn __attribute__((__noreturn__))
#define fallthrough __attribute__((__fallthrough__))

#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#define noinline __attribute__((__noinline__))
#define noinline_for_stack noinline
#define noinstr
#define notrace
#define __flatten
#define __init_or_module
#define asmlinkage
#define __visible

/* Marks for other checkers, and places that make no difference here. */
#define __percpu
#define __iomem
#define __user
#define __kernel
#define __force
#define __rcu
#define __acquires(x)
#define __releases(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#define __must_hold(x)
#define __guarded_by(x)
#define __nocast
#define __private
#define __safe
#define __bitwise
#define __counted_by(member)
#define __ro_after_init
#define __read_mostly
#define __nosavedata
#define __malloc
#define __alloc_size(...)
#define __no_kcsan
#define __no_sanitize_address
#define __refdata
#define __ref
#define __diag_push()
#define __diag_pop()

#define likely(x) (!!(x))
#define unlikely(x) (!!(x))
#define barrier() __asm__ volatile("" ::: "memory")
#define barrier_data(pointer) ((void)(pointer))
#define unreachable() __builtin_unreachable()
#define OPTIMIZER_HIDE_VAR(variable) ((void)(variable))
#define data_race(expression) (expression)
#define prevent_tail_call_optimization() ((void)0)
#define __is_constexpr(x) __builtin_constant_p(x)
#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define __must_be_array(a) 0

#ifndef typeof
#define typeof __typeof__
#endif
#define __unqual_scalar_typeof(x) __typeof__(((void)0, (x)))

/* One access, of just this width, there and then. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)                                  \
	do {                                                  \
		*(volatile __typeof__(x) *)&(x) = (value);    \
	} while (0)

#define __READ_ONCE(x) READ_ONCE(x)
#define __WRITE_ONCE(x, value) WRITE_ONCE(x, value)
#define READ_ONCE_NOCHECK(x) READ_ONCE(x)

#define ___DPAMT_PASTE(a, b) a##b
#define __PASTE(a, b) ___DPAMT_PASTE(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__unique_##prefix, _), __COUNTER__)
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)

/* What the kernel asserts at build time concerns its own types, not the stand-ins here. */
#define BUILD_BUG_ON(condition) ((void)sizeof(!!(condition)))
#define BUILD_BUG_ON_MSG(condition, message) BUILD_BUG_ON(condition)
#define BUILD_BUG_ON_ZERO(condition) 0
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON(n)
#define BUILD_BUG() ((void)0)
#define compiletime_assert(condition, message) ((void)0)
#define static_assert(...) _Static_assert(1, "")

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - __builtin_offsetof(type, member)))
#define container_of_const(pointer, type, member) container_of(pointer, type, member)

/* Options of the kernel's configuration count as off unless the driver defines them as 1. */
#define __DPAMT_ARG_1 0,
#define __DPAMT_SECOND(ignored, value, ...) value
#define __DPAMT_DEFINED_3(junk) __DPAMT_SECOND(junk 1, 0)
#define __DPAMT_DEFINED_2(value) __DPAMT_DEFINED_3(__DPAMT_ARG_##value)
#define __DPAMT_DEFINED(option) __DPAMT_DEFINED_2(option)
#define IS_ENABLED(option) __DPAMT_DEFINED(option)
#define IS_BUILTIN(option) __DPAMT_DEFINED(option)
#define IS_REACHABLE(option) __DPAMT_DEFINED(option)
#define IS_MODULE(option) 0

#endif
