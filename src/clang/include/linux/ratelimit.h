/* SPDX-License-Identifier: Apache-2.0 */
/* Whether something may be done once more already: as the environment chooses. */
#ifndef _LINUX_RATELIMIT_H
#define _LINUX_RATELIMIT_H

#include <dpamt/intrinsics.h>
#include <linux/bug.h>
#include <linux/jiffies.h>
#include <linux/printk.h>

struct ratelimit_state {
	int interval;
	int burst;
};

#define DEFAULT_RATELIMIT_INTERVAL (5 * HZ)
#define DEFAULT_RATELIMIT_BURST 10
#define DEFINE_RATELIMIT_STATE(name, interval_, burst_) \
	struct ratelimit_state name = { .interval = (interval_), .burst = (burst_) }
#define ratelimit_state_init(state, interval_, burst_) \
	((void)((state)->interval = (interval_), (state)->burst = (burst_)))
#define __ratelimit(state) ((void)(state), __dpamt_choose(2))

#endif
