/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/llist.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>

struct address_space;

/* 64 bytes for each page frame. Whoever has the page may use all but the flags and counts. */
struct page {
	unsigned long flags;
	union {
		struct list_head lru;
		struct list_head pcp_list;
		struct llist_node pcp_llist;
	};
	struct address_space *mapping;
	unsigned long index;
	unsigned long private;
	atomic_t _mapcount;
	atomic_t _refcount;
	unsigned long memcg_data;
};

/* Only folios of one page. */
struct folio {
	struct page page;
};

struct mm_struct {
	spinlock_t page_table_lock;
};

struct vm_area_struct;

#endif
