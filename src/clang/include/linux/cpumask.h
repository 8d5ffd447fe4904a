/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs and sets of them. All are there and online, numbered from 0. A file that asks for numbers tells CPUs apart. */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

#include <dpamt/intrinsics.h>
#include <linux/bitops.h>
#include <linux/types.h>

#define NR_CPUS 8

struct cpumask {
	unsigned long bits[1];
};
typedef struct cpumask cpumask_t;
typedef struct cpumask cpumask_var_t[1];

#define cpumask_bits(mask) ((mask)->bits)
#define nr_cpu_ids ((unsigned int)__dpamt_cpus())
#define num_possible_cpus() nr_cpu_ids
#define num_present_cpus() nr_cpu_ids
#define num_online_cpus() nr_cpu_ids
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++)
#define for_each_present_cpu(cpu) for_each_possible_cpu(cpu)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define cpu_possible(cpu) ((unsigned int)(cpu) < nr_cpu_ids)
#define cpu_present(cpu) cpu_possible(cpu)
#define cpu_online(cpu) cpu_possible(cpu)

#define cpumask_set_cpu(cpu, mask) set_bit(cpu, cpumask_bits(mask))
#define __cpumask_set_cpu(cpu, mask) __set_bit(cpu, cpumask_bits(mask))
#define cpumask_clear_cpu(cpu, mask) clear_bit(cpu, cpumask_bits(mask))
#define __cpumask_clear_cpu(cpu, mask) __clear_bit(cpu, cpumask_bits(mask))
#define cpumask_test_cpu(cpu, mask) test_bit(cpu, cpumask_bits(mask))
#define cpumask_test_and_set_cpu(cpu, mask) test_and_set_bit(cpu, cpumask_bits(mask))
#define cpumask_test_and_clear_cpu(cpu, mask) test_and_clear_bit(cpu, cpumask_bits(mask))
#define cpumask_first(mask) ((unsigned int)find_first_bit(cpumask_bits(mask), nr_cpu_ids))
#define cpumask_next(cpu, mask) ((unsigned int)find_next_bit(cpumask_bits(mask), nr_cpu_ids, (cpu) + 1))
#define cpumask_empty(mask) (READ_ONCE(cpumask_bits(mask)[0]) == 0)
#define cpumask_full(mask) (cpumask_weight(mask) == nr_cpu_ids)
#define cpumask_weight(mask) hweight_long(READ_ONCE(cpumask_bits(mask)[0]))
#define cpumask_clear(mask) ((void)(cpumask_bits(mask)[0] = 0))
#define cpumask_setall(mask) ((void)(cpumask_bits(mask)[0] = (1UL << nr_cpu_ids) - 1))
#define cpumask_copy(to, from) ((void)(cpumask_bits(to)[0] = cpumask_bits(from)[0]))
#define for_each_cpu(cpu, mask)                                                         \
	for ((cpu) = cpumask_first(mask); (unsigned int)(cpu) < nr_cpu_ids;             \
	     (cpu) = cpumask_next(cpu, mask))

static inline bool zalloc_cpumask_var(cpumask_var_t *mask, gfp_t gfp)
{
	cpumask_clear(*mask);
	return true;
}
#define alloc_cpumask_var(mask, gfp) zalloc_cpumask_var(mask, gfp)
#define free_cpumask_var(mask) ((void)(mask))

#endif
