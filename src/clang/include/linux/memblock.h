/* SPDX-License-Identifier: Apache-2.0 */
/* Memory at boot: one range, all of it. */
#ifndef _LINUX_MEMBLOCK_H
#define _LINUX_MEMBLOCK_H

#include <linux/mm.h>

/* `start`, `end` and `node` are addresses of variables; nothing is stored where they are null. */
#define for_each_mem_pfn_range(i, wanted, start, end, node)                                     \
	for ((i) = 0; (i) < 1 && __dpamt_memory_range(start, end, node); (i)++)

static inline bool __dpamt_memory_range(unsigned long *start, unsigned long *end, int *node)
{
	if (start)
		*start = 0;
	if (end)
		*end = __dpamt_max_pfn();
	if (node)
		*node = 0;
	return true;
}

#define MAX_NUMNODES 1
#define memblock_end_of_DRAM() ((phys_addr_t)__dpamt_max_pfn() << PAGE_SHIFT)
#define memblock_start_of_DRAM() ((phys_addr_t)0)
#define memblock_phys_mem_size() ((phys_addr_t)__dpamt_max_pfn() << PAGE_SHIFT)

#endif
