/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_MEMORY_H
#define _LINUX_MEMORY_H

#include <linux/notifier.h>

#define MEM_GOING_ONLINE 1

struct memory_notify {
	unsigned long start_pfn;
	unsigned long nr_pages;
};

/* No memory comes or goes. */
#define register_memory_notifier(block) ((void)(block), 0)
#define unregister_memory_notifier(block) ((void)(block))
#define get_online_mems() ((void)0)
#define put_online_mems() ((void)0)

#endif
