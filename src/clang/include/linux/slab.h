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

/* Memory of no bytes. */
#define ZERO_SIZE_PTR ((void *)16)

static inline void kfree(const void *address)
{
	if (address && address != ZERO_SIZE_PTR)
		__dpamt_free(address);
}

static inline void kvfree(const void *address)
{
	kfree(address);
}

/* Bytes of memory that was allocated. */
static inline size_t ksize(const void *address)
{
	return address && address != ZERO_SIZE_PTR ? __dpamt_allocated_size(address) : 0;
}

/* Memory of another size with the same contents, always in another place. Where there is none, the old memory stays. */
static inline void *__must_check krealloc(const void *old, size_t size, gfp_t gfp)
{
	size_t had = ksize(old);
	void *made;

	if (!size) {
		kfree(old);
		return ZERO_SIZE_PTR;
	}
	made = kmalloc(size, gfp);
	if (!made || !had)
		return made;
	__builtin_memcpy(made, old, had < size ? had : size);
	kfree(old);
	return made;
}

static inline void *__must_check krealloc_array(void *old, size_t count, size_t size, gfp_t gfp)
{
	return krealloc(old, size_mul(count, size), gfp);
}

static inline void *kmemdup(const void *from, size_t size, gfp_t gfp)
{
	void *made = kmalloc(size, gfp);

	if (made)
		__builtin_memcpy(made, from, size);
	return made;
}

#define kvrealloc(old, size, gfp) krealloc(old, size, gfp)
#define kvmemdup(from, size, gfp) kmemdup(from, size, gfp)
#define kmalloc_node(size, gfp, node) kmalloc(size, gfp)
#define kzalloc_node(size, gfp, node) kzalloc(size, gfp)
#define kvmalloc(size, gfp) kmalloc(size, gfp)
#define kvzalloc(size, gfp) kzalloc(size, gfp)
#define kvmalloc_array(count, size, gfp) kmalloc_array(count, size, gfp)
#define kvcalloc(count, size, gfp) kcalloc(count, size, gfp)
#define kfree_sensitive(address) kfree(address)

/* A cache of objects of one size. They come from the same memory as all others. */
struct kmem_cache {
	const char *name;
	unsigned int size;
	void (*constructor)(void *object);
};

typedef unsigned int slab_flags_t;
#define SLAB_HWCACHE_ALIGN ((slab_flags_t)0x1)
#define SLAB_PANIC ((slab_flags_t)0x2)
#define SLAB_ACCOUNT ((slab_flags_t)0x4)
#define SLAB_RECLAIM_ACCOUNT ((slab_flags_t)0x8)

static inline struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
						   slab_flags_t flags, void (*constructor)(void *object))
{
	struct kmem_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);

	if (!cache)
		return NULL;
	cache->name = name;
	cache->size = size;
	cache->constructor = constructor;
	return cache;
}

#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), NULL)

static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object = kmalloc(cache->size, gfp);

	if (object && cache->constructor)
		cache->constructor(object);
	return object;
}

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return kmem_cache_alloc(cache, gfp | __GFP_ZERO);
}

static inline void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	kfree(object);
}

static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	kfree(cache);
}

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))

#endif
