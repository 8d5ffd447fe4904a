/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <dpamt/intrinsics.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/gfp_types.h>
#include <linux/overflow.h>

static inline void *kmalloc(size_t size, gfp_t gfp)
{
	return __dpamt_alloc(size, gfp, (gfp & __GFP_ZERO) != 0);
}

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return __dpamt_alloc(size, gfp, 1);
}

static inline void *kmalloc_array(size_t count, size_t size, gfp_t gfp)
{
	return kmalloc(size_mul(count, size), gfp);
}

static inline void *kcalloc(size_t count, size_t size, gfp_t gfp)
{
	return kzalloc(size_mul(count, size), gfp);
}

static inline void kfree(const void *address)
{
	if (address)
		__dpamt_free(address);
}

static inline void kvfree(const void *address)
{
	kfree(address);
}

#define kmalloc_node(size, gfp, node) kmalloc(size, gfp)
#define kzalloc_node(size, gfp, node) kzalloc(size, gfp)
#define kvmalloc(size, gfp) kmalloc(size, gfp)
#define kvzalloc(size, gfp) kzalloc(size, gfp)
#define kvmalloc_array(count, size, gfp) kmalloc_array(count, size, gfp)
#define kvcalloc(count, size, gfp) kcalloc(count, size, gfp)
#define kfree_sensitive(address) kfree(address)

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))

#endif
