/* SPDX-License-Identifier: Apache-2.0 */
/* Trace points have no effect: the arguments are evaluated, and nobody listens. */
#ifndef _LINUX_TRACEPOINT_H
#define _LINUX_TRACEPOINT_H

#include <linux/compiler.h>
#include <linux/types.h>

#define TP_PROTO(args...) args
#define TP_ARGS(args...) args
#define TP_CONDITION(args...) args
#define TP_STRUCT__entry(args...)
#define TP_fast_assign(args...)
#define TP_printk(fmt, args...)
#define TP_perf_assign(args...)
#define PARAMS(args...) args

#define __DPAMT_TRACE(name, proto)                                      \
	static inline __maybe_unused void trace_##name(proto)           \
	{                                                               \
	}                                                               \
	static inline __maybe_unused bool trace_##name##_enabled(void)  \
	{                                                               \
		return false;                                           \
	}

#define DECLARE_TRACE(name, proto, args) __DPAMT_TRACE(name, PARAMS(proto))
#define DECLARE_TRACE_CONDITION(name, proto, args, condition) __DPAMT_TRACE(name, PARAMS(proto))
#define TRACE_EVENT(name, proto, args, entry, assign, print) __DPAMT_TRACE(name, PARAMS(proto))
#define TRACE_EVENT_CONDITION(name, proto, args, condition, entry, assign, print) __DPAMT_TRACE(name, PARAMS(proto))
#define DECLARE_EVENT_CLASS(name, proto, args, entry, assign, print)
#define DEFINE_EVENT(template, name, proto, args) __DPAMT_TRACE(name, PARAMS(proto))
#define DEFINE_EVENT_PRINT(template, name, proto, args, print) __DPAMT_TRACE(name, PARAMS(proto))
#define TRACE_DEFINE_ENUM(name)
#define TRACE_DEFINE_SIZEOF(name)
#define DEFINE_TRACE(name, proto, args) _Static_assert(1, "")
#define EXPORT_TRACEPOINT_SYMBOL(name) _Static_assert(1, "")
#define EXPORT_TRACEPOINT_SYMBOL_GPL(name) _Static_assert(1, "")

#endif
