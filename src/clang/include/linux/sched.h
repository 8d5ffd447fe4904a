/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <asm/processor.h>
#include <dpamt/intrinsics.h>
#include <linux/gfp_types.h>

#define might_sleep() __dpamt_might_sleep()
#define might_resched() __dpamt_might_sleep()
#define might_fault() __dpamt_might_sleep()
#define might_sleep_if(condition)              \
	do {                                   \
		if (condition)                 \
			__dpamt_might_sleep(); \
	} while (0)
#define might_alloc(gfp) might_sleep_if((gfp) & __GFP_DIRECT_RECLAIM)
#define need_resched() 0

static inline int cond_resched(void)
{
	__dpamt_might_sleep();
	return 0;
}

/* Lets others go on. */
static inline void schedule(void)
{
	__dpamt_might_sleep();
	__dpamt_relax();
}
#define yield() schedule()

struct task_struct;
#define current ((struct task_struct *)0)

#endif
