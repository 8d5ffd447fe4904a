/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

#include <dpamt/intrinsics.h>
#include <linux/cpumask.h>
#include <linux/preempt.h>

#define smp_processor_id() __dpamt_cpu()
#define raw_smp_processor_id() __dpamt_cpu()
#define __smp_processor_id() __dpamt_cpu()
#define get_cpu()                       \
	({                              \
		preempt_disable();      \
		__dpamt_cpu();          \
	})
#define put_cpu() preempt_enable()

#endif
