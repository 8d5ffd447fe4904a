/* SPDX-License-Identifier: Apache-2.0 */
/* Reserves: where nothing can be allocated, an element that was put aside. Who may sleep waits for one. */
#ifndef _LINUX_MEMPOOL_H
#define _LINUX_MEMPOOL_H

#include <linux/gfp.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

typedef void *(mempool_alloc_t)(gfp_t gfp, void *pool_data);
typedef void(mempool_free_t)(void *element, void *pool_data);

typedef struct mempool {
	void **elements;
	void *pool_data;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	spinlock_t lock;
	int min_nr;
	int curr_nr;
} mempool_t;

static inline void *mempool_kmalloc(gfp_t gfp, void *pool_data)
{
	return kmalloc((size_t)pool_data, gfp);
}

static inline void mempool_kfree(void *element, void *pool_data)
{
	kfree(element);
}

static inline void *mempool_alloc_pages(gfp_t gfp, void *pool_data)
{
	return alloc_pages(gfp, (unsigned long)pool_data);
}

static inline void mempool_free_pages(void *element, void *pool_data)
{
	__free_pages(element, (unsigned long)pool_data);
}

static inline void mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	while (pool->curr_nr > 0)
		pool->free(pool->elements[--pool->curr_nr], pool->pool_data);
	kfree(pool->elements);
	kfree(pool);
}

static inline mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc, mempool_free_t *free, void *pool_data)
{
	mempool_t *pool = kzalloc(sizeof(*pool), GFP_KERNEL);

	if (!pool)
		return NULL;
	pool->min_nr = min_nr;
	pool->pool_data = pool_data;
	pool->alloc = alloc;
	pool->free = free;
	pool->elements = kcalloc(min_nr, sizeof(void *), GFP_KERNEL);
	while (pool->elements && pool->curr_nr < min_nr) {
		void *element = alloc(GFP_KERNEL, pool_data);

		if (!element)
			break;
		pool->elements[pool->curr_nr++] = element;
	}
	if (pool->elements && pool->curr_nr == min_nr)
		return pool;
	mempool_destroy(pool);
	return NULL;
}
#define mempool_create_kmalloc_pool(min_nr, size) \
	mempool_create(min_nr, mempool_kmalloc, mempool_kfree, (void *)(size_t)(size))
#define mempool_create_page_pool(min_nr, order) \
	mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages, (void *)(unsigned long)(order))

/* An element that was put aside, or NULL. */
static inline void *__dpamt_mempool_take(mempool_t *pool)
{
	void *element = NULL;

	spin_lock_irq(&pool->lock);
	if (pool->curr_nr > 0)
		element = pool->elements[--pool->curr_nr];
	spin_unlock_irq(&pool->lock);
	return element;
}

static inline void *mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	void *element;

	might_alloc(gfp);
	element = pool->alloc((gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NOWARN, pool->pool_data);
	if (!element)
		element = __dpamt_mempool_take(pool);
	while (!element && (gfp & __GFP_DIRECT_RECLAIM)) {
		__dpamt_relax();
		element = __dpamt_mempool_take(pool);
	}
	return element;
}

static inline void mempool_free(void *element, mempool_t *pool)
{
	if (!element)
		return;
	spin_lock_irq(&pool->lock);
	if (pool->curr_nr < pool->min_nr) {
		pool->elements[pool->curr_nr++] = element;
		element = NULL;
	}
	spin_unlock_irq(&pool->lock);
	if (element)
		pool->free(element, pool->pool_data);
}

#endif
