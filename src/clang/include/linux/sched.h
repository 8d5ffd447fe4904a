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

#define MAX_SCHEDULE_TIMEOUT ((long)(~0UL >> 1))

/* Others may wake the task before the time is over: 0 or some of it is left. */
static inline long schedule_timeout(long timeout)
{
	schedule();
	if (timeout == MAX_SCHEDULE_TIMEOUT)
		return timeout;
	return timeout > 1 && __dpamt_choose(2) ? 1 : 0;
}
#define schedule_timeout_interruptible(timeout) schedule_timeout(timeout)
#define schedule_timeout_killable(timeout) schedule_timeout(timeout)
#define schedule_timeout_uninterruptible(timeout) schedule_timeout(timeout)
#define schedule_timeout_idle(timeout) schedule_timeout(timeout)
#define io_schedule() schedule()

#define TASK_RUNNING 0x0000
#define TASK_INTERRUPTIBLE 0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_KILLABLE 0x0102
#define TASK_IDLE 0x0402
/* Whoever sleeps looks again whenever others have moved, so nothing depends on the state but the order of accesses. */
#define __set_current_state(state) ((void)(state))
#define set_current_state(state)       \
	do {                           \
		(void)(state);         \
		__dpamt_fence();       \
	} while (0)

struct task_struct;
#define current ((struct task_struct *)0)

#endif
