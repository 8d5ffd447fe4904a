/* SPDX-License-Identifier: Apache-2.0 */
/* Calls whose target is switched while the kernel runs: a pointer each, 0 where nothing is called. */
#ifndef _LINUX_STATIC_CALL_H
#define _LINUX_STATIC_CALL_H

#include <dpamt/intrinsics.h>
#include <linux/compiler.h>

#define DECLARE_STATIC_CALL(name, function) extern __typeof__(&(function)) __static_call_##name
#define DEFINE_STATIC_CALL(name, function) __typeof__(&(function)) __static_call_##name = (function)
#define DEFINE_STATIC_CALL_NULL(name, function) __typeof__(&(function)) __static_call_##name = (void *)0

#define static_call_query(name) READ_ONCE(__static_call_##name)
#define static_call(name) (*static_call_query(name))
#define static_call_cond(name) \
	if (!static_call_query(name)) { } else static_call(name)
/* Whoever switches a call sleeps. */
#define static_call_update(name, function)                              \
	do {                                                            \
		__dpamt_might_sleep();                                  \
		__atomic_store_n(&__static_call_##name, function, __ATOMIC_SEQ_CST); \
	} while (0)

#endif
