/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <dpamt/intrinsics.h>
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/gfp_types.h>
#include <linux/overflow.h>
#include <linux/pgtable.h>
#include <linux/slab.h>

#define VM_IOREMAP 0x1
#define VM_ALLOC 0x2
#define VM_MAP 0x4
#define VM_SPARSE 0x8

struct vm_struct {
	void *addr;
	unsigned long size;
	unsigned long flags;
};

static inline void *__vmalloc(unsigned long size, gfp_t gfp)
{
	return __dpamt_valloc(size, gfp, (gfp & __GFP_ZERO) != 0);
}

static inline void *vmalloc(unsigned long size)
{
	return __vmalloc(size, GFP_KERNEL);
}

static inline void *vzalloc(unsigned long size)
{
	return __vmalloc(size, GFP_KERNEL | __GFP_ZERO);
}

#define vmalloc_array(count, size) vmalloc(size_mul(count, size))
#define vcalloc(count, size) vzalloc(size_mul(count, size))
#define vmalloc_node(size, node) vmalloc(size)
#define vzalloc_node(size, node) vzalloc(size)

static inline void vfree(const void *address)
{
	__dpamt_might_sleep();
	if (address)
		__dpamt_free(address);
}

/* A range of addresses. Nothing is behind them until memory is mapped there, which is zero then. */
static inline struct vm_struct *get_vm_area(unsigned long size, unsigned long flags)
{
	struct vm_struct *area = kzalloc(sizeof(*area), GFP_KERNEL);

	if (!area)
		return NULL;
	area->size = size;
	area->flags = flags;
	area->addr = __dpamt_reserve(size, area);
	if (area->addr)
		return area;
	kfree(area);
	return NULL;
}

static inline void free_vm_area(struct vm_struct *area)
{
	vfree(area->addr);
}

static inline int vm_area_map_pages(struct vm_struct *area, unsigned long start, unsigned long end,
				    struct page **pages)
{
	return __dpamt_back((void *)start, end - start) ? -ENOMEM : 0;
}

static inline void vm_area_unmap_pages(struct vm_struct *area, unsigned long start, unsigned long end)
{
}

#endif
