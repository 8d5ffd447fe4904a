/* SPDX-License-Identifier: Apache-2.0 */
/* Asks again and again until a condition holds. A time that is waited at most may be over at once. */
#ifndef _LINUX_IOPOLL_H
#define _LINUX_IOPOLL_H

#include <asm/processor.h>
#include <dpamt/intrinsics.h>
#include <linux/errno.h>
#include <linux/sched.h>

#define __DPAMT_POLL(op, val, cond, timeout_us, args...)                        \
	({                                                                      \
		int __error = 0;                                                \
		(val) = op(args);                                               \
		if (!(cond) && (timeout_us) && __dpamt_choose(2)) {             \
			(val) = op(args);                                       \
			__error = (cond) ? 0 : -ETIMEDOUT;                      \
		} else {                                                        \
			while (!(cond)) {                                       \
				cpu_relax();                                    \
				(val) = op(args);                               \
			}                                                       \
		}                                                               \
		__error;                                                        \
	})

#define read_poll_timeout(op, val, cond, sleep_us, timeout_us, sleep_before_read, args...) \
	({                                                                      \
		might_sleep_if((sleep_us) != 0);                                \
		(void)(sleep_before_read);                                      \
		__DPAMT_POLL(op, val, cond, timeout_us, args);                  \
	})
#define read_poll_timeout_atomic(op, val, cond, delay_us, timeout_us, delay_before_read, args...) \
	({                                                                      \
		(void)(delay_us);                                               \
		(void)(delay_before_read);                                      \
		__DPAMT_POLL(op, val, cond, timeout_us, args);                  \
	})
#define readx_poll_timeout(op, addr, val, cond, sleep_us, timeout_us) \
	read_poll_timeout(op, val, cond, sleep_us, timeout_us, false, addr)
#define readx_poll_timeout_atomic(op, addr, val, cond, delay_us, timeout_us) \
	read_poll_timeout_atomic(op, val, cond, delay_us, timeout_us, false, addr)

#endif
