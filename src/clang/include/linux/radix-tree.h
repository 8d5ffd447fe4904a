/* SPDX-License-Identifier: Apache-2.0 */
/* The older names of an xarray. The caller keeps writers away from each other; who only looks needs no lock. There are no tags. */
#ifndef _LINUX_RADIX_TREE_H
#define _LINUX_RADIX_TREE_H

#include <linux/gfp.h>
#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#define radix_tree_root xarray
#define RADIX_TREE_INIT(name, gfp) XARRAY_INIT(name, gfp)
#define RADIX_TREE(name, gfp) struct radix_tree_root name = RADIX_TREE_INIT(name, gfp)
#define INIT_RADIX_TREE(root, gfp) xa_init_flags(root, gfp)

/* The flags of the array say how nodes are allocated; no function here takes its lock. */
__DPAMT_XA_FUNCTIONS(__dpamt_radix_, , (void)0, (void)0, (void)0, (void)0, (void)0)

/* The CPU has set memory aside for what it inserts next. */
static DEFINE_PER_CPU(bool, __dpamt_radix_preloaded) __attribute__((__unused__));

/* Where this succeeds, preemption is off, and one radix_tree_insert() finds memory. */
static inline int __must_check radix_tree_preload(gfp_t gfp)
{
	void *memory = kmalloc(1, gfp);

	if (!memory)
		return -ENOMEM;
	kfree(memory);
	preempt_disable();
	__this_cpu_write(__dpamt_radix_preloaded, true);
	return 0;
}

static inline void radix_tree_preload_end(void)
{
	__this_cpu_write(__dpamt_radix_preloaded, false);
	preempt_enable();
}

static inline int __must_check radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item)
{
	gfp_t gfp = root->xa_flags;
	int error;

	if (!gfpflags_allow_blocking(gfp) && __this_cpu_read(__dpamt_radix_preloaded))
		gfp |= __GFP_NOFAIL;
	error = __dpamt_radix_insert(root, index, item, gfp);
	return error == -EBUSY ? -EEXIST : error;
}

static inline void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index)
{
	return xa_load((struct xarray *)root, index);
}

static inline void *radix_tree_delete(struct radix_tree_root *root, unsigned long index)
{
	return __dpamt_radix_erase(root, index);
}

/* Deletes the entry only if it is `item`. */
static inline void *radix_tree_delete_item(struct radix_tree_root *root, unsigned long index, void *item)
{
	void *found = xa_load(root, index);

	if (!found || (item && found != item))
		return NULL;
	return __dpamt_radix_erase(root, index);
}

static inline bool radix_tree_empty(const struct radix_tree_root *root)
{
	return xa_empty(root);
}

/* Up to `max` entries from index `first` on. The value is how many there are. */
static inline unsigned int radix_tree_gang_lookup(const struct radix_tree_root *root, void **results,
						  unsigned long first, unsigned int max)
{
	unsigned int count = 0;
	unsigned long index;
	void *entry;

	if (!max)
		return 0;
	xa_for_each_start((struct xarray *)root, index, entry, first) {
		results[count++] = entry;
		if (count == max)
			break;
	}
	return count;
}

#endif
