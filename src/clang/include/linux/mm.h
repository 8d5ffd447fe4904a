/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <asm/page.h>
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/pfn.h>
#include <linux/pgtable.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#define PAGE_ALIGN(address) ALIGN(address, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(address) ALIGN_DOWN(address, PAGE_SIZE)
#define PAGE_ALIGNED(address) IS_ALIGNED((unsigned long)(address), PAGE_SIZE)
#define offset_in_page(address) ((unsigned long)(address) & ~PAGE_MASK)

/* One past the last page frame of the host. */
#define max_pfn __dpamt_max_pfn()
#define max_low_pfn __dpamt_max_pfn()
#define max_possible_pfn ((unsigned long long)__dpamt_max_pfn())

#define page_to_phys(page) ((phys_addr_t)__dpamt_page_to_pfn(page) << PAGE_SHIFT)
#define phys_to_page(phys) __dpamt_pfn_to_page((phys) >> PAGE_SHIFT)

/* Page frame 0 is nobody's and reads as zeros. */
#define ZERO_PAGE(address) __dpamt_pfn_to_page(0)

static inline void *page_address(const struct page *page)
{
	return __dpamt_phys_to_virt(page_to_phys(page));
}
#define page_to_virt(page) page_address(page)
#define lowmem_page_address(page) page_address(page)
#define kmap_local_page(page) page_address(page)
#define kunmap_local(address) ((void)(address))

static inline void clear_highpage(struct page *page)
{
	clear_page(page_address(page));
}

static inline void copy_highpage(struct page *to, struct page *from)
{
	copy_page(page_address(to), page_address(from));
}

static inline void set_page_private(struct page *page, unsigned long private)
{
	page->private = private;
}

static inline unsigned long page_private(const struct page *page)
{
	return page->private;
}

static inline void split_page(struct page *page, unsigned int order)
{
	__dpamt_split_page(page, order);
}

#define page_folio(page) ((struct folio *)(page))
#define folio_page(folio, n) (&(folio)->page)
#define folio_pfn(folio) page_to_pfn(&(folio)->page)
#define folio_address(folio) page_address(&(folio)->page)
#define folio_nr_pages(folio) 1L
#define folio_size(folio) PAGE_SIZE
#define folio_order(folio) 0U

#define folio_get(folio) get_page(&(folio)->page)
#define folio_put(folio) put_page(&(folio)->page)
#define folio_ref_count(folio) page_ref_count(&(folio)->page)
#define folio_ref_add(folio, n) page_ref_add(&(folio)->page, n)
#define folio_ref_sub(folio, n) page_ref_sub(&(folio)->page, n)
#define folio_ref_inc(folio) page_ref_inc(&(folio)->page)
#define folio_ref_dec(folio) page_ref_dec(&(folio)->page)
#define folio_ref_add_unless(folio, n, u) page_ref_add_unless(&(folio)->page, n, u)
#define folio_ref_sub_and_test(folio, n) page_ref_sub_and_test(&(folio)->page, n)
#define folio_ref_dec_and_test(folio) page_ref_dec_and_test(&(folio)->page)
#define folio_ref_freeze(folio, count) page_ref_freeze(&(folio)->page, count)
#define folio_ref_unfreeze(folio, count) page_ref_unfreeze(&(folio)->page, count)
#define folio_try_get(folio) get_page_unless_zero(&(folio)->page)
#define folio_put_testzero(folio) put_page_testzero(&(folio)->page)

/* Frees a folio that has no reference any more. */
static inline void __folio_put(struct folio *folio)
{
	__dpamt_free_page(&folio->page, 0);
}

static inline void folio_put_refs(struct folio *folio, int refs)
{
	if (folio_ref_sub_and_test(folio, refs))
		__folio_put(folio);
}
#define folio_mark_dirty(folio) SetPageDirty(&(folio)->page)

static inline void set_page_dirty(struct page *page)
{
	SetPageDirty(page);
}

#define NUMA_NO_NODE (-1)
#define page_to_nid(page) 0
#define nth_page(page, n) ((page) + (n))
#define numa_node_id() 0
#define numa_mem_id() 0
#define cpu_to_node(cpu) 0
#define pfn_to_nid(pfn) 0
#define pfn_to_online_page(pfn) (pfn_valid(pfn) ? pfn_to_page(pfn) : NULL)

#endif
