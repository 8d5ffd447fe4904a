/* SPDX-License-Identifier: Apache-2.0 */
/* The only CPU that anybody can name is the one that runs. */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

#include <dpamt/intrinsics.h>
#include <linux/types.h>

struct cpumask {
	unsigned long bits[1];
};
typedef struct cpumask cpumask_t;

#define nr_cpu_ids 8U
#define for_each_online_cpu(cpu) for ((cpu) = __dpamt_cpu(); (cpu) >= 0; (cpu) = -1)
#define for_each_possible_cpu(cpu) for_each_online_cpu(cpu)
#define cpu_online(cpu) 1

#endif
