/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions. Each evaluates its condition once. */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <dpamt/intrinsics.h>
#include <linux/compiler.h>
#include <linux/printk.h>

#define WARN_ON(condition)              \
	({                              \
		int __warn = !!(condition); \
		if (__warn)             \
			__dpamt_warn(); \
		__warn;                 \
	})
#define WARN(condition, fmt, ...)                       \
	({                                              \
		int __warn = !!(condition);             \
		if (__warn) {                           \
			no_printk(fmt, ##__VA_ARGS__);  \
			__dpamt_warn();                 \
		}                                       \
		__warn;                                 \
	})

/* Every time is the first time: what one run prints once, another one prints too. */
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define WARN_ONCE(condition, fmt, ...) WARN(condition, fmt, ##__VA_ARGS__)
#define WARN_RATELIMIT(condition, fmt, ...) WARN(condition, fmt, ##__VA_ARGS__)
#define WARN_TAINT(condition, taint, fmt, ...) WARN(condition, fmt, ##__VA_ARGS__)
#define WARN_TAINT_ONCE(condition, taint, fmt, ...) WARN(condition, fmt, ##__VA_ARGS__)
#define WARN_ON_SMP(condition) WARN_ON(condition)
#define CHECK_DATA_CORRUPTION(condition, address, fmt, ...) WARN(condition, fmt, ##__VA_ARGS__)

#define BUG() __dpamt_bug()
#define BUG_ON(condition)              \
	do {                           \
		if (condition)         \
			__dpamt_bug(); \
	} while (0)
#define VM_BUG_ON(condition) BUG_ON(condition)
#define VM_BUG_ON_PAGE(condition, page) BUG_ON(condition)
#define VM_WARN_ON(condition) ((void)WARN_ON(condition))
#define VM_WARN_ON_ONCE(condition) WARN_ON_ONCE(condition)
#define VM_WARN_ON_PAGE(condition, page) WARN_ON(condition)
#define VM_WARN_ON_ONCE_PAGE(condition, page) WARN_ON(condition)
#define VM_WARN_ON_FOLIO(condition, folio) WARN_ON(condition)
#define VM_WARN_ON_ONCE_FOLIO(condition, folio) WARN_ON(condition)
#define VM_WARN_ONCE(condition, fmt, ...) WARN(condition, fmt, ##__VA_ARGS__)
#define VM_BUG_ON_FOLIO(condition, folio) BUG_ON(condition)
#define panic(fmt, ...)                        \
	do {                                   \
		no_printk(fmt, ##__VA_ARGS__); \
		__dpamt_bug();                 \
	} while (0)

#endif
