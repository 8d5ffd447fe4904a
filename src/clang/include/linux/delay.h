/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/sched.h>

/* Time does not pass; others may move. */
#define udelay(us) __dpamt_relax()
#define ndelay(ns) __dpamt_relax()
#define mdelay(ms) __dpamt_relax()
#define msleep(ms) schedule()
#define usleep_range(low, high) schedule()
#define usleep_range_idle(low, high) schedule()
#define fsleep(us) schedule()
#define ssleep(seconds) schedule()

static inline unsigned long msleep_interruptible(unsigned int ms)
{
	schedule();
	return 0;
}

#endif
