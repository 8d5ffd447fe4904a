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
#define printk_once(fmt, ...) printk(fmt, ##__VA_ARGS__)
#define dump_stack() ((void)0)

#endif
