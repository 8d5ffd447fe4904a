/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: errors and warnings are complaints of the kernel, the others are nothing to the checker. */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H

#include <dpamt/intrinsics.h>
#include <linux/compiler.h>

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define KERN_SOH ""
#define KERN_EMERG ""
#define KERN_ALERT ""
#define KERN_CRIT ""
#define KERN_ERR ""
#define KERN_WARNING ""
#define KERN_NOTICE ""
#define KERN_INFO ""
#define KERN_DEBUG ""
#define KERN_CONT ""

/* Evaluates its arguments, no more. */
static inline __printf(1, 2) void no_printk(const char *fmt, ...)
{
}

#define pr_emerg(fmt, ...) __dpamt_complain(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...) __dpamt_complain(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...) __dpamt_complain(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...) __dpamt_complain(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...) __dpamt_complain(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_emerg_once(fmt, ...) pr_emerg(fmt, ##__VA_ARGS__)
#define pr_alert_once(fmt, ...) pr_alert(fmt, ##__VA_ARGS__)
#define pr_crit_once(fmt, ...) pr_crit(fmt, ##__VA_ARGS__)
#define pr_emerg_ratelimited(fmt, ...) pr_emerg(fmt, ##__VA_ARGS__)
#define pr_alert_ratelimited(fmt, ...) pr_alert(fmt, ##__VA_ARGS__)
#define pr_crit_ratelimited(fmt, ...) pr_crit(fmt, ##__VA_ARGS__)
#define pr_warning(fmt, ...) pr_warn(fmt, ##__VA_ARGS__)
#define pr_err_once(fmt, ...) pr_err(fmt, ##__VA_ARGS__)
#define pr_warn_once(fmt, ...) pr_warn(fmt, ##__VA_ARGS__)
#define pr_err_ratelimited(fmt, ...) pr_err(fmt, ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...) pr_warn(fmt, ##__VA_ARGS__)

#define printk(fmt, ...) no_printk(fmt, ##__VA_ARGS__)
#define pr_notice(fmt, ...) no_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...) no_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug(fmt, ...) no_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_devel(fmt, ...) no_printk(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...) no_printk(fmt, ##__VA_ARGS__)
#define pr_notice_once(fmt, ...) pr_notice(fmt, ##__VA_ARGS__)
#define pr_info_once(fmt, ...) pr_info(fmt, ##__VA_ARGS__)
#define pr_debug_once(fmt, ...) pr_debug(fmt, ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...) pr_info(fmt, ##__VA_ARGS__)
#define pr_notice_ratelimited(fmt, ...) pr_notice(fmt, ##__VA_ARGS__)
#define pr_debug_ratelimited(fmt, ...) pr_debug(fmt, ##__VA_ARGS__)
#define pr_devel_once(fmt, ...) pr_devel(fmt, ##__VA_ARGS__)
#define printk_deferred(fmt, ...) printk(fmt, ##__VA_ARGS__)
#define printk_ratelimited(fmt, ...) printk(fmt, ##__VA_ARGS__)
#define print_hex_dump(level, prefix, type, row, group, address, size, ascii) ((void)(address))
#define print_hex_dump_debug(prefix, type, row, group, address, size, ascii) ((void)(address))
#define print_hex_dump_bytes(prefix, type, address, size) ((void)(address))

/* Notes for whoever traces the kernel: nobody does. */
#define trace_printk(fmt, ...) no_printk(fmt, ##__VA_ARGS__)
#define trace_puts(text) no_printk(text)
#define trace_dump_stack(skip) ((void)(skip))
#define printk_once(fmt, ...) printk(fmt, ##__VA_ARGS__)
#define dump_stack() ((void)0)

#endif
