/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of a device, see linux/printk.h. */
#ifndef _LINUX_DEV_PRINTK_H
#define _LINUX_DEV_PRINTK_H

#include <linux/bug.h>
#include <linux/printk.h>

struct device;

#define dev_emerg(dev, fmt, ...) ((void)(dev), pr_emerg(fmt, ##__VA_ARGS__))
#define dev_alert(dev, fmt, ...) ((void)(dev), pr_alert(fmt, ##__VA_ARGS__))
#define dev_crit(dev, fmt, ...) ((void)(dev), pr_crit(fmt, ##__VA_ARGS__))
#define dev_err(dev, fmt, ...) ((void)(dev), pr_err(fmt, ##__VA_ARGS__))
#define dev_warn(dev, fmt, ...) ((void)(dev), pr_warn(fmt, ##__VA_ARGS__))
#define dev_notice(dev, fmt, ...) ((void)(dev), pr_notice(fmt, ##__VA_ARGS__))
#define dev_info(dev, fmt, ...) ((void)(dev), pr_info(fmt, ##__VA_ARGS__))
#define dev_dbg(dev, fmt, ...) ((void)(dev), pr_debug(fmt, ##__VA_ARGS__))
#define dev_err_once(dev, fmt, ...) dev_err(dev, fmt, ##__VA_ARGS__)
#define dev_warn_once(dev, fmt, ...) dev_warn(dev, fmt, ##__VA_ARGS__)
#define dev_info_once(dev, fmt, ...) dev_info(dev, fmt, ##__VA_ARGS__)
#define dev_err_ratelimited(dev, fmt, ...) dev_err(dev, fmt, ##__VA_ARGS__)
#define dev_warn_ratelimited(dev, fmt, ...) dev_warn(dev, fmt, ##__VA_ARGS__)
#define dev_info_ratelimited(dev, fmt, ...) dev_info(dev, fmt, ##__VA_ARGS__)
#define dev_WARN(dev, fmt, ...) ((void)(dev), WARN(1, fmt, ##__VA_ARGS__))
#define dev_WARN_ONCE(dev, condition, fmt, ...) ((void)(dev), WARN_ONCE(condition, fmt, ##__VA_ARGS__))

#endif
