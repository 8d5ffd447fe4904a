/* SPDX-License-Identifier: Apache-2.0 */
/* The page allocator. A page comes as `struct page *` or as the address of its contents. */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <asm/page_types.h>
#include <dpamt/intrinsics.h>
#include <linux/cleanup.h>
#include <linux/gfp_types.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/mm_types.h>

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM) != 0;
}

static inline struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return __dpamt_alloc_page(gfp, order);
}

static inline struct page *alloc_page(gfp_t gfp)
{
	return __dpamt_alloc_page(gfp, 0);
}

static inline struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	return (struct folio *)__dpamt_alloc_page(gfp, order);
}
#define folio_alloc_noprof(gfp, order) folio_alloc(gfp, order)
#define __folio_alloc_node(gfp, order, node) folio_alloc(gfp, order)

static inline struct page *alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
	return __dpamt_alloc_page(gfp, order);
}

/*
 * Gives a reference back: whether it was the last one. The count is of those besides, see linux/page_ref.h. It stays below 0
 * until the page is free, so nobody gets a reference meanwhile.
 */
static inline bool __dpamt_is_last_reference(struct page *page)
{
	return !__dpamt_counts_pages() || __dpamt_page_add(&page->_refcount, -1) == 0;
}

static inline void __free_pages(struct page *page, unsigned int order)
{
	if (!page || !__dpamt_is_last_reference(page))
		return;
	/* The pages of a block keep what their structures hold. */
	if (order && __dpamt_counts_pages())
		__dpamt_page_add(&page->_refcount, 1);
	__dpamt_free_page(page, order);
}

static inline void __free_page(struct page *page)
{
	__free_pages(page, 0);
}

static inline void put_page(struct page *page)
{
	__free_pages(page, 0);
}

static inline unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = __dpamt_alloc_page(gfp, order);

	return page ? (unsigned long)__dpamt_phys_to_virt(__dpamt_page_to_pfn(page) << 12) : 0;
}

static inline unsigned long __get_free_page(gfp_t gfp)
{
	return __get_free_pages(gfp, 0);
}

static inline unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

static inline void free_pages(unsigned long address, unsigned int order)
{
	if (address)
		__free_pages(__dpamt_pfn_to_page(__dpamt_virt_to_phys((void *)address) >> 12), order);
}

static inline void free_page(unsigned long address)
{
	free_pages(address, 0);
}

/* Fills the empty places of `pages`. The value is the number of places filled from the start. */
static inline unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long count, struct page **pages)
{
	for (unsigned long i = 0; i < count; i++) {
		if (!pages[i])
			pages[i] = alloc_page(gfp);
		if (!pages[i])
			return i;
	}
	return count;
}
#define alloc_pages_bulk_array(gfp, count, pages) alloc_pages_bulk(gfp, count, pages)
#define alloc_pages_bulk_mempolicy(gfp, count, pages) alloc_pages_bulk(gfp, count, pages)

/* As many pages as are asked for, which may be freed one by one. */
static inline void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned int order = get_order(size);
	struct page *first = alloc_pages(gfp, order);

	if (!first)
		return NULL;
	__dpamt_split_page(first, order);
	for (unsigned long i = DIV_ROUND_UP(size, PAGE_SIZE); i < 1UL << order; i++)
		__free_page(first + i);
	return __dpamt_phys_to_virt(__dpamt_page_to_pfn(first) << 12);
}

static inline void free_pages_exact(void *address, size_t size)
{
	for (unsigned long done = 0; done < size; done += PAGE_SIZE)
		free_page((unsigned long)address + done);
}

#define alloc_pages_exact_node(node, size, gfp) alloc_pages_exact(size, gfp)
#define alloc_page_vma(gfp, vma, address) alloc_page(gfp)
#define alloc_pages_noprof(gfp, order) alloc_pages(gfp, order)
#define __alloc_pages(gfp, order, node, nodes) alloc_pages(gfp, order)
#define __alloc_pages_node(node, gfp, order) alloc_pages_node(node, gfp, order)

DEFINE_FREE(free_page, void *, free_page((unsigned long)_T))
DEFINE_FREE(__free_page, struct page *, if (_T) __free_page(_T))

static inline void release_pages(struct page **pages, int count)
{
	for (int i = 0; i < count; i++)
		put_page(pages[i]);
}

#endif
