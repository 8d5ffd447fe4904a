/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>

/* A signal may have come, as often as allocations may fail. */
#define signal_pending(task) ((void)(task), __dpamt_signal())
#define fatal_signal_pending(task) signal_pending(task)
#define signal_pending_state(state, task) ((state) & (TASK_INTERRUPTIBLE | 0x0100) ? signal_pending(task) : 0)

#endif
